"""The values that a gene may take: plain Python, and plain JSON too.

Handles their normal form and how they are worded; knows no gene and no bounds.
"""

import math
import reprlib
from numbers import Integral, Real
from typing import TypeAlias

import numpy as np

from neuroevo.errors import UsageError

Layer: TypeAlias = int | tuple[int, str]
"""The width of a layer, alone or with the name of its activation."""

Value: TypeAlias = bool | int | float | str | tuple[Layer, ...]
"""In a tuple either all layers have an activation, or none has."""

PlainJson: TypeAlias = bool | int | float | str | list["PlainJson"]

LARGEST_WHOLE = 2**53  # up to here a float counts the whole numbers without gaps


def plain(value: object) -> Value:
    """Bring a value to its normal form.

    NumPy scalars become Python's, lists become tuples, and a negative zero becomes zero, so that
    equal values are written alike.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    Value
        True or false, a whole number, a finite number, a string, or a tuple of whole numbers or
        of pairs of a whole number and a string.

    Raises
    ------
    UsageError
        When the value is none of these.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | Integral):
        return int(value)
    if isinstance(value, float | Real):
        return _finite(float(value))
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple) and all(map(is_whole, value)):
        return tuple(int(item) for item in value)
    if isinstance(value, list | tuple) and all(map(_is_pair, value)):
        return tuple((int(whole), str(name)) for whole, name in value)
    raise UsageError(
        "must be a number, a string, true, false or a list of whole numbers or of pairs "
        f"(whole number, string), but got {worded(value)}"
    )


def plain_json(value: Value) -> PlainJson:
    """Return a value as JSON and TOML give it again: with lists in place of tuples."""
    if not isinstance(value, tuple):
        return value
    return [list(item) if isinstance(item, tuple) else item for item in value]


def _is_pair(item: object) -> bool:
    if not isinstance(item, list | tuple) or len(item) != 2:  # noqa: PLR2004 - a pair
        return False
    return is_whole(item[0]) and isinstance(item[1], str)


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise UsageError(f"must be finite, but got {number!r}")
    return number + 0.0


def is_number(value: object) -> bool:
    """Whether a value is a real number; true and false are not."""
    return isinstance(value, float | int | Real) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Whether a value has the type of a whole number; true, false and 1.0 do not."""
    return isinstance(value, int | Integral) and not isinstance(value, bool)


def worded(value: object) -> str:
    """Put any value into a message, cut short where it is long."""
    return reprlib.repr(value)
