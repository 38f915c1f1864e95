"""Counts what is finished on a terminal, for commands that train without searching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neuroevo.cli.terminal import console, on_terminal


@contextmanager
def counted(
    name: str, unit: str = "trials", *, quiet: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """Show how many of a unit are finished on a terminal, unless quiet."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        console=console(sys.stderr),
        transient=True,
        disable=quiet or not on_terminal(sys.stderr),
    ) as progress:
        task = progress.add_task(name, total=None)
        yield lambda finished, total: progress.update(task, completed=finished, total=total)
