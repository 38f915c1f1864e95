"""Warnings of inputs that give a target away, each by itself. Knows no settings and no networks."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from neuroevo.settings import shown
from neuroevo.tables.cells import Floats
from neuroevo.tables.kinds import Column
from neuroevo.tables.problems import column_line

ROWS_PER_VALUE = 5  # different ones; of fewer, columns are one to one with a target by chance
_ROUNDING = 1e-9  # of the largest deviation from the mean
_SOME = 500  # rows that are looked at first
_PRESENT = 0.5  # share of the rows


def twin_lines(
    inputs: Sequence[Column], targets: Sequence[Column], name: str, *, are_classes: bool
) -> list[str]:
    """Return a warning for each input from which a target can be read off.

    It equals the target, or is a linear function of it, or has one value for each of the target's.
    Missing cells of the input are passed over if at least half of them are there.

    Parameters
    ----------
    inputs, targets
        Columns without problems.
    name
        What warnings call the table.
    are_classes
        Whether the target is classes.
    """
    return [
        column_line(name, each.name, f"{found} the target {shown(target.name)}")
        for target in targets
        for each, found in _relations(inputs, target, are_classes=are_classes)
    ]


def _relations(
    inputs: Sequence[Column], target: Column, *, are_classes: bool
) -> Iterator[tuple[Column, str]]:
    """Give each column that gives a target away, and how, as the beginning of a text."""
    distinct, rows = target.distinct, len(target.given)
    enough = ROWS_PER_VALUE * distinct
    can_be_linear = target.numbers is not None and distinct > 2  # noqa: PLR2004 - two values are on a line with any two
    for each in inputs:
        if _equal(each, target):
            yield each, "equals"
        elif (
            enough <= rows
            and _holds(_one_to_one, each, target)
            and _different_rows([*inputs, target]) >= enough
        ):
            yield each, f"has one value for each {'class' if are_classes else 'value'} of"
        elif can_be_linear and each.numbers is not None and _holds(_linear, each, target):
            yield each, "is a linear function of"


def _different_rows(columns: Sequence[Column]) -> int:
    """Return the number of rows that differ from all before."""
    frame = pd.DataFrame({place: each.array for place, each in enumerate(columns)})
    return len(pd.unique(pd.util.hash_pandas_object(frame, index=False)))


def _holds(relation: Callable[[Floats, Floats], bool], one: Column, target: Column) -> bool:
    """Whether two columns are related where the first is not missing, if it mostly is not.

    Some rows are looked at first: most columns are found not to be related in little time.
    """
    present = ~np.isnan(one.array)
    if present.sum() < _PRESENT * len(present):
        return False
    given, wanted = one.array[present], target.array[present]
    some = slice(None, None, len(given) // _SOME + 1)
    return relation(given[some], wanted[some]) and relation(given, wanted)


def _equal(one: Column, other: Column) -> bool:
    """Whether two columns are equal, also if one was rounded to float32."""
    if one.categories is None or other.categories is None:
        numeric = one.numbers is not None and other.numbers is not None
        pairs = ((one.array, other.array), (other.array, one.array))
        with np.errstate(over="ignore"):  # what is larger than float32 is not its own rounding
            return numeric and any(
                np.array_equal(rounded, exact) or np.array_equal(rounded, exact.astype(np.float32))
                for rounded, exact in pairs
            )
    same_names = one.categories.names == other.categories.names
    return same_names and np.array_equal(one.array, other.array)


def _one_to_one(given: Floats, wanted: Floats) -> bool:
    """Whether each value goes with one other, in both directions; equal values do."""
    codes, values = pd.factorize(given)
    other_codes, other_values = pd.factorize(wanted)
    count = len(values)
    return count == len(other_values) == len(pd.unique(codes * count + other_codes))


def _linear(given: Floats, wanted: Floats) -> bool:
    """Whether numbers are a linear function of others."""
    given, wanted = given - given.mean(), wanted - wanted.mean()
    square = given @ given
    if not square > 0:
        return False
    rest = wanted - given * (given @ wanted / square)
    return bool(np.abs(rest).max() <= _ROUNDING * np.abs(wanted).max())
