"""Tables of texts, for a page or a terminal. They know no HTML and no run."""

from collections.abc import Sequence
from dataclasses import dataclass

LONG_TEXT = 24  # characters, from which on a text may break into lines


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text
        The content.
    numeric, best
        Whether it is a number, and whether it is the best of its column.
    under
        A sentence below the text.
    address
        Target of a link; empty for none.
    breaks
        Whether a long text may break into lines.
    code
        Whether it is a part of a configuration, which is in a monospaced font.
    """

    text: str
    numeric: bool = False
    best: bool = False
    under: str = ""
    address: str = ""
    breaks: bool = True
    code: bool = False

    @property
    def classes(self) -> str:
        """The classes of its element."""
        shown = {
            "number": self.numeric,
            "best": self.numeric and self.best,
            "long": self.long,
            "code": self.code,
        }
        return " ".join(name for name, is_shown in shown.items() if is_shown)

    @property
    def long(self) -> bool:
        """Whether the text breaks into lines."""
        return self.breaks and not self.numeric and len(self.text) > LONG_TEXT


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts.

    Parameters
    ----------
    columns
        Heading of each column.
    rows
        The cells.
    groups
        Headings over several columns with the number of columns; empty for none.
    alike
        Indices of the rows in which all runs have the same value.
    champion
        Whether the first row is the champion's.
    """

    columns: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[tuple[str, int], ...] = ()
    alike: frozenset[int] = frozenset()
    champion: bool = False


def headings(names: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    """Return the headings of columns, aligned as the cells below them."""
    return tuple(
        Cell(name, numeric=bool(rows) and rows[0][place].numeric)
        for place, name in enumerate(names)
    )
