"""Figures of a report or a comparison as files, as ``--figures`` asks for them."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from neuroevo.cli.terminal import say
from neuroevo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.report.figures import PageFigure


def check_size(folder: Path | None, width: int | None, height: int | None) -> None:
    """Refuse a size of pictures without a folder for them."""
    given = [name for name, size in (("--width", width), ("--height", height)) if size is not None]
    if given and folder is None:
        raise UsageError(*(f"{name}: must come with --figures" for name in given))


def write(
    figures: "Sequence[PageFigure]", title: str, folder: Path, sizes: tuple[int | None, int | None]
) -> None:
    """Write figures into a folder and print their paths; say why pictures are missing.

    Parameters
    ----------
    figures, title, folder
        The figures, what they are of, and where they are written.
    sizes
        Width and height of pictures in pixels; None for those of the page.
    """
    from neuroevo.report.figure_files import PictureSize, write_figures

    pairs = zip(("width", "height"), sizes, strict=True)
    size = PictureSize(**{name: value for name, value in pairs if value})
    written = write_figures(figures, title, folder, size)
    for path in written.paths:
        typer.echo(path)
    if written.problem:
        say(f"neuroevo: {written.problem}")
