"""A trained network, its parameters by layer and its predictions; and the mean of several."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError, UsageError
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
        Array (samples, outputs), on the raw scale of the targets: in float64 if targets were scaled
        for the training, else in the precision of the network.

        Raises
        ------
        DataError
            If X has another shape.
        """
        scaled = _scaled(self.columns, self.architecture.inputs, X)
        return _raw(self.columns, _outputs(self, scaled), self.precision)


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Several trained networks for the same inputs and outputs, whose outputs are averaged.

    Parameters
    ----------
    networks
        At least one; all with the same columns, precision and kind of outputs.

    Raises
    ------
    UsageError
        If there is none, or they differ in these.
    """

    networks: tuple[Network, ...]

    def __post_init__(self) -> None:
        kinds = {_kind(each) for each in self.networks}
        if len(kinds) != 1:
            rule = "must be networks with the same columns, precision and kind of outputs"
            raise UsageError(f"networks: {rule}, but got {len(kinds)} kinds of networks")

    @property
    def columns(self) -> Columns:
        """The columns of all networks."""
        return self.networks[0].columns

    @property
    def precision(self) -> Precision:
        """The precision of all networks."""
        return self.networks[0].precision

    def predict(self, X: npt.ArrayLike) -> Floats:  # noqa: N803 - the field's name
        """Compute the mean of the outputs of all networks: of classes, of their probabilities.

        Parameters, result and errors are those of `Network.predict`.
        """
        scaled = _scaled(self.columns, self.networks[0].architecture.inputs, X)
        mean = mean_outputs([_outputs(each, scaled) for each in self.networks])
        return _raw(self.columns, mean, self.precision)


def mean_outputs(outputs: Iterable[Floats]) -> npt.NDArray[np.float64]:
    """Return the mean of the outputs of several networks, summed up in their order.

    Parameters
    ----------
    outputs
        An array (samples, outputs) of each network, at least one.
    """
    first, *others = (each.astype(np.float64) for each in outputs)
    for each in others:
        first += each
    return first / (1 + len(others))


def _kind(network: Network) -> tuple[object, ...]:
    architecture = network.architecture
    ends = architecture.inputs, architecture.outputs, architecture.output
    return (*ends, network.precision, network.columns)


def _scaled(columns: Columns, inputs: int, given: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Scale raw inputs; DataError if they are no array (samples, inputs)."""
    raw = np.asarray(given)
    if raw.ndim != 2 or raw.shape[1] != inputs:  # noqa: PLR2004 - (samples, inputs)
        raise DataError(f"X: must have the shape (samples, {inputs}), but got {raw.shape}")
    before = columns.input_scaling
    return raw if before is None else before.scaled(raw.astype(np.float64))


def _outputs(network: Network, scaled: npt.NDArray[np.floating]) -> Floats:
    [outputs] = predictions(network.architecture, network.parameters[np.newaxis], scaled)
    found: Floats = outputs
    return found


def _raw(columns: Columns, outputs: Floats, precision: Precision) -> Floats:
    """Return outputs on the raw scale of the targets.

    Scaled back they are float64, since targets may differ in digits that the precision of the
    networks lacks; else they have that precision.
    """
    after = columns.output_scaling
    if after is not None:
        return after.raw(outputs.astype(np.float64))
    unscaled: Floats = outputs.astype(precision, copy=False)
    return unscaled


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

    precision = precision_of(parameters)
    # Arrays of one kind, as numba compiles a function again for those that are read-only.
    networks = np.require(parameters, precision, ["C", "W", "E"])
    samples = np.require(inputs, precision, ["C", "W", "E"])
    sizes, functions = _topology(
        architecture.layer_sizes, architecture.activations, architecture.output
    )
    outputs: Floats = np.empty((len(networks), len(samples), architecture.outputs), precision)
    memory = _MEMORY.of(networks.shape[1], architecture.layer_sizes, precision)
    predict(sizes, functions, networks, samples, memory, outputs)
    return outputs


@lru_cache(maxsize=100)
def _topology(
    sizes: tuple[int, ...], activations: tuple[str, ...], output: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return np.array(sizes, dtype=np.int64), layer_functions(activations, output)


class _Memory(threading.local):
    """The memory of a thread's last prediction, as taking memory takes longer than a row."""

    def __init__(self) -> None:
        self._kind: tuple[int, int, Precision] = (0, 0, "float32")
        self._kept: Floats = np.empty(0, dtype=np.float32)

    def of(self, parameters: int, sizes: tuple[int, ...], precision: Precision) -> Floats:
        """Return memory for the predictions of a network; what it holds is left over."""
        kind = parameters, sum(sizes), precision
        if kind == self._kind:
            return self._kept
        memory = memory_of_predictions(*kind)
        if memory.nbytes <= _MOST_KEPT:
            self._kind, self._kept = kind, memory
        return memory


_MOST_KEPT = 4_000_000  # bytes
_MEMORY = _Memory()


def precision_of(numbers: Floats) -> Precision:
    """Return the precision of an array."""
    return "float32" if numbers.dtype == np.float32 else "float64"
