"""The values of genes: their normal form, as JSON and in messages. Knows no gene."""

import math
import reprlib
from numbers import Integral, Real
from typing import TypeAlias

import numpy as np

from neuroevo.errors import UsageError

Layer: TypeAlias = int | tuple[int, str]
"""The width of a layer, or a pair of its width and the name of its activation."""

Value: TypeAlias = bool | int | float | str | tuple[Layer, ...]
"""In a tuple, either all layers have an activation or none."""

PlainJson: TypeAlias = bool | int | float | str | list["PlainJson"]

LARGEST_WHOLE = 2**53  # up to here a float holds all whole numbers exactly


def plain(value: object) -> Value:
    """Convert a value to its normal form.

    NumPy scalars become Python's, lists become tuples, and a negative zero becomes zero, so that
    equal values are written in the same way.

    Raises
    ------
    UsageError
        If the value is none of those that `Value` describes, or not finite.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | Integral):
        return int(value)
    if isinstance(value, float | Real):
        if not math.isfinite(value):
            raise UsageError(f"must be finite, but got {float(value)!r}")
        return float(value) + 0.0
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
    """Return a value as it is in JSON and TOML: with lists in place of tuples."""
    if not isinstance(value, tuple):
        return value
    return [list(item) if isinstance(item, tuple) else item for item in value]


def _is_pair(item: object) -> bool:
    if not isinstance(item, list | tuple) or len(item) != 2:  # noqa: PLR2004 - a pair
        return False
    return is_whole(item[0]) and isinstance(item[1], str)


def is_number(value: object) -> bool:
    """Whether a value is a real number; true and false are not."""
    return isinstance(value, float | int | Real) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Whether a value is of a type of whole numbers; true, false and 1.0 are not."""
    return isinstance(value, int | Integral) and not isinstance(value, bool)


def worded(value: object) -> str:
    """Return the text of any value for a message, in one line, cut if it is long."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        return "a masked value" if value.size == 1 else "an array with masked values"
    return " ".join(line.strip() for line in reprlib.repr(value).splitlines())
