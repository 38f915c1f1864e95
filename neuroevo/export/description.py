"""A trained network in plain values, from which all formats are written. Knows no format.

Raw rows are prepared as its preparation says and go through its layers; what comes out are the
targets on their raw scale, or class probabilities.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neuroevo.errors import DataError
from neuroevo.kernel.arrays import Floats
from neuroevo.learning import Ensemble, Network, Precision, Scaling
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
    networks
        The layers of each network, that of the outputs last. The outputs of several networks, which
        have the same precision, are averaged: of classes, their probabilities.
    is_table
        Whether the network has learnt a table. Then its rows have named columns, and it refuses
        rows that can't be prepared.
    """

    preparation: Preparation
    networks: tuple[tuple[Layer, ...], ...]
    is_table: bool

    @property
    def precision(self) -> Precision:
        """The precision of the weights."""
        return "float32" if self.networks[0][0].weights.dtype == np.float32 else "float64"

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return len(self.networks[0][-1].biases)

    @property
    def functions(self) -> list[str]:
        """What is applied to weighted sums in all networks, each once."""
        found = [layer.function for network in self.networks for layer in network]
        return list(dict.fromkeys(found))

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
        count = len(self.networks)
        what = "A network" if count == 1 else f"The mean of {count} networks"
        sizes = {"-".join(map(str, layer_sizes(each))): None for each in self.networks}
        hidden = [layer.function for network in self.networks for layer in network[:-1]]
        functions = " and ".join(dict.fromkeys(hidden))
        targets = ", ".join(target.name for target in self.preparation.targets)
        classes = len(self.preparation.classes)
        predicted = f"the class of {targets}, one of {classes}" if classes else targets
        trained = f"{' and '.join(sizes)}{f' with {functions}' * bool(functions)}"
        return f"{what} {trained}, predicts {predicted}"


def layer_sizes(network: Sequence[Layer]) -> tuple[int, ...]:
    """Return the units of each layer of a network, from the prepared inputs to the outputs."""
    return (len(network[0].weights), *(len(layer.biases) for layer in network))


def describe(model: Network | Ensemble | TableModel) -> Description:
    """Describe a trained network, or the mean of several, in plain values.

    Raises
    ------
    DataError
        If its weights are not finite.
    """
    is_table = isinstance(model, TableModel)
    network = model.network if isinstance(model, TableModel) else model
    networks = network.networks if isinstance(network, Ensemble) else (network,)
    preparation = model.preparation if isinstance(model, TableModel) else _scalings_of(networks[0])
    return Description(preparation, tuple(map(_layers, networks)), is_table)


def _layers(network: Network) -> tuple[Layer, ...]:
    if not np.isfinite(network.parameters).all():
        raise DataError("network: must have finite weights, but it has diverged")
    functions = (*network.architecture.activations, network.architecture.output)
    return tuple(
        Layer(weights, biases, function)
        for (weights, biases), function in zip(network.layers, functions, strict=True)
    )


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
