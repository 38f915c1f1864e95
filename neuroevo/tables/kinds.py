"""What each column of a table is: numbers, true and false, categories, dates. Knows no networks."""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from neuroevo.settings import shown
from neuroevo.tables.cells import (
    NUMBER_RULE,
    WHOLE_RULE,
    Broken,
    Categories,
    Flags,
    Floats,
    Numbers,
    booleans,
    categories,
    factorized,
    is_blank,
    is_boolean,
    is_date,
    is_number,
    is_quantity,
    name,
    numbers,
    share,
)
from neuroevo.tables.limits import MOST_CATEGORIES
from neuroevo.tables.problems import row_label

Kind = Literal["number", "boolean", "category", "date", "other"]

MOSTLY = 0.5  # of the cells; then the others are taken for mistakes
NEARLY_ALL = 0.9  # of the cells are distinct: they name the rows
FEW = 20  # distinct cells are no names of rows, however few rows there are
_MANY = 100  # rows; if different whole numbers increase over so many, they name the rows
_NAME_OF_ROWS = re.compile(
    r"(?i:(.*[\W_])?(id|idx|index|key|row)|row[ _]?(id|number)|unnamed: \d+)|.*[a-z]I[dD]"
)
MOST_DESCRIBED = 50  # categories in a description

_LEAVE_OUT = "name it in leave_out"
_SPLIT_BY_TIME = f"{_LEAVE_OUT}, or name it in split_column with split = 'time'"
_HINTS = {
    NUMBER_RULE: "for categories, name the column in categories; not to use it, in leave_out",
    WHOLE_RULE: "if the numbers are names, name the column in leave_out",
}


@dataclass(frozen=True, slots=True)
class ColumnDescription:
    """One column of a table, for people.

    Parameters
    ----------
    name, kind
        Its name; what its cells are.
    missing, distinct
        How many cells are missing; how many different ones there are beside them.
    low, high
        Its smallest and largest number; None unless it holds numbers.
    categories
        The first 50 categories in their order; empty unless it holds categories.
    problem
        Why it, or most of its cells, can't be an input, such as ``must be text, …, but got …``;
        empty if it can.
    names_rows
        Whether its numbers do nothing but tell rows apart.
    """

    name: str
    kind: Kind
    missing: int
    distinct: int
    low: float | None = None
    high: float | None = None
    categories: tuple[str, ...] = ()
    problem: str = ""
    names_rows: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column as it was given, and as what it was read."""

    given: "pd.Series"
    kind: Kind
    numbers: Numbers | None = None  # for number and boolean
    categories: Categories | None = None  # for category
    example: object = None  # a cell, for date and other

    @property
    def name(self) -> str:
        """The name of the column."""
        return str(self.given.name)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The rules that cells of the column break."""
        read = self.numbers or self.categories
        return read.broken if read else ()

    @property
    def missing(self) -> Flags:
        """Array (rows,), true for missing cells."""
        read = self.numbers or self.categories
        if read is None:
            return self.given.isna().to_numpy(np.bool_)
        absent = np.isnan(read.array) if isinstance(read, Numbers) else read.codes < 0
        for broken in read.broken:
            absent &= ~broken.cells
        return absent

    @property
    def array(self) -> Floats:
        """Array (rows,) of numbers, or of the places of categories; NaN if missing."""
        if self.numbers is not None:
            return self.numbers.array
        codes = self.categories.codes if self.categories else np.full(len(self.given), -1)
        return np.where(codes < 0, np.nan, codes)

    @property
    def distinct(self) -> int:
        """The number of different cells that are neither missing nor wrong."""
        if self.categories is not None:
            return len(self.categories.names)
        if self.numbers is not None:
            return _distinct(self.numbers.array)
        return len(factorized(self.given)[1])

    @property
    def input_problem(self) -> str:
        """Why the column can't be an input, whatever its cells are; empty if it can."""
        if self.kind == "date":
            rule = "must be numbers, categories, true or false"
            return f"{rule}, but got the date {shown(_readable(self.example))}"
        if self.kind == "other":
            rule = "must be numbers, text, true or false"
            return f"{rule}, but got {shown(_readable(self.example))}"
        if self.kind != "category":
            return ""
        present = len(self.given) - int(self.missing.sum())
        if self.distinct > FEW and self.distinct > NEARLY_ALL * present:
            rule = "must have categories that several rows share"
            return f"{rule}, but got {self.distinct:,} in {present:,} rows{self.unit_hint}"
        if self.distinct > MOST_CATEGORIES:
            rule = f"must have at most {MOST_CATEGORIES:,} categories"
            return f"{rule}, but got {self.distinct:,}"
        return ""

    @property
    def unit_hint(self) -> str:
        """What to do if its categories are numbers with units; else empty."""
        names = self.categories.names if self.categories else ()
        with_units = [each for each in names if is_quantity(each)]
        if len(with_units) < MOSTLY * len(names) or not with_units:
            return ""
        return (
            f"; if they are quantities, write numbers without units, but got {shown(with_units[0])}"
        )

    @property
    def input_hint(self) -> str:
        """What to do if the column can't be an input."""
        return _SPLIT_BY_TIME if self.kind == "date" else _LEAVE_OUT

    @property
    def names_rows(self) -> bool:
        """Whether its numbers do nothing but tell rows apart.

        They are whole, another one in each row, and count the rows, or increase over a hundred rows
        or more, or the column has a name such as ``id``.
        """
        if self.kind != "number" or self.numbers is None or self.broken:
            return False
        values = self.numbers.array
        if not (values == np.round(values)).all() or self.distinct < len(values):
            return False
        steps = np.diff(values)
        counts = len(values) > FEW and values[0] in {0, 1} and bool((steps == 1).all())
        increases = len(values) >= _MANY and bool((steps > 0).all())
        return counts or increases or _NAME_OF_ROWS.fullmatch(self.name) is not None

    def describe(self) -> ColumnDescription:
        """Describe the column for people."""
        finite = self.numbers.array if self.numbers and self.kind == "number" else np.empty(0)
        finite = finite[np.isfinite(finite)]
        return ColumnDescription(
            self.name,
            self.kind,
            int(self.missing.sum()),
            self.distinct,
            float(finite.min()) if len(finite) else None,
            float(finite.max()) if len(finite) else None,
            self.categories.names[:MOST_DESCRIBED] if self.categories else (),
            self.input_problem or self._mostly_broken(),
            self.names_rows,
        )

    def _mostly_broken(self) -> str:
        """Return the rule that most cells break, with the first of them; else nothing."""
        present = len(self.given) - int(self.missing.sum())
        for broken in self.broken:
            if broken.cells.sum() > MOSTLY * present:
                row = int(np.argmax(broken.cells))
                cell = shown(_readable(self.given.iloc[row]))
                return f"{broken.rule}, but got {cell} in row {row_label(self.given.index[row])}"
        return ""


def read_column(column: pd.Series, *, as_categories: bool = False) -> Column:
    """Find out what a column holds, and read it so.

    Text is numbers if at least half of its cells are; then the other cells are wrong. It is true
    and false if all its cells are these words, in any case, and dates if all look like dates; else
    it holds categories. Other words such as yes and no are categories.

    Parameters
    ----------
    column
        The cells; its name is that of the column.
    as_categories
        Whether numbers are to be read as categories.
    """
    if as_categories:
        return Column(column, "category", categories=categories(column))
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return Column(column, "category", categories=categories(column))
    if is_boolean(column):
        return Column(column, "boolean", numbers=booleans(column))
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return Column(column, "number", numbers=_hinted(numbers(column)))
    if pd.api.types.is_string_dtype(dtype) or pd.api.types.is_object_dtype(dtype):
        return _read_text(column)
    present = column.dropna()
    example = present.iloc[0] if len(present) else None
    is_time = pd.api.types.is_datetime64_any_dtype(dtype) or _is_date(example)
    return Column(column, "date" if is_time else "other", example=example)


def _read_text(column: pd.Series) -> Column:
    codes, every = factorized(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(every))
    kept = [place for place, value in enumerate(every) if not is_blank(value)]
    distinct, counts = [every[place] for place in kept], counts[kept]
    if not distinct:  # nothing but missing cells
        return Column(column, "number", numbers=Numbers(np.full(len(column), np.nan)))
    if all(isinstance(value, bool) or name(value) in _BOOLEAN_NAMES for value in distinct):
        return Column(column, "boolean", numbers=booleans(column))
    numeric = share(distinct, counts, _is_number)
    if numeric >= MOSTLY:
        return Column(column, "number", numbers=_hinted(numbers(column)))
    if all(_is_date(value) for value in distinct):
        return Column(column, "date", example=distinct[0])
    strange = next((value for value in distinct if name(value) is None), None)
    if strange is not None:
        return Column(column, "date" if _is_date(strange) else "other", example=strange)
    return Column(column, "category", categories=categories(column))


def _hinted(read: Numbers) -> Numbers:
    broken = [Broken(each.rule, each.cells, _HINTS.get(each.rule, "")) for each in read.broken]
    return Numbers(read.array, tuple(broken))


_BOOLEAN_NAMES = frozenset({"true", "false"})


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return is_number(value.strip())
    numeric = isinstance(value, int | float | np.number | Decimal)
    return numeric and not isinstance(value, bool | np.bool_)


def _is_date(value: object) -> bool:
    dates = isinstance(value, dt.date | pd.Period)
    return dates or (isinstance(value, str) and is_date(value.strip()))


def _readable(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _distinct(values: Floats) -> int:
    return len(pd.unique(values[~np.isnan(values)]))


def describe(
    frame: pd.DataFrame, categories: Collection[str] = ()
) -> tuple[ColumnDescription, ...]:
    """Describe each column of a table, also those that could not be used.

    Parameters
    ----------
    frame
        A table, as `neuroevo.tables.read_table` gives it, or from Python; it is not changed.
    categories
        Names of columns whose numbers are categories.
    """
    described = []
    for place, label in enumerate(frame.columns):
        column = frame.iloc[:, place].rename(str(label).strip())
        described.append(read_column(column, as_categories=column.name in categories).describe())
    return tuple(described)
