"""Tables whose order and filter stand in the address: columns, keys, texts. It knows no run."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from neuroevo.evaluation import layers_of

LONGEST_FILTER = 200  # characters

T = TypeVar("T")
Key = Callable[[T], Any]


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column that can be sorted by.

    Parameters
    ----------
    name
        As addresses call it.
    title
        What stands above it.
    key
        Row -> what it is sorted by; None or NaN stand last in any order.
    numeric
        Whether its cells are set flush right, as numbers are.
    falls
        Whether the first click puts the largest on top.
    """

    name: str
    title: str
    key: Key[T]
    numeric: bool = False
    falls: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its name, title, the address that sorts by it, how it is sorted now."""

    name: str
    title: str
    address: str
    order: str  # as aria-sort calls it
    numeric: bool


@dataclass(frozen=True, slots=True)
class Order:
    """How a table is sorted, as the address says it: ``sort=NAME``, or ``sort=-NAME`` falling."""

    name: str
    falls: bool = False

    @classmethod
    def of(cls, text: str, columns: "Sequence[Column[T]]", default: "Order") -> "Order":
        """Read an order; what names no column is the default."""
        name = text.removeprefix("-")
        is_known = any(column.name == name for column in columns)
        return cls(name, text.startswith("-")) if is_known else default

    def __str__(self) -> str:
        return f"{'-' * self.falls}{self.name}"

    def sorted(self, rows: "Sequence[T]", columns: "Sequence[Column[T]]") -> list[T]:
        """Sort rows by their keys; equal ones keep their order."""
        key = next(column.key for column in columns if column.name == self.name)
        keyed = [(key(row), row) for row in rows]
        known = [(_comparable(value), row) for value, row in keyed if _is_known(value)]
        known.sort(key=lambda pair: pair[0], reverse=self.falls)
        return [row for _, row in known] + [row for value, row in keyed if not _is_known(value)]


def headings(
    columns: "Sequence[Column[Any]]", order: Order, path: str, kept: Mapping[str, str]
) -> list[Heading]:
    """Return the heads of columns, each with the address of the table sorted by it.

    Parameters
    ----------
    columns
        In their order.
    order
        How the table is sorted.
    path
        The table's address.
    kept
        What else its address holds.
    """
    found = []
    for column in columns:
        is_sorted = column.name == order.name
        falls = not order.falls if is_sorted else column.falls
        words = ("descending" if order.falls else "ascending") if is_sorted else "none"
        target = with_query(path, {**kept, "sort": str(Order(column.name, falls))})
        found.append(Heading(column.name, column.title, target, words, column.numeric))
    return found


def with_query(path: str, values: Mapping[str, str]) -> str:
    """Return an address with the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def filter_of(query: Mapping[str, str]) -> str:
    """Return the text that the rows must match, as the address says it."""
    return query.get("filter", "")[:LONGEST_FILTER].strip()


def matches(text: str, texts: Iterable[str]) -> bool:
    """Tell whether every word of a text is in one of the texts."""
    words = text.lower().split()
    return not words or all(
        any(word in each for each in found)
        for found in [[each.lower() for each in texts]]
        for word in words
    )


def whole_number(text: str) -> int:
    """Read a whole number, 0 where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - as long as any of ours
    return int(text) if is_number else 0


def _is_known(value: object) -> bool:
    return (
        value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))
    )


def _comparable(value: object) -> tuple[int, float, str]:
    """Bring values of any kind to one that can be compared: numbers, then lists, then texts."""
    if isinstance(value, (int, float)):
        return 0, float(value), ""
    if isinstance(value, tuple):
        widths = sum(layer.width for layer in layers_of({"hidden": value}))
        return 1, len(value) + widths / 1e9, ""
    return 2, 0.0, str(value).lower()
