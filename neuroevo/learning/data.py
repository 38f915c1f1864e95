"""A data set for supervised learning, its columns and their scaling.

Does not know where the data come from.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError


class DataSize(NamedTuple):
    """The numbers of samples and columns of a data set."""

    training: int
    validation: int
    inputs: int
    outputs: int
    test: int = 0
    folds: int = 1


@dataclass(frozen=True, slots=True)
class Scaling:
    """How the raw values of columns are scaled: (raw - offset) / scale."""

    offsets: tuple[float, ...]  # one for each column
    scales: tuple[float, ...]  # one for each column, above 0

    def scaled(self, raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Scale raw values, array (samples, columns)."""
        offsets, scales = _arrays(self)
        return (raw - offsets) / scales

    def raw(self, scaled: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return scaled values, array (samples, columns), on the raw scale."""
        offsets, scales = _arrays(self)
        return scaled * scales + offsets


@lru_cache(maxsize=100)
def _arrays(scaling: Scaling) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return offsets and scales as arrays; making them takes longer than scaling a row."""
    return np.array(scaling.offsets), np.array(scaling.scales)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a data set; a trained network keeps them."""

    inputs: tuple[str, ...] = ()  # names; empty if unknown
    outputs: tuple[str, ...] = ()  # names; empty if unknown
    classes: tuple[str, ...] = ()  # one for each output, if outputs are class probabilities
    input_scaling: Scaling | None = None  # None if raw values were not scaled
    output_scaling: Scaling | None = None
    sources: tuple[str, ...] = ()  # the table's column of each input; empty if they are the same


UNKNOWN_COLUMNS = Columns()

_ROUNDING = 1e-6  # tolerance of the sum of a row of probabilities


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Training, validation and test samples, checked and made read-only.

    Parameters
    ----------
    training_inputs, validation_inputs, test_inputs
        Arrays (samples, inputs).
    training_targets, validation_targets, test_targets
        Arrays (samples, outputs). No search sees the test samples; both are None without any.
    columns
        The columns; if they have classes, targets must be class probabilities.
    training_weights, validation_weights, test_weights
        Arrays (samples,), how much the loss of each sample counts; None if all count equally. At
        least 0, and not all 0 in a part. Those of a part are scaled to a mean of 1.
    test_groups
        Array (samples,) of a number for each test sample, equal for those of a group, which are
        alike; None if they are in no groups.
    other_folds
        The other folds of a cross-validation: the same samples, divided otherwise and perhaps
        scaled otherwise; without folds of their own.

    Raises
    ------
    DataError
        If shapes do not match, a value isn't finite, targets are no class probabilities, weights
        are not allowed, or folds differ in their columns or their number of test samples.
    """

    training_inputs: npt.NDArray[np.float64]
    training_targets: npt.NDArray[np.float64]
    validation_inputs: npt.NDArray[np.float64]
    validation_targets: npt.NDArray[np.float64]
    columns: Columns
    training_weights: npt.NDArray[np.float64] | None = None
    validation_weights: npt.NDArray[np.float64] | None = None
    test_inputs: npt.NDArray[np.float64] | None = None
    test_targets: npt.NDArray[np.float64] | None = None
    test_weights: npt.NDArray[np.float64] | None = None
    test_groups: npt.NDArray[np.int64] | None = None
    other_folds: tuple["DataSet", ...] = ()

    def __post_init__(self) -> None:
        problems = []
        parts = ["training", "validation"]
        if self.test_inputs is not None or self.test_targets is not None:
            parts.append("test")
        for part in parts:
            for kind, names in (("inputs", self.columns.inputs), ("targets", self.columns.outputs)):
                name = f"{part}_{kind}"
                problems += _problems(name, self._freeze(name), len(names))
            samples = len(getattr(self, f"{part}_inputs")), len(getattr(self, f"{part}_targets"))
            if samples[0] != samples[1]:
                problems.append(
                    f"{part}: must have as many inputs as targets, but got {samples[0]} and "
                    f"{samples[1]} samples"
                )
        if self.columns.classes and not problems:
            problems = self._class_problems()
        for part in parts:
            if getattr(self, f"{part}_weights") is not None:
                weights, samples = self._freeze(f"{part}_weights"), getattr(self, f"{part}_inputs")
                problems += _weight_problems(f"{part}_weights", weights, len(samples))
        if not problems:
            problems = self._fold_problems()
        if problems:
            raise DataError(*problems)

    @property
    def folds(self) -> tuple["DataSet", ...]:
        """The data sets of all folds, this one first; alone if there is no cross-validation.

        A replicate is trained and validated on the fold at the place of its number modulo the
        number of folds.
        """
        return self, *self.other_folds

    def _fold_problems(self) -> list[str]:
        problems = []
        for number, fold in enumerate(self.other_folds, start=2):
            if _shared(fold) != _shared(self) or fold.size.test != self.size.test:
                problems.append(f"fold {number}: must have the columns and test samples of fold 1")
            if fold.other_folds:
                problems.append(f"fold {number}: must not have folds of its own")
        return problems

    def _freeze(self, name: str) -> npt.NDArray[np.float64]:
        """Replace an array by a copy that can't be changed, and return it."""
        array = np.array(getattr(self, name), dtype=np.float64, order="C")
        array.setflags(write=False)
        object.__setattr__(self, name, array)
        return array

    def _class_problems(self) -> list[str]:
        outputs, classes = len(self.columns.outputs), len(self.columns.classes)
        if classes != outputs:
            return [f"columns: must have a class for each of {outputs} outputs, but got {classes}"]
        return self.probability_problems("if there are classes")

    def probability_problems(self, reason: str) -> list[str]:
        """Return what keeps targets from being class probabilities, which they must be."""
        problems = []
        for name in ("training_targets", "validation_targets", "test_targets"):
            targets = getattr(self, name)
            if targets is None:
                continue
            wrong = (targets < 0).any(axis=1) | (np.abs(targets.sum(axis=1) - 1) > _ROUNDING)
            if wrong.any():
                row = int(np.argmax(wrong))
                problems.append(
                    f"{name}: must be class probabilities {reason}, each at least 0 and their "
                    f"sum 1, but got {targets[row].tolist()} in row {row}"
                )
        return problems

    @property
    def size(self) -> DataSize:
        """The numbers of samples and columns."""
        return DataSize(
            len(self.training_inputs),
            len(self.validation_inputs),
            len(self.columns.inputs),
            len(self.columns.outputs),
            0 if self.test_inputs is None else len(self.test_inputs),
            len(self.folds),
        )


def labels_of(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the class of each sample, the most probable one; of equal ones the first.

    Parameters
    ----------
    probabilities
        Array (samples, classes).
    """
    labels: npt.NDArray[np.int64] = probabilities.argmax(axis=1)
    return labels


def balance_of(
    labels: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return what the weight of each sample is multiplied by in a balanced error, array (samples,).

    Classes have equal sums of the products, whose mean is 1, but for those without any weight.

    Parameters
    ----------
    labels
        Array (samples,), the class of each.
    weights
        Array (samples,), how much each counts.
    """
    sums = np.bincount(labels, weights)
    return len(labels) / (np.count_nonzero(sums) * sums[labels])


def _shared(data: DataSet) -> tuple[tuple[str, ...], ...]:
    """Return what the columns of all folds have in common: all but their scaling."""
    columns = data.columns
    return columns.inputs, columns.outputs, columns.classes, columns.sources


def _problems(name: str, array: npt.NDArray[np.float64], columns: int) -> list[str]:
    if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] != columns:  # noqa: PLR2004 - (samples, columns)
        return [f"{name}: must have the shape (samples, {columns}), but got {array.shape}"]
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0, 0])
        return [f"{name}: must be finite numbers, but got {array[row].tolist()} in row {row}"]
    return []


def _weight_problems(name: str, weights: npt.NDArray[np.float64], samples: int) -> list[str]:
    if weights.shape != (samples,):
        return [f"{name}: must have the shape ({samples},), but got {weights.shape}"]
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        got = f"{weights[row].item()} in row {row}"
        return [f"{name}: must be finite numbers of at least 0, but got {got}"]
    if not weights.any():
        return [f"{name}: must not all be 0, but got only zeros"]
    return []
