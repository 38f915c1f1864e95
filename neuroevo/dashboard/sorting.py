"""Tables whose order is part of the address: columns and keys. It knows no run."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from neuroevo.evaluation import layers_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column that can be sorted by."""

    name: str  # in addresses
    title: str
    key: Callable[[T], Any]  # row -> sort key; None and NaN come last in either order
    numeric: bool = False  # cells are right-aligned
    descending: bool = False  # the first click puts the largest value on top


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column, with the address of the table sorted by it."""

    name: str
    title: str
    address: str
    order: str  # a value of aria-sort
    numeric: bool


@dataclass(frozen=True, slots=True)
class Order:
    """How a table is sorted; in the address ``sort=NAME``, or ``sort=-NAME`` if descending."""

    name: str
    descending: bool = False

    @classmethod
    def of(cls, text: str, columns: "Sequence[Column[T]]", default: "Order") -> "Order":
        """Read an order; a text that names no column gives the default."""
        name = text.removeprefix("-")
        is_known = any(column.name == name for column in columns)
        return cls(name, text.startswith("-")) if is_known else default

    def __str__(self) -> str:
        return f"{'-' * self.descending}{self.name}"

    def sorted(self, rows: "Sequence[T]", columns: "Sequence[Column[T]]") -> list[T]:
        """Sort rows by their keys; equal ones keep their order."""
        key = next(column.key for column in columns if column.name == self.name)
        keyed = [(key(row), row) for row in rows]
        known = [(_comparable(value), row) for value, row in keyed if is_known(value)]
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _, row in known] + [row for value, row in keyed if not is_known(value)]


def headings(
    columns: "Sequence[Column[Any]]", order: Order, path: str, kept: Mapping[str, str]
) -> list[Heading]:
    """Return the headings of a table at the address ``path``, which also has the values kept."""
    found = []
    for column in columns:
        is_sorted = column.name == order.name
        descending = not order.descending if is_sorted else column.descending
        words = ("descending" if order.descending else "ascending") if is_sorted else "none"
        target = with_query(path, {**kept, "sort": str(Order(column.name, descending))})
        found.append(Heading(column.name, column.title, target, words, column.numeric))
    return found


def with_query(path: str, values: Mapping[str, str]) -> str:
    """Return an address with the values that are not empty."""
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def whole_number(text: str) -> int:
    """Read a whole number of at most nine digits; 0 if it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - see above
    return int(text) if is_number else 0


def is_known(value: object) -> bool:
    """Return whether a value is none of None, an empty text and NaN."""
    return value not in (None, "") and not (isinstance(value, float) and math.isnan(value))


def _comparable(value: object) -> tuple[int, float, str]:
    """Return a sort key for values of any kind: numbers, then hidden layers, then texts."""
    if isinstance(value, (int, float)):
        return 0, float(value), ""
    if isinstance(value, tuple):
        widths = sum(layer.width for layer in layers_of({"hidden": value}))
        return 1, len(value) + widths / 1e9, ""
    return 2, 0.0, str(value).lower()
