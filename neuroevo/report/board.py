"""A table as a page or a terminal shows it: texts in cells; knows no HTML and not what is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

LONG_TEXT = 24  # characters, from which on a cell may break into lines


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text
        What is in it.
    numeric, best
        Whether that is a number, and the best of its column.
    under
        A sentence below the text.
    address
        Where it leads.
    breaks
        Whether a long text may be broken into lines.
    """

    text: str
    numeric: bool = False
    best: bool = False
    under: str = ""
    address: str = ""
    breaks: bool = True

    @property
    def long(self) -> bool:
        """Whether it may be broken into lines."""
        return self.breaks and not self.numeric and len(self.text) > LONG_TEXT


@dataclass(frozen=True, slots=True)
class Board:
    """A table as it is shown.

    Parameters
    ----------
    columns
        The heading of each column.
    rows
        The cells.
    groups
        Headings over several columns, each with their number; none: there are no such.
    alike
        Numbers of the rows that say the same of all runs.
    champion
        Whether the first row is the champion's.
    """

    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[tuple[str, int], ...] = ()
    alike: frozenset[int] = frozenset()
    champion: bool = False


def headings(names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    """Return the headings of columns, flush as the cells below them are."""
    return tuple(
        Cell(name, numeric=bool(rows) and rows[0][place].numeric)
        for place, name in enumerate(names)
    )
