"""Reads a recording of pointer positions from a CSV file; knows no task.

The first row is ``x,y``. Each further row is a position in pixels as in browsers: the origin in
the top left corner of the canvas, x to the right, y down.
"""

import csv
import io
import math
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from neuroevo.errors import DataError
from neuroevo.files import StrangeFileError, read_file
from neuroevo.settings import printable, shown
from neuroevo.tasks.strokes import Positions

HEADER = ("x", "y")
MAX_BYTES = 10_000_000
MAX_PROBLEMS = 10  # that are listed
MAX_FOUND = 1000  # then the rest of the file is not read


def read_recording(path: Path, canvas: tuple[int, int]) -> Positions:
    """Read the positions of a recording, all of them inside the canvas.

    Parameters
    ----------
    path
        A CSV file in UTF-8, at most 10 MB, with the header ``x,y``.
    canvas
        Width and height in pixels.

    Returns
    -------
    numpy.ndarray
        Shape (positions, 2): x and y in pixels; at least two of them differ.

    Raises
    ------
    DataError
        One line for each problem, with the file and the row (the header is row 1); after ten
        lines only the number of further problems, up to a thousand.
    """
    name = printable(str(path))
    values: array[float] = array("d")
    problems: list[str] = []
    found = 0
    try:
        text = read_file(path, MAX_BYTES).decode("utf-8-sig")
        for where, row in _rows(io.StringIO(text, newline="")):
            position = _position(row, canvas)
            if position is not None:
                values.extend(position)
                continue
            wrong = _problems(row, canvas)
            problems += [f"{name}, row {where}: {text}" for text in wrong if found < MAX_PROBLEMS]
            found += len(wrong)
            if found >= MAX_FOUND:
                break
    except OSError as error:
        raise DataError(f"{name}: can't be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise DataError(f"{name}: must be text in UTF-8") from None
    except (csv.Error, StrangeFileError) as error:
        raise DataError(f"{name}: {error}") from None
    if problems:
        more = found - MAX_PROBLEMS
        least = "at least " if found >= MAX_FOUND else ""
        raise DataError(
            *problems[:MAX_PROBLEMS], *([f"{name}: and {least}{more:,} more"] if more > 0 else [])
        )
    positions = np.array(values, dtype=np.float64).reshape(-1, 2)
    if (positions == positions[:1]).all():
        equal = f"{len(positions)} equal ones" if len(positions) > 1 else len(positions)
        raise DataError(f"{name}: must hold at least two different positions, but got {equal}")
    return positions


def _rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield each row below the header with its number; empty rows are skipped."""
    rows = csv.reader(file)
    header = next(rows, [])
    if tuple(cell.strip() for cell in header) != HEADER:
        raise StrangeFileError(
            f"must begin with the header 'x,y', but got {shown(','.join(header))}"
        )
    return ((rows.line_num, row) for row in rows if row)


def _position(row: Sequence[str], canvas: tuple[int, int]) -> tuple[float, float] | None:
    """Read a row without problems; None for any other. Fast, as there may be a million rows."""
    try:
        x, y = map(float, row)
    except ValueError:
        return None
    inside = 0 <= x <= canvas[0] and 0 <= y <= canvas[1]
    return (x, y) if inside and not any("_" in cell for cell in row) else None


def _problems(row: Sequence[str], canvas: tuple[int, int]) -> list[str]:
    if len(row) != len(HEADER):
        return [f"must have two values, but got {shown(','.join(row))}"]
    texts = zip(HEADER, row, canvas, strict=True)
    return [text for axis, cell, size in texts if (text := _problem(axis, cell, size))]


def _problem(axis: str, cell: str, size: int) -> str:
    try:
        value = math.nan if "_" in cell else float(cell)  # Python would read 1_0 as ten
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return f"{axis} must be a finite number, but got {shown(cell)}"
    if not 0 <= value <= size:
        return f"{axis} must be inside the canvas, from 0 to {size}, but got {shown(cell)}"
    return ""
