"""Filters of tables: words, and comparisons such as ``learning_rate>0.1``. It knows no run.

Both tables, that of runs and that of trials, read their filters here.
"""

import difflib
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from neuroevo import wording
from neuroevo.dashboard.sorting import is_known
from neuroevo.evaluation import Objective

LONGEST_FILTER = 200  # characters
ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
LEAST_ALIKE = 0.75  # from 0 to 1, of a name that is suggested in place of an unknown one
_COMPARISON = r"""\s*(?P<sign>=\s*≤|>=|<=|!=|[><=~≤≥≠])\s*(?P<value>"[^"]*"|{number}|{words}|\S*)"""
_WORD = r"""(?P<word>"[^"]*"|\S+)"""
_EXPONENT = r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
# As pages write it: an exponent that is no superscript is Python's own notation.
_POWER_OF_TEN = rf"[-+−]?(?:[\d.,]+\s*[×·]\s*)?10{_EXPONENT}"
_UNITS: Mapping[str, float] = {"s": 1.0, "min": 60.0, "h": 3600.0, "%": 0.01}
_NUMBER = rf"(?:{_POWER_OF_TEN}|[-+−]?[\d.,]+\s*(?:{'|'.join(_UNITS)}))(?!\S)"
_NOT_REACHED = r"\s+".join(wording.NOT_REACHED.split())
_QUANTITY = re.compile(rf"(.*\d\.?)\s*({'|'.join(_UNITS)})")
_POWER = re.compile(rf"(?:([\d.]+)\s*[×·]\s*)?10({_EXPONENT})")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_TYPED = str.maketrans("−⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "--+0123456789")
_SIGNS_IN_ASCII = {"≤": "<=", "=≤": "<=", "≥": ">=", "≠": "!="}  # the second of "= ≤ 10⁻¹⁴"

_SIGNS = frozenset("><=~≤≥≠")
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
    titles
        What a field is called on the page -> its name. A name may also be typed with spaces in
        place of ``_``.
    """

    texts: Callable[[T], Iterable[str]]
    fields: Mapping[str, Callable[[T], Any]]
    titles: Mapping[str, str] = field(default_factory=dict)


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


def comparable(item: Objective, score: float | None) -> float | str | None:
    """Return what a filter compares of a score: its number, or that it was not reached."""
    return wording.NOT_REACHED if score is not None and item.is_penalty(score) else score


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
    fields = _by_small_name(searched.fields)
    titles = _by_title(searched)
    for part in _parts(titles).finditer(text):
        if part["word"] is not None:
            word = part["word"].strip('"').lower()
            if part["word"][:1] != '"' and _SIGNS & set(word):
                problems.append(f"{_RULE}: {wording.shortened(part['word'], 80)}")
                continue
            kept = [row for row in kept if any(word in it.lower() for it in searched.texts(row))]
            continue
        name = " ".join(part["name"].strip('"').lower().split())
        name = name if name in fields else titles.get(name, name)
        sign = "".join(part["sign"].split())
        sign = _SIGNS_IN_ASCII.get(sign, sign)
        asked = _Comparison(name, sign, part["value"].strip('"'))
        problem = _problem(asked, rows, fields)
        if problem:
            problems.append(problem)
            continue
        value_of = fields[asked.name]
        kept = [row for row in kept if _holds(asked, value_of(row))]
    return Filtered(tuple(kept), tuple(problems))


def _parts(titles: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the parts of a filter, in which titles may have spaces."""
    spaced = sorted((each for each in titles if " " in each), key=len, reverse=True)
    names = (r"\s+".join(map(re.escape, each.split())) for each in spaced)
    name = "|".join((*names, '"[^"]*"', r"[\w.-]+"))
    comparison = _COMPARISON.format(number=_NUMBER, words=_NOT_REACHED)
    return re.compile(rf"(?P<name>{name}){comparison}|{_WORD}", re.IGNORECASE)


def _by_title(searched: Searched[T]) -> dict[str, str]:
    """Return the fields' names by what else they may be called, in small letters."""
    spaced = {name.replace("_", " "): name for name in searched.fields}
    return {title.lower(): name.lower() for title, name in {**spaced, **searched.titles}.items()}


def _problem(asked: _Comparison, rows: Sequence[T], known: Mapping[str, Callable[[T], Any]]) -> str:
    """Return what is wrong with a comparison; empty if nothing is."""
    if asked.name not in known:
        near = difflib.get_close_matches(asked.name, known, n=1, cutoff=LEAST_ALIKE)
        hint = f"did you mean {near[0]}?" if near else f"there are {wording.listed(list(known))}."
        return f"No field is called {wording.shortened(asked.name, 40)}: {hint}"
    if not asked.value:
        return f"A comparison needs a value: {asked}"
    if asked.value[0] in _SIGNS:
        return f"{_RULE}: {wording.shortened(str(asked), 80)}"
    found = [value for row in rows if is_known(value := known[asked.name](row))]
    values = [value for value in found if value != wording.NOT_REACHED]
    are_numbers = bool(values) and all(map(_is_number, values))
    is_number = _number(asked.value) is not None or _plain(asked.value) == wording.NOT_REACHED
    if not is_number and (asked.sign in ORDERS or (asked.sign in {"=", "!="} and are_numbers)):
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
    shown like it, and one with a unit those that are rounded to it.
    """
    number = _number(text)
    quantity = _QUANTITY.fullmatch(text)
    if number is not None and quantity and isinstance(value, (int, float)):
        decimals = len(quantity[1].partition(".")[2])
        return bool(abs(value - number) <= _UNITS[quantity[2]] / 10**decimals / 2)
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
    """Return the number that a text is, as Python or a page writes it; None if it is none.

    Seconds, minutes and hours are numbers of seconds, and percentages are shares.
    """
    if quantity := _QUANTITY.fullmatch(text):
        number = _number(quantity[1])
        return None if number is None else number * _UNITS[quantity[2]]
    sign, size = ("-", text[1:]) if text[:1] in {"-", "−"} else ("", text)
    power = _POWER.fullmatch(size)
    if power is not None:
        size = f"{power[1] or 1}e{power[2].translate(_TYPED)}"
    elif _GROUPED.fullmatch(size):
        size = size.replace(",", "")
    try:
        number = float(sign + size.replace("∞", "inf"))
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
