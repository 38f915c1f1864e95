"""A data set for supervised learning, its columns and their scaling.

Does not know where the data come from.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Scaling:
    """How the raw values of columns are scaled: (raw - offset) / scale."""

    offsets: tuple[float, ...]  # one for each column
    scales: tuple[float, ...]  # one for each column, above 0

    def scaled(self, raw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Scale raw values, array (samples, columns)."""
        scaled: npt.NDArray[np.float64] = (raw - self.offsets) / self.scales
        return scaled

    def raw(self, scaled: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return scaled values, array (samples, columns), on the raw scale."""
        raw: npt.NDArray[np.float64] = scaled * self.scales + self.offsets
        return raw


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a data set; a trained network keeps them."""

    inputs: tuple[str, ...] = ()  # names; empty if unknown
    outputs: tuple[str, ...] = ()  # names; empty if unknown
    classes: tuple[str, ...] = ()  # one for each output, if outputs are class probabilities
    input_scaling: Scaling | None = None  # None if raw values were not scaled
    output_scaling: Scaling | None = None


UNKNOWN_COLUMNS = Columns()


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Training and validation samples, checked and made read-only.

    Parameters
    ----------
    training_inputs, validation_inputs
        Arrays (samples, inputs).
    training_targets, validation_targets
        Arrays (samples, outputs).
    columns
        The columns.

    Raises
    ------
    DataError
        If shapes do not match or a value isn't finite.
    """

    training_inputs: npt.NDArray[np.float64]
    training_targets: npt.NDArray[np.float64]
    validation_inputs: npt.NDArray[np.float64]
    validation_targets: npt.NDArray[np.float64]
    columns: Columns

    def __post_init__(self) -> None:
        problems = []
        for part in ("training", "validation"):
            for kind, names in (("inputs", self.columns.inputs), ("targets", self.columns.outputs)):
                name = f"{part}_{kind}"
                array = np.array(getattr(self, name), dtype=np.float64, order="C")
                array.setflags(write=False)
                object.__setattr__(self, name, array)
                problems += _problems(name, array, len(names))
            samples = len(getattr(self, f"{part}_inputs")), len(getattr(self, f"{part}_targets"))
            if samples[0] != samples[1]:
                problems.append(
                    f"{part}: must have as many inputs as targets, but got {samples[0]} and "
                    f"{samples[1]} samples"
                )
        if problems:
            raise DataError(*problems)

    @property
    def size(self) -> DataSize:
        """The numbers of samples and columns."""
        return DataSize(
            len(self.training_inputs),
            len(self.validation_inputs),
            len(self.columns.inputs),
            len(self.columns.outputs),
        )


def _problems(name: str, array: npt.NDArray[np.float64], columns: int) -> list[str]:
    if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] != columns:  # noqa: PLR2004 - (samples, columns)
        return [f"{name}: must have the shape (samples, {columns}), but got {array.shape}"]
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0, 0])
        return [f"{name}: must be finite numbers, but got {array[row].tolist()} in row {row}"]
    return []
