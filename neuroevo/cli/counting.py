"""Counts finished trials on a terminal, for commands that train without searching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neuroevo.cli.terminal import console, on_terminal


@contextmanager
def counted(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show the number of finished trials on a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("trials"),
        console=console(sys.stderr),
        transient=True,
        disable=not on_terminal(sys.stderr),
    ) as progress:
        task = progress.add_task(name, total=None)
        yield lambda finished, total: progress.update(task, completed=finished, total=total)
