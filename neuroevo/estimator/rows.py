"""What users of scikit-learn hand over, X, y and sample_weight, as checked rows.

Knows scikit-learn's rules for arrays and frames; knows no networks.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.utils.validation import _check_sample_weight, _num_features, validate_data

from neuroevo.tables.frames import without_mask

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_MOST_PIECES = 10  # of a heavy row
_MOST_WEIGHT = 1e100  # greater ones are scaled, so that their sum is finite
_ENOUGH = 100  # rows of a class, so that its parts are alike


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a table with what is to be learnt of each.

    Parameters
    ----------
    frame
        The inputs, with their names in texts; the index has the names of the rows.
    targets
        Array (rows, targets) of numbers, or (rows,) of the places of classes.
    weights
        Array (rows,), at least 0; None if all count equally.
    """

    frame: pd.DataFrame
    targets: npt.NDArray[Any]
    weights: Floats | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def at(self, places: Places) -> Self:
        """Return the rows at some places."""
        weights = None if self.weights is None else self.weights[places]
        return replace(
            self, frame=self.frame.iloc[places], targets=self.targets[places], weights=weights
        )

    def joined(self) -> Self:
        """Join equal rows with weights above 0 to one row with the sum of their weights.

        The order of the result depends on the contents of rows alone. So a weight of 2 is the same
        as a row that is there twice, a weight of 0 the same as none, and the given order does not
        matter.
        """
        weights = np.ones(len(self)) if self.weights is None else self.weights
        used = np.flatnonzero(weights)
        keys = _keys(self.frame, self.targets)[used]
        order = used[np.lexsort((weights[used], keys))]
        keys = np.sort(keys)
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        sums = np.add.reduceat(weights[order], first)
        return replace(self.at(order[first]), weights=sums)

    def cut(self) -> Self:
        """Cut joined rows that have much of the weight of their class into equal ones.

        Then they can be in the training and in the validation part, as the rows of which they were
        joined would be. A row becomes at most as many rows as its weight, and each has at most a
        hundredth of the weight of its class if that is possible with ten. Without weights if these
        are equal then.
        """
        if self.weights is None:
            return self
        classes = self.targets if self.targets.ndim == 1 else np.zeros(len(self), dtype=np.int64)
        of_class = pd.Series(self.weights).groupby(classes).transform("sum").to_numpy()
        wanted = np.minimum(self.weights, np.ceil(_ENOUGH * self.weights / of_class))
        counts = np.clip(wanted, 1, _MOST_PIECES).astype(np.intp)
        found = self.at(np.repeat(np.arange(len(self)), counts))
        weights = np.repeat(self.weights / counts, counts)
        return replace(found, weights=None if (weights == weights[0]).all() else weights)


def _is_real(kind: Any) -> bool:
    types = pd.api.types
    return types.is_numeric_dtype(kind) and not (
        types.is_bool_dtype(kind) or types.is_complex_dtype(kind)
    )


def _keys(frame: pd.DataFrame, targets: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Return a number for each row, the same for equal rows.

    Of a million rows, two that differ have the same number with a probability below 1e-7.
    """
    cells = frame.reset_index(drop=True)
    numbers = [name for name, kind in cells.dtypes.items() if _is_real(kind)]
    cells = cells.astype(dict.fromkeys(numbers, np.float64))  # 1 and 1.0 are the same
    try:
        keys = pd.util.hash_pandas_object(cells, index=False)
    except TypeError:  # cells that can't be inputs, such as lists, which are refused later
        keys = pd.util.hash_pandas_object(cells.astype("string"), index=False)
    learnt = pd.util.hash_pandas_object(pd.DataFrame(targets), index=False)
    joined = pd.DataFrame({"inputs": keys, "targets": learnt})
    hashed: npt.NDArray[np.uint64] = np.asarray(pd.util.hash_pandas_object(joined, index=False))
    return hashed


def read_inputs(estimator: Any, given: Any, *, reset: bool) -> pd.DataFrame:
    """Check X as scikit-learn does, and return it as a frame.

    Parameters
    ----------
    estimator
        Gets `n_features_in_` and, from a frame with names, `feature_names_in_` if `reset`; else X
        must have the same ones.
    given
        A data frame with numbers, text, true and false; or an array (rows, columns) of numbers.
        Cells may be missing.
    reset
        Whether X is a new table.

    Raises
    ------
    ValueError, TypeError
        If X is no table of this kind, as scikit-learn says it.
    """
    if not isinstance(given, pd.DataFrame):
        array = validate_data(
            estimator,
            without_mask(given),
            reset=reset,
            dtype=np.float64,
            ensure_all_finite="allow-nan",
        )
        return pd.DataFrame(array, columns=[f"x{each + 1}" for each in range(array.shape[1])])
    if not given.columns.is_unique:
        again = str(given.columns[given.columns.duplicated()][0])
        raise ValueError(f"X: must have columns of different names, but got {again!r} again")
    validate_data(estimator, given, reset=reset, skip_check_array=True)
    if not len(given):
        raise ValueError("X: must have at least one row, but got 0 sample(s)")
    if not _num_features(given):
        raise ValueError(f"X: must have at least one column, but got 0 feature(s) in {given.shape}")
    return given.set_axis([str(name) for name in given.columns], axis=1)


def read_weights(given: Any, frame: pd.DataFrame) -> Floats | None:
    """Check sample weights: an array (rows,) of numbers of at least 0, not all 0; or None.

    Raises
    ------
    ValueError
        If they are anything else.
    """
    if given is None:
        return None
    weights: Floats = _check_sample_weight(given, frame, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():
        raise ValueError("sample_weight: must not all be zero, but got only zeros")
    greatest = float(weights.max())
    return weights if greatest <= _MOST_WEIGHT else np.asarray(weights / greatest)


def divided(rows: Rows, share: float, random: np.random.Generator) -> tuple[Places, Places]:
    """Divide rows at random into those that train and those that validate.

    Parameters
    ----------
    rows
        The rows; each class has the same share, as far as its number of rows allows.
    share
        Of the rows that validate, from 0 to 1.
    random
        Draws.

    Returns
    -------
    Two arrays of places, ascending. At least one row of each class trains; if only one row could be
    left out, or none shall, all rows train and validate.
    """
    classes = rows.targets if rows.targets.ndim == 1 else np.zeros(len(rows))
    held = []
    for each in np.unique(classes):
        members = random.permutation(np.flatnonzero(classes == each))
        held.append(members[: min(round(share * len(members)), len(members) - 1)])
    validation = np.sort(np.concatenate(held))
    everything = np.arange(len(rows))
    if len(validation) < 2:  # noqa: PLR2004 - one row alone tells nothing
        return everything, everything
    return np.setdiff1d(everything, validation), validation


def parts_of(
    rows: Rows, validation: float, test: float, random: np.random.Generator
) -> npt.NDArray[np.object_]:
    """Divide rows at random into three parts, as `divided` does; at least one row validates.

    Parameters
    ----------
    rows
        The rows.
    validation, test
        Their shares of the rows.
    random
        Draws.

    Returns
    -------
    Array (rows,) of the words train, validation and test.
    """
    parts = np.full(len(rows), "train", dtype=object)
    rest = np.arange(len(rows))
    if test:
        rest, held = divided(rows, test, random)
        parts[held] = "test" if len(rest) < len(rows) else "train"
    some = rows.at(rest)
    training, held = divided(some, validation / (1 - test), random)
    if len(training) == len(some):
        held = random.choice(_largest_class(some), 1)
    parts[rest[held]] = "validation"
    return parts


def _largest_class(rows: Rows) -> Places:
    """Return the places of the rows of the most frequent class; without classes, all."""
    if rows.targets.ndim > 1:
        return np.arange(len(rows))
    return np.flatnonzero(rows.targets == np.bincount(rows.targets).argmax())
