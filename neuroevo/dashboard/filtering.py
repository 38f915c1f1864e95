"""Filters of tables: words, and comparisons such as ``learning_rate>0.1``. It knows no run.

Both tables, that of runs and that of trials, read their filters here.
"""

import difflib
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from neuroevo import wording
from neuroevo.dashboard.sorting import is_known

LONGEST_FILTER = 200  # characters
ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_PARTS = re.compile(
    r"""(?P<name>[\w.-]+)\s*(?P<sign>>=|<=|!=|[><=~])\s*(?P<value>"[^"]*"|\S*)"""
    r"""|(?P<word>"[^"]*"|\S+)"""
)

_SIGNS = frozenset("><=~")
_RULE = f"A comparison is a field, one of {', '.join((*ORDERS, '=', '!=', '~'))}, and a value"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Searched(Generic[T]):
    """What a filter looks at in the rows of a table.

    Parameters
    ----------
    texts
        Returns the texts of a row, in which words are sought.
    fields
        Name -> what returns the value of a row: a number, a text or hidden layers. None, an empty
        text and NaN are missing values.
    """

    texts: Callable[[T], Iterable[str]]
    fields: Mapping[str, Callable[[T], Any]]


@dataclass(frozen=True, slots=True)
class Filtered(Generic[T]):
    """The rows that match a filter, and what is wrong with the filter."""

    rows: tuple[T, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Comparison:
    name: str
    sign: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.value}"


def filter_of(query: Mapping[str, str]) -> str:
    """Return the filter of an address."""
    return query.get("filter", "")[:LONGEST_FILTER].strip()


def filtered(rows: Sequence[T], text: str, searched: Searched[T]) -> Filtered[T]:
    """Return the rows that match each part of a filter; wrong parts are reported and left out.

    A part is a word, which must be in a text of the row, or a comparison of a field with a value:
    ``>``, ``>=``, ``<``, ``<=`` compare numbers, ``=`` and ``!=`` numbers or whole texts, and ``~``
    asks whether the text of the field contains the value. Case does not matter. Quotes keep
    a value or a word with spaces together. A missing value matches only ``!=``.
    """
    kept, problems = list(rows), []
    for part in _PARTS.finditer(text):
        if part["word"] is not None:
            word = part["word"].strip('"').lower()
            if part["word"][:1] != '"' and _SIGNS & set(word):
                problems.append(f"{_RULE}: {wording.shortened(part['word'], 80)}")
                continue
            kept = [row for row in kept if any(word in it.lower() for it in searched.texts(row))]
            continue
        asked = _Comparison(part["name"].lower(), part["sign"], part["value"].strip('"'))
        problem = _problem(asked, rows, searched.fields)
        if problem:
            problems.append(problem)
            continue
        field = _by_small_name(searched.fields)[asked.name]
        kept = [row for row in kept if _holds(asked, field(row))]
    return Filtered(tuple(kept), tuple(problems))


def _problem(
    asked: _Comparison, rows: Sequence[T], fields: Mapping[str, Callable[[T], Any]]
) -> str:
    """Return what is wrong with a comparison; empty if nothing is."""
    known = _by_small_name(fields)
    if asked.name not in known:
        near = difflib.get_close_matches(asked.name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {wording.listed(list(known))}."
        return f"No field is called {wording.shortened(asked.name, 40)}: {hint}"
    if not asked.value:
        return f"A comparison needs a value: {asked}"
    if asked.value[0] in _SIGNS:
        return f"{_RULE}: {wording.shortened(str(asked), 80)}"
    values = [value for row in rows if is_known(value := known[asked.name](row))]
    are_numbers = bool(values) and all(map(_is_number, values))
    if _number(asked.value) is None and (
        asked.sign in ORDERS or (asked.sign in {"=", "!="} and are_numbers)
    ):
        return f"{asked.sign} needs a number: {wording.shortened(str(asked), 80)}"
    if asked.sign in ORDERS and values and not any(_is_number(value) for value in values):
        return f"{asked.name} is no number: use =, != or ~ instead of {asked.sign}"
    return ""


def _by_small_name(fields: Mapping[str, Callable[[T], Any]]) -> dict[str, Callable[[T], Any]]:
    return {name.lower(): field for name, field in fields.items()}


def _holds(asked: _Comparison, value: object) -> bool:
    if not is_known(value):
        return asked.sign == "!="
    if asked.sign in ORDERS:
        limit = _number(asked.value)
        is_compared = limit is not None and isinstance(value, (int, float)) and _is_number(value)
        return is_compared and ORDERS[asked.sign](value, limit)  # type: ignore[arg-type] # numbers, as checked
    if asked.sign == "~":
        return _plain(asked.value) in _plain(wording.value(value))
    return _equals(value, asked.value) == (asked.sign == "=")


def _equals(value: object, text: str) -> bool:
    """Return whether a value is what a text says.

    A number that was typed with as few digits as scores are shown with also matches values that are
    shown like it.
    """
    number = _number(text)
    if isinstance(value, float) and number is not None:
        is_short = wording.shown(number) == number
        return value == number or (is_short and wording.number(value) == wording.number(number))
    if isinstance(value, int) and _is_number(value):
        return value == number
    return _plain(wording.value(value)) == _plain(text)


def _plain(text: str) -> str:
    """Return a text as it is compared: widths of layers may be typed with hyphens."""
    return text.lower().replace("·", "-").replace(" - ", " ")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
