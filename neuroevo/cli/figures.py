"""Figures of a report or a comparison as files, as ``--figures`` asks for them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from neuroevo.cli.terminal import say
from neuroevo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.report.figure_files import PictureSize
    from neuroevo.report.figures import PageFigure

_PIXELS = {"": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
"""Pixels of each unit, as in CSS."""
_LENGTH = re.compile(r"(\d+(?:\.\d*)?)\s*(in|cm|mm|)")
_SMALLEST, _LARGEST = 100, 20_000


def picture_size(folder: Path | None, width: str | None, height: str | None) -> "PictureSize":
    """Return the size of pictures that ``--width`` and ``--height`` ask for.

    Raises
    ------
    UsageError
        If they come without a folder, or one of them is no length, all problems at once.
    """
    from neuroevo.report.figure_files import PictureSize
    from neuroevo.settings import shown

    given = {name: text for name, text in (("width", width), ("height", height)) if text}
    if given and folder is None:
        raise UsageError(*(f"--{name}: must come with --figures" for name in given))
    sizes, problems = {}, []
    for name, text in given.items():
        length = _LENGTH.fullmatch(text)
        sizes[name] = round(float(length[1]) * _PIXELS[length[2]]) if length else 0
        if not _SMALLEST <= sizes[name] <= _LARGEST:
            rule = f"must be {_SMALLEST} to {_LARGEST:,} pixels, such as 1200, 89mm, 8.9cm or 3.5in"
            problems.append(f"--{name}: {rule}, but got {shown(text)}")
    if problems:
        raise UsageError(*problems)
    return PictureSize(**sizes)


def write(figures: "Sequence[PageFigure]", title: str, folder: Path, size: "PictureSize") -> None:
    """Write figures into a folder and print their paths; say which pictures are missing or wider.

    Parameters
    ----------
    figures, title, folder
        The figures, what they are of, and where they are written.
    size
        The size of pictures.
    """
    from neuroevo.report.figure_files import write_figures

    written = write_figures(figures, title, folder, size)
    for path in written.paths:
        typer.echo(path)
    if written.problem:
        say(f"neuroevo: {written.problem}")
    for sentence in written.wider:
        say(f"neuroevo: {sentence}")
