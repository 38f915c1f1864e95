"""Tables of people who have arrays: data frames with names of columns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from neuroevo.errors import DataError

_DIMENSIONS = 2


def frame_of_inputs(rows: pd.DataFrame | ArrayLike) -> pd.DataFrame:
    """Return rows as a data frame; the columns of an array are named x1, x2, ….

    Raises
    ------
    DataError
        If they are no table.
    """
    if isinstance(rows, pd.DataFrame):
        return rows
    return _named(rows, "X", "x")


def frame_of(X: ArrayLike, y: ArrayLike) -> tuple[pd.DataFrame, tuple[str, ...]]:  # noqa: N803 - the field's names
    """Join inputs and targets, and return the names of the targets.

    Parameters
    ----------
    X
        A data frame or an array (rows, columns), see `frame_of_inputs`.
    y
        A series, a data frame, or an array (rows,) or (rows, targets); without names y, or y1, y2,
        ….

    Raises
    ------
    DataError
        If they are no tables, have different numbers of rows, or share the name of a column.
    """
    inputs = frame_of_inputs(X)
    targets = _targets(y)
    if isinstance(y, pd.Series) and targets.columns[0] in set(inputs.columns):
        targets.columns = ["y"]  # computed from a column, whose name it still has
    if len(inputs) != len(targets):
        rule = "X and y: must have as many rows"
        raise DataError(f"{rule}, but got {len(inputs):,} and {len(targets):,}")
    shared = [name for name in targets.columns if name in set(inputs.columns)]
    if shared:
        raise DataError(f"y: must have other names than the columns of X, but got {shared[0]!r}")
    joined = pd.concat([inputs.reset_index(drop=True), targets.reset_index(drop=True)], axis=1)
    return joined, tuple(str(name) for name in targets.columns)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: this one, or with _ at its end."""
    while name in taken:
        name += "_"
    return name


def are_texts(frame: pd.DataFrame, names: Sequence[str]) -> bool:
    """Whether all present cells of some columns are texts."""
    kinds = [pd.api.types.infer_dtype(frame[name], skipna=True) for name in names]
    return all(kind == "string" for kind in kinds)


def _targets(y: ArrayLike | Mapping[str, Any]) -> pd.DataFrame:
    if isinstance(y, pd.DataFrame):
        unnamed = isinstance(y.columns, pd.RangeIndex)  # pandas' own numbers
        names = ["y"] if y.shape[1] == 1 else _numbered("y", y.shape[1])
        return y.set_axis(names, axis=1) if unnamed else y
    if isinstance(y, pd.Series):
        unnamed = y.name is None or isinstance(y.name, int)
        return y.to_frame("y" if unnamed else str(y.name))
    array = _array(y, "y")
    if array.ndim == 1:
        return pd.DataFrame({"y": array})
    return _named(array, "y", "y")


def _numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{place + 1}" for place in range(count)]


def _array(values: ArrayLike | Mapping[str, Any], name: str) -> NDArray[Any]:
    if np.ma.is_masked(values):  # NumPy would drop the mask
        masked: np.ma.MaskedArray[Any, Any] = np.ma.asarray(values)
        kind = np.float64 if masked.dtype.kind in "iuf" else object
        return np.ma.filled(masked.astype(kind), np.nan)
    try:
        return np.asarray(values)
    except ValueError as error:
        rule = "must have rows of one length"
        raise DataError(f"{name}: {rule} ({str(error).partition('.')[0]})") from None


def _named(values: ArrayLike, name: str, letter: str) -> pd.DataFrame:
    array = _array(values, name)
    if array.ndim != _DIMENSIONS:
        raise DataError(f"{name}: must have the shape (rows, columns), but got {array.shape}")
    return pd.DataFrame(array, columns=_numbered(letter, array.shape[1]))
