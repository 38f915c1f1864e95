"""A trained network in plain values, from which all formats are written. Knows no format.

Raw rows are prepared as its preparation says and go through its layers; what comes out are the
targets on their raw scale, or class probabilities.
"""

from dataclasses import dataclass

import numpy as np

from neuroevo.errors import DataError
from neuroevo.kernel.arrays import Floats
from neuroevo.learning import Network, Precision, Scaling
from neuroevo.tables import Preparation, TableModel
from neuroevo.tables.records import MOST_PREPARED, Label, NumberInput, Target


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A layer of a network.

    Parameters
    ----------
    weights
        Array (inputs, outputs).
    biases
        Array (outputs,); zeros if the network has none.
    function
        What is applied to the weighted sums: an activation, or ``softmax`` over all of them.
    """

    weights: Floats
    biases: Floats
    function: str


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """A trained network in plain values.

    Parameters
    ----------
    preparation
        How raw rows are prepared, and what the outputs are. If the network has learnt no table, it
        only scales inputs and outputs.
    layers
        The layers, that of the outputs last.
    is_table
        Whether the network has learnt a table. Then its rows have named columns, and it refuses
        rows that can't be prepared.
    """

    preparation: Preparation
    layers: tuple[Layer, ...]
    is_table: bool

    @property
    def precision(self) -> Precision:
        """The precision of the weights."""
        return "float32" if self.layers[0].weights.dtype == np.float32 else "float64"

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, from the prepared inputs to the outputs."""
        return (len(self.layers[0].weights), *(len(layer.biases) for layer in self.layers))

    @property
    def labels(self) -> list[Label]:
        """The labels of the classes as they are predicted; none for a regression."""
        labels: list[Label] = np.array(self.preparation.classes).tolist()
        return labels

    @property
    def largest_input(self) -> float:
        """The largest prepared value without its sign; rows with a larger one are refused."""
        return MOST_PREPARED if self.is_table else float(np.finfo(np.float32).max)

    @property
    def title(self) -> str:
        """What the network is and what it predicts, on one line."""
        sizes = "-".join(map(str, self.layer_sizes))
        functions = " and ".join(dict.fromkeys(layer.function for layer in self.layers[:-1]))
        targets = ", ".join(target.name for target in self.preparation.targets)
        classes = len(self.preparation.classes)
        predicted = f"the class of {targets}, one of {classes}" if classes else targets
        return f"A network {sizes}{f' with {functions}' * bool(functions)}, predicts {predicted}"


def describe(model: Network | TableModel) -> Description:
    """Describe a trained network in plain values.

    Raises
    ------
    DataError
        If its weights are not finite.
    """
    if isinstance(model, TableModel):
        network, preparation, is_table = model.network, model.preparation, True
    else:
        network, preparation, is_table = model, _scalings_of(model), False
    if not np.isfinite(network.parameters).all():
        raise DataError("network: must have finite weights, but it has diverged")
    functions = (*network.architecture.activations, network.architecture.output)
    layers = tuple(
        Layer(weights, biases, function)
        for (weights, biases), function in zip(network.layers, functions, strict=True)
    )
    return Description(preparation, layers, is_table)


def _scalings_of(network: Network) -> Preparation:
    """Return a preparation that only scales the inputs and outputs of a network."""
    columns, architecture = network.columns, network.architecture
    inputs = columns.inputs or _numbered("x", architecture.inputs)
    outputs = columns.outputs or _numbered("y", architecture.outputs)
    before = columns.input_scaling or _no_scaling(len(inputs))
    after = columns.output_scaling or _no_scaling(len(outputs))
    if columns.classes:
        outputs = (outputs[0].removesuffix(f"={columns.classes[0]}"),)
    return Preparation(
        inputs=tuple(
            NumberInput(name=name, offset=offset, scale=scale)
            for name, offset, scale in zip(inputs, before.offsets, before.scales, strict=True)
        ),
        unseen="refuse",
        targets=tuple(
            Target(name=name, offset=offset, scale=scale)
            for name, offset, scale in zip(outputs, after.offsets, after.scales, strict=False)
        ),
        classes=columns.classes,
    )


def _numbered(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{place + 1}" for place in range(count))


def _no_scaling(columns: int) -> Scaling:
    return Scaling((0.0,) * columns, (1.0,) * columns)
