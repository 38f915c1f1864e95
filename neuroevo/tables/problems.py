"""The lines of an error about a table. Knows no rule."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.settings import shown

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 20  # of one error
MOST_CELLS = 3  # that are named for one rule and column


def listed(name: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Return the first lines of an error, and a line with the number of further problems."""
    lines = tuple(lines)
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else (*lines[:MOST_LINES], f"{name}: and {more:,} more problems")


def row_label(label: object) -> str:
    """Return how a row is named: as in the index of its frame."""
    label = label.item() if isinstance(label, np.generic) else label
    return shown(label)


def cell_lines(
    name: str, column: "pd.Series", wrong: NDArray[np.bool_], rule: str, hint: str = ""
) -> list[str]:
    """Return a line for each of the first wrong cells of a column, and one for the others.

    Parameters
    ----------
    name
        Name of the file or frame.
    column
        The column with its own name, its index and the cells as they were given.
    wrong
        Array (rows,), true for cells that break the rule.
    rule, hint
        What cells must be; what to do otherwise, for the last line.
    """
    rows = np.flatnonzero(wrong)
    lines = [
        f"{name}, row {row_label(column.index[row])}, column {shown(column.name)}: {rule}, "
        f"but got {_cell(column.iloc[row])}"
        for row in rows[:MOST_CELLS]
    ]
    more = len(rows) - MOST_CELLS
    if more > 0:
        cells = "1 more cell" if more == 1 else f"{more:,} more cells"
        lines.append(f"{name}, column {shown(column.name)}: {rule}, but got {cells} of this kind")
    return [*lines[:-1], lines[-1] + (f" ({hint})" if hint else "")] if lines else []


def _cell(value: object) -> str:
    value = value.item() if isinstance(value, np.generic) else value
    is_nan = isinstance(value, float) and math.isnan(value)
    if value is None or is_nan or str(value) in {"<NA>", "NaT", ""}:
        return "an empty cell"
    return shown_value(value)


def shown_value(value: object) -> str:
    """Return a cell as one short line; whole numbers without a decimal point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_PLAIN:
        return shown(int(value))
    return shown(value)


_MOST_PLAIN = 1e15  # larger numbers are shown with an exponent


def column_line(name: str, column: str, text: str) -> str:
    """Return the line of a problem or a warning about a whole column."""
    return f"{name}, column {shown(column)}: {text}"
