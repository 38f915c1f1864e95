"""A trained network: its parameters by layer, and its predictions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError
from neuroevo.kernel.arrays import Floats, rows_of_lanes, topology, workspace
from neuroevo.kernel.layout import parameter_layout
from neuroevo.learning.architecture import Architecture
from neuroevo.learning.data import UNKNOWN_COLUMNS, Columns
from neuroevo.learning.settings import Precision


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A trained network.

    Parameters
    ----------
    architecture
        Its layers and activations.
    parameters
        Array (vector size,), laid out as in `neuroevo.kernel.layout`.
    columns
        Its inputs and outputs, and how raw values are scaled.
    """

    architecture: Architecture
    parameters: Floats
    columns: Columns = UNKNOWN_COLUMNS

    @property
    def precision(self) -> Precision:
        """The precision of its training and of its predictions."""
        return "float32" if self.parameters.dtype == np.float32 else "float64"

    @property
    def layers(self) -> list[tuple[Floats, Floats]]:
        """The weights (inputs, outputs) and biases (outputs,) of each layer."""
        return [
            (
                self.parameters[layer.weights].reshape(layer.fan_in, layer.fan_out),
                self.parameters[layer.biases],
            )
            for layer in parameter_layout(self.architecture.layer_sizes)
        ]

    def predict(self, X: npt.ArrayLike) -> Floats:  # noqa: N803 - the field's name
        """Compute the outputs for inputs, with the code that trained the network.

        Parameters
        ----------
        X
            Raw inputs, array (samples, inputs).

        Returns
        -------
        Array (samples, outputs), on the raw scale of the targets.

        Raises
        ------
        DataError
            If X has another shape.
        """
        from neuroevo.kernel.training import predict  # noqa: PLC0415 - loads the compiler

        raw = np.asarray(X)
        architecture, sizes = self.architecture, self.architecture.layer_sizes
        if raw.ndim != 2 or raw.shape[1] != sizes[0]:  # noqa: PLR2004 - (samples, inputs)
            raise DataError(f"X: must have the shape (samples, {sizes[0]}), but got {raw.shape}")
        before, after = self.columns.input_scaling, self.columns.output_scaling
        scaled = raw if before is None else before.scaled(raw.astype(np.float64))
        inputs = np.ascontiguousarray(scaled, dtype=self.precision)
        parameters = rows_of_lanes(len(self.parameters), self.precision)
        parameters[:] = self.parameters[:, np.newaxis]
        outputs = rows_of_lanes(len(inputs) * sizes[-1], self.precision)
        predict(
            topology(
                sizes, architecture.activations, architecture.output, biases=architecture.biases
            ),
            parameters,
            inputs,
            workspace(sizes, self.precision),
            outputs,
        )
        predicted = outputs[:, 0].reshape(len(inputs), sizes[-1])
        if after is None:
            return predicted
        return after.raw(predicted.astype(np.float64)).astype(self.precision)
