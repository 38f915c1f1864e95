"""A data set for supervised learning: what is trained on, and what decides what was learned."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Training and validation samples, checked and made read-only.

    Parameters
    ----------
    training_inputs, validation_inputs
        Arrays (samples, inputs).
    training_targets, validation_targets
        Arrays (samples, outputs).
    input_names, output_names
        What the columns are called.

    Raises
    ------
    DataError
        Where shapes do not agree or a value isn't finite.
    """

    training_inputs: npt.NDArray[np.float64]
    training_targets: npt.NDArray[np.float64]
    validation_inputs: npt.NDArray[np.float64]
    validation_targets: npt.NDArray[np.float64]
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]

    def __post_init__(self) -> None:
        problems = []
        for part in ("training", "validation"):
            for kind, names in (("inputs", self.input_names), ("targets", self.output_names)):
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
    def inputs(self) -> int:
        """Number of inputs of a network for this data."""
        return len(self.input_names)

    @property
    def outputs(self) -> int:
        """Number of outputs of a network for this data."""
        return len(self.output_names)


def _problems(name: str, array: npt.NDArray[np.float64], columns: int) -> list[str]:
    if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] != columns:  # noqa: PLR2004 - (samples, columns)
        return [f"{name}: must have the shape (samples, {columns}), but got {array.shape}"]
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0, 0])
        return [f"{name}: must be finite numbers, but got {array[row].tolist()} in row {row}"]
    return []
