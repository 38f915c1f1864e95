"""Cells of one column as numbers, as 0 and 1, or as names of categories. Knows no table.

The same cell means the same whether a reader took it for a number or for text: the category of 1,
1.0, "1" and " 01" is "1", that of True and "TRUE" is "true".
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.tables.limits import LARGEST
from neuroevo.tables.records import Label, label_name
from neuroevo.tables.settings import MOST_NAME

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGEST_WHOLE = 2**53  # all whole numbers up to it are exact in float64
NUMBER_RULE = "must be a number"
FINITE_RULE = "must be a finite number"
LARGEST_RULE = "must be a number of at most 1e+100 (without its sign)"
WHOLE_RULE = "must be a whole number of at most 9,007,199,254,740,992 (without its sign)"
BOOLEAN_RULE = "must be true or false"
CATEGORY_RULE = "must be text, a number, true or false"
NAME_RULE = f"must have at most {MOST_NAME:,} characters, all of Unicode"

_NUMBER = re.compile(r"[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[iI][nN][fF]([iI]nity)?)", re.ASCII)
_QUANTITY = re.compile(r"([^\w\s.,+-]\s?)?[+-]?\d[\d.,]*\s?([^\w\s.,+-]|[a-zA-Z]{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?\s?(Z|[+-]\d{2}:?\d{2})?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ]\d{1,2}:\d{2}(:\d{2})?)?",
    re.ASCII,
)
_MOST_DIGITS = 4000  # Python reads no longer whole number


@dataclass(frozen=True, slots=True, eq=False)
class Broken:
    """A rule, and the cells of a column that break it."""

    rule: str
    cells: Flags  # (rows,)
    hint: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column as numbers."""

    array: Floats  # (rows,), NaN if missing or wrong
    broken: tuple[Broken, ...] = ()  # with at least one cell each


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """A column as categories."""

    codes: NDArray[np.int32]  # (rows,), places in the names, -1 if missing or wrong
    names: tuple[str, ...]  # sorted, each in at least one row
    broken: tuple[Broken, ...] = ()  # with at least one cell each

    def places_in(self, names: Sequence[str]) -> NDArray[np.intp]:
        """Return the place of each row's category in other names, -1 if it is not among them."""
        places = {name: place for place, name in enumerate(names)}
        found = np.array([places.get(name, -1) for name in self.names] + [-1], dtype=np.intp)
        return found[self.codes]


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """A column as classes, whose labels are as they were given."""

    codes: NDArray[np.int32]  # (rows,), places in the labels, -1 if missing or wrong
    labels: tuple[Label, ...]  # in their order, each in at least one row, all of one type
    broken: tuple[Broken, ...] = ()  # with at least one cell each

    @property
    def names(self) -> tuple[str, ...]:
        """The labels as texts."""
        return tuple(map(label_name, self.labels))


def numbers(column: pd.Series) -> Numbers:
    """Read a column as numbers; text is read with a decimal point, true and false are wrong.

    Returns
    -------
    Values in the order of the rows, and what is wrong: cells that are no numbers, infinite, larger
    than 1e100, or whole numbers that float64 can't hold exactly.
    """
    if is_boolean(column) or pd.api.types.is_complex_dtype(column.dtype):
        missing = column.isna().to_numpy()
        return _with_rules(np.full(len(column), np.nan), [(NUMBER_RULE, ~missing)])
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(np.float64, na_value=np.nan)
        inexact = np.zeros(len(values), dtype=np.bool_)
        if pd.api.types.is_integer_dtype(column.dtype):
            inexact = _beyond(column)
        return _with_rules(values, [(WHOLE_RULE, inexact)])
    codes, distinct = factorized(column)
    read = [_number(value) for value in distinct]
    values = np.array([value for value, _ in read] + [np.nan], dtype=np.float64)[codes]
    rules = [
        (rule, np.array([found == rule for _, found in read] + [False], dtype=np.bool_)[codes])
        for rule in (NUMBER_RULE, WHOLE_RULE)
    ]
    return _with_rules(values, rules)


def booleans(column: pd.Series) -> Numbers:
    """Read a column of true and false, 1 and 0, or the words in any case as 1 and 0."""
    if is_boolean(column):
        return Numbers(column.to_numpy(np.float64, na_value=np.nan))
    codes, distinct = factorized(column)
    read = [_BOOLEANS.get(name(value), np.nan) for value in distinct]
    blank = [is_blank(value) for value in distinct]
    values = np.array([*read, np.nan], dtype=np.float64)[codes]
    wrong = np.isnan(values) & (codes >= 0) & ~np.array([*blank, True], dtype=np.bool_)[codes]
    return _with_rules(values, [(BOOLEAN_RULE, wrong)])


def categories(column: pd.Series) -> Categories:
    """Read a column of text, numbers, true and false as categories."""
    codes, distinct = factorized(column)
    found = [name(value) for value in distinct]
    unfit = [each is not None and (len(each) > MOST_NAME or not is_unicode(each)) for each in found]
    pairs = zip(found, unfit, strict=True)
    ordered = in_order({each for each, is_unfit in pairs if each and not is_unfit})
    places = {each: place for place, each in enumerate(ordered)}
    renamed = np.array([places.get(each or "", -1) for each in found] + [-1], dtype=np.int32)
    rules = [
        (CATEGORY_RULE, _flags((each is None for each in found), codes)),
        (NAME_RULE, _flags(unfit, codes)),
    ]
    broken = tuple(Broken(rule, cells) for rule, cells in rules if cells.any())
    return Categories(renamed[codes], ordered, broken)


def classes(column: pd.Series) -> Classes:
    """Read a column as classes: texts are kept with their spaces, zeros and case.

    If labels are of several types, such as numbers and texts, all are taken for texts.
    """
    codes, distinct = factorized(column)
    found: list[Label | None] = [_label(value) for value in distinct]
    if len({float if type(each) is int else type(each) for each in found if each is not None}) > 1:
        found = [None if each is None else label_name(each) for each in found]
    blank = [is_blank(value) for value in distinct]
    texts = [each if isinstance(each, str) else "" for each in found]
    unfit = [len(text) > MOST_NAME or not is_unicode(text) for text in texts]
    ordered = _labels_in_order({each for each in found if each is not None})
    places = {each: place for place, each in enumerate(ordered)}
    kept = [-1 if each is None else places[each] for each in found]
    wrong = (each is None and not is_empty for each, is_empty in zip(found, blank, strict=True))
    rules = [(CATEGORY_RULE, _flags(wrong, codes)), (NAME_RULE, _flags(unfit, codes))]
    broken = tuple(Broken(rule, cells) for rule, cells in rules if cells.any())
    return Classes(np.array([*kept, -1], dtype=np.int32)[codes], ordered, broken)


def _label(value: object) -> Label | None:
    """Return the label of a class; None if the cell is blank or can be none."""
    match value:
        case bool() | np.bool_():
            return bool(value)
        case int() | np.integer():
            return int(value)
        case float() | np.floating() | Decimal():
            return float(value) if np.isfinite(float(value)) else None
        case str() if value.strip():
            return value
    return None


def _labels_in_order(labels: Iterable[Label]) -> tuple[Label, ...]:
    texts = [label for label in labels if isinstance(label, str)]
    return in_order(texts) or tuple(sorted(labels))


def factorized(column: pd.Series) -> tuple[NDArray[np.intp], list[object]]:
    """Return the place of each cell among the distinct ones, -1 if missing, and the distinct ones.

    Cells that have no hash, such as lists, are all distinct.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        used, places = np.unique(column.cat.codes.to_numpy(), return_inverse=True)
        kept = used[used >= 0]
        shift = len(used) - len(kept)
        return places - shift, column.cat.categories[kept].tolist()
    try:
        codes, distinct = pd.factorize(column)
    except TypeError:
        missing = column.isna().to_numpy()
        return np.where(missing, -1, np.arange(len(column))), column.tolist()
    return codes, distinct.tolist()


def is_boolean(column: pd.Series) -> bool:
    """Whether the type of a column is true and false."""
    categorical = isinstance(column.dtype, pd.CategoricalDtype)
    return pd.api.types.is_bool_dtype(column.dtype) and not categorical


def name(value: object) -> str | None:
    """Return the name of a category; empty if the cell is blank, None if it can be no category.

    Examples
    --------
    >>> [name(value) for value in (1.0, " 01", "1e0", 2.5, "Red ", True, "FALSE", [])]
    ['1', '1', '1', '2.5', 'Red', 'true', 'false', None]
    """
    match value:
        case bool() | np.bool_():
            return "true" if value else "false"
        case int() | np.integer():
            return str(int(value))
        case float() | np.floating() | Decimal():
            return _number_name(float(value))
        case str():
            return _text_name(value.strip())
    return None


def _text_name(text: str) -> str:
    if text.casefold() in _BOOLEANS and not text.isdigit():
        return text.casefold()
    if len(text) > _MOST_DIGITS or not is_number(text):
        return text
    return str(int(text)) if _WHOLE.fullmatch(text) else _number_name(float(text), text)


def _number_name(value: float, text: str = "") -> str:
    if not np.isfinite(value):
        return text or repr(value)
    return str(int(value)) if value == int(value) and abs(value) < LARGEST_WHOLE else repr(value)


def is_number(text: str) -> bool:
    """Whether a text is a number with a decimal point, with or without an exponent."""
    return _NUMBER.fullmatch(text) is not None


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that is not too long to be read."""
    return len(text) <= _MOST_DIGITS and _WHOLE.fullmatch(text) is not None


def is_quantity(text: str) -> bool:
    """Whether a text looks like a number with a unit, such as $5, 12% or 3 km."""
    return _QUANTITY.fullmatch(text) is not None and not is_number(text)


def is_unicode(text: str) -> bool:
    """Whether a text can be written in UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_date(text: str) -> bool:
    """Whether a text looks like a date, with or without a time."""
    return _DATE.fullmatch(text) is not None


def is_blank(value: object) -> bool:
    """Whether a cell is a text without characters, or of spaces only."""
    return isinstance(value, str) and not value.strip()


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sort the names of categories: by value if all are numbers, else by their characters.

    Examples
    --------
    >>> in_order({"10", "9", "-1"}), in_order({"10", "9", "b"})
    (('-1', '9', '10'), ('10', '9', 'b'))
    """
    by_name = sorted(names)
    numeric = all(len(name) <= _MOST_DIGITS and is_number(name) for name in by_name)
    return tuple(sorted(by_name, key=float) if numeric else by_name)


_BOOLEANS: dict[str | None, float] = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}


def _number(value: object) -> tuple[float, str]:
    """Return a cell as a number, and the rule that it breaks, or nothing."""
    if isinstance(value, str):
        return _number_of_text(value.strip())
    if isinstance(value, bool | np.bool_):
        return np.nan, NUMBER_RULE
    if isinstance(value, int | np.integer):
        exact = abs(int(value)) <= LARGEST_WHOLE
        return (float(value), "") if exact else (np.nan, WHOLE_RULE)
    if isinstance(value, float | np.floating | Decimal):
        return float(value), ""
    return np.nan, NUMBER_RULE


def _number_of_text(text: str) -> tuple[float, str]:
    if not text:
        return np.nan, ""
    if not is_number(text):
        return np.nan, NUMBER_RULE
    if not _WHOLE.fullmatch(text):
        return float(text), ""
    exact = len(text) <= _MOST_DIGITS and abs(int(text)) <= LARGEST_WHOLE
    return (float(text), "") if exact else (np.nan, WHOLE_RULE)


def _beyond(column: pd.Series) -> Flags:
    present = column.dropna()
    whole = present.to_numpy()
    found = np.zeros(len(column), dtype=np.bool_)
    outside = (whole > LARGEST_WHOLE) | (whole < -LARGEST_WHOLE)
    found[column.notna().to_numpy()] = np.asarray(outside, dtype=np.bool_)
    return found


def _with_rules(values: Floats, rules: Iterable[tuple[str, Flags]]) -> Numbers:
    size = np.abs(values)
    every = [*rules, (FINITE_RULE, np.isinf(values))]
    every.append((LARGEST_RULE, (size > LARGEST) & ~np.isinf(values)))
    return Numbers(values, tuple(Broken(rule, cells) for rule, cells in every if cells.any()))


T = TypeVar("T")


def _flags(of_distinct: Iterable[bool], codes: NDArray[np.intp]) -> Flags:
    return np.array([*of_distinct, False], dtype=np.bool_)[codes]


def share(distinct: Sequence[T], counts: NDArray[np.intp], holds: Callable[[T], bool]) -> float:
    """Return the share of the cells for which something holds; 0 if there are none."""
    total = int(counts.sum())
    found = sum(int(count) for value, count in zip(distinct, counts, strict=True) if holds(value))
    return found / total if total else 0.0
