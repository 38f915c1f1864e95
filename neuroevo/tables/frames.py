"""Tables of people who have arrays: data frames with names of columns."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from neuroevo.errors import DataError
from neuroevo.tables.cells import LARGEST_WHOLE

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
    targets = _targets(y, inputs.columns)
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


def _targets(y: ArrayLike | Mapping[str, Any], taken: Collection[str]) -> pd.DataFrame:
    """Return targets as a frame; those without names of their own get some that are not taken."""
    if isinstance(y, pd.Series):  # that of a column was computed from it, and is no own one
        y = y.to_frame(None if str(y.name) in taken else y.name)
    if isinstance(y, pd.DataFrame):
        if not all(label is None or isinstance(label, int | np.integer) for label in y.columns):
            return y.set_axis([str(label) for label in y.columns], axis=1)
        targets = y  # pandas' own numbers
    else:
        array = _array(y, "y")
        targets = _named(array[:, None] if array.ndim == 1 else array, "y", "y")
    names = ["y"] if targets.shape[1] == 1 else _numbered("y", targets.shape[1])
    return targets.set_axis([free_name(name, taken) for name in names], axis=1)


def _numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{place + 1}" for place in range(count)]


def without_mask(values: Any) -> Any:  # noqa: ANN401 - whatever people give
    """Return an array with NaN in its masked cells, which NumPy would give their hidden values.

    A list of masked arrays becomes an array too; anything else is returned as it is.
    """
    is_list = isinstance(values, list | tuple)
    if not any(map(np.ma.is_masked, values if is_list else [values])):
        return values
    masked: np.ma.MaskedArray[Any, Any] = np.ma.array(values)
    kind = masked.dtype.kind
    is_exact = kind == "f" or (kind in "iu" and bool((abs(masked) <= LARGEST_WHOLE).all()))
    return np.ma.filled(masked.astype(np.float64 if is_exact else object), np.nan)


def _array(values: ArrayLike | Mapping[str, Any], name: str) -> NDArray[Any]:
    try:
        return np.asarray(without_mask(values))
    except ValueError as error:
        rule = "must have rows of one length"
        raise DataError(f"{name}: {rule} ({str(error).partition('.')[0]})") from None


def _named(values: ArrayLike, name: str, letter: str) -> pd.DataFrame:
    array = _array(values, name)
    if array.ndim != _DIMENSIONS:
        raise DataError(f"{name}: must have the shape (rows, columns), but got {array.shape}")
    return pd.DataFrame(array, columns=_numbered(letter, array.shape[1]))
