"""A trained network: its parameters by layer, and its predictions."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError
from neuroevo.kernel.arrays import Floats, layer_functions, memory_of_predictions
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
        return precision_of(self.parameters)

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
        raw = np.asarray(X)
        inputs = self.architecture.inputs
        if raw.ndim != 2 or raw.shape[1] != inputs:  # noqa: PLR2004 - (samples, inputs)
            raise DataError(f"X: must have the shape (samples, {inputs}), but got {raw.shape}")
        before, after = self.columns.input_scaling, self.columns.output_scaling
        scaled = raw if before is None else before.scaled(raw.astype(np.float64))
        [predicted] = predictions(self.architecture, self.parameters[np.newaxis], scaled)
        if after is not None:
            predicted = after.raw(predicted.astype(np.float64)).astype(self.precision)
        outputs: Floats = predicted
        return outputs


def predictions(
    architecture: Architecture, parameters: Floats, inputs: npt.NDArray[np.floating]
) -> Floats:
    """Compute the outputs of several networks of one architecture.

    Parameters
    ----------
    architecture
        Of all networks.
    parameters
        Array (networks, vector size), in the precision of the computation.
    inputs
        Array (samples, inputs), scaled.

    Returns
    -------
    Array (networks, samples, outputs).
    """
    from neuroevo.kernel.prediction import predict  # noqa: PLC0415 - loads the compiler

    sizes, precision = architecture.layer_sizes, precision_of(parameters)
    functions = layer_functions(architecture.activations, architecture.output)
    networks = np.ascontiguousarray(parameters, dtype=precision)
    samples = np.ascontiguousarray(inputs, dtype=precision)
    outputs: Floats = np.empty((len(networks), len(samples), sizes[-1]), precision)
    memory = memory_of_predictions(networks.shape[1], sum(sizes), precision)
    predict(np.array(sizes, dtype=np.int64), functions, networks, samples, memory, outputs)
    return outputs


def precision_of(numbers: Floats) -> Precision:
    """Return the precision of an array."""
    return "float32" if numbers.dtype == np.float32 else "float64"
