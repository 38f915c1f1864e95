"""Warnings of inputs that give a target away, each by itself. Knows no settings and no networks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from neuroevo.settings import shown
from neuroevo.tables.cells import Floats
from neuroevo.tables.kinds import Column
from neuroevo.tables.problems import column_line

ROWS_PER_VALUE = 5  # of the target; of fewer, other columns are one to one with it by chance
_ROUNDING = 1e-9  # of the largest deviation from the mean


def twin_lines(
    inputs: Sequence[Column], targets: Sequence[Column], name: str, *, are_classes: bool
) -> list[str]:
    """Return a warning for each input from which a target can be read off.

    It equals the target, or is a linear function of it, or has one value for each of the target's.
    Missing cells of the input are passed over, unless it equals the target otherwise.

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
        for each in inputs
        for target in targets
        if (found := _relation(each, target, are_classes=are_classes))
    ]


def _relation(one: Column, target: Column, *, are_classes: bool) -> str:
    """Return how a column gives the target away, as the beginning of a text; else nothing."""
    if _equal(one, target):
        return "equals"
    present = ~np.isnan(one.array)
    given, wanted = one.array[present], target.array[present]
    if _one_to_one(given, wanted):
        return f"has one value for each {'class' if are_classes else 'value'} of"
    numeric = one.numbers is not None and target.numbers is not None
    return "is a linear function of" if numeric and _linear(given, wanted) else ""


def _equal(one: Column, other: Column) -> bool:
    if one.categories is None or other.categories is None:
        numeric = one.numbers is not None and other.numbers is not None
        return numeric and np.array_equal(one.array, other.array)
    same_names = one.categories.names == other.categories.names
    return same_names and np.array_equal(one.array, other.array)


def _one_to_one(given: Floats, wanted: Floats) -> bool:
    """Whether each value goes with one other, in both directions, too often for chance."""
    codes, values = pd.factorize(given)
    other_codes, other_values = pd.factorize(wanted)
    count = len(values)
    if count != len(other_values) or count < 2 or ROWS_PER_VALUE * count > len(given):  # noqa: PLR2004 - nothing to learn
        return False
    return len(pd.unique(codes * count + other_codes)) == count


def _linear(given: Floats, wanted: Floats) -> bool:
    """Whether numbers of at least three values are a linear function of others."""
    if len(pd.unique(wanted)) < 3:  # noqa: PLR2004 - two values are a linear function of any two
        return False
    given, wanted = given - given.mean(), wanted - wanted.mean()
    square = given @ given
    if not square > 0:
        return False
    rest = wanted - given * (given @ wanted / square)
    return bool(np.abs(rest).max() <= _ROUNDING * np.abs(wanted).max())
