"""The values that a gene may take: plain Python, and plain JSON too.

Handles their normal form and how they are worded; knows no gene and no bounds.
"""

import math
import reprlib
from numbers import Integral, Real
from typing import TypeAlias

import numpy as np

from neuroevo.errors import UsageError

Value: TypeAlias = bool | int | float | str | tuple[int, ...]

LARGEST_WHOLE = 2**53  # up to here a float counts the whole numbers without gaps


def plain(value: object) -> Value:
    """Bring a value to its normal form.

    NumPy scalars become Python's, a list of whole numbers becomes a tuple, and a negative zero
    becomes zero, so that equal values are written alike.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    Value
        True or false, a whole number, a finite number, a string or a tuple of whole numbers.

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
    if isinstance(value, list | tuple) and all(is_whole(item) for item in value):
        return tuple(int(item) for item in value)
    raise UsageError(
        "must be a number, a string, true, false or a list of whole numbers, "
        f"but got {worded(value)}"
    )


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
