"""Arrays in the shapes that the compiled code works on: rows of lanes, aligned to cache lines."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.catalogue import ACTIVATIONS, LANE_COUNTS, Activation

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]

_CACHE_LINE = 64  # bytes, also those of one vector


class Topology(NamedTuple):
    """What the networks of a bundle have in common."""

    layer_sizes: npt.NDArray[np.int64]  # (layers + 1,) inputs, hidden layers, outputs
    activations: npt.NDArray[np.int64]  # (layers,) number of each layer's activation
    biases: bool  # whether biases learn
    softmax: bool  # whether the outputs are class probabilities


class Samples(NamedTuple):
    """Samples in the precision of the lanes."""

    inputs: Floats  # (samples, inputs)
    targets: Floats  # (samples, outputs)


class Workspace(NamedTuple):
    """A row of lanes for each unit of a network, inputs first."""

    values: Floats  # (units, lanes) activations
    slopes: Floats  # (units, lanes) derivatives of the activations
    deltas: Floats  # (units, lanes) derivatives of the loss by the pre-activations
    steps: Floats  # (units, lanes) -learning rate × delta


def rows_of_lanes(rows: int, precision: str) -> Floats:
    """Zeros of the shape (rows, lanes), each row in a cache line of its own."""
    memory = np.zeros((rows + 1) * _CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    lanes = memory[start : start + rows * _CACHE_LINE].view(precision)
    return lanes.reshape(rows, LANE_COUNTS[precision])


def topology(
    layer_sizes: Sequence[int], activations: Sequence[Activation], *, biases: bool, softmax: bool
) -> Topology:
    """One activation for each hidden layer; what softmax is taken of is linear too."""
    numbers = [ACTIVATIONS.index(activation) for activation in (*activations, "linear")]
    return Topology(
        np.array(layer_sizes, dtype=np.int64),
        np.array(numbers, dtype=np.int64),
        biases,
        softmax,
    )


def workspace(layer_sizes: Sequence[int], precision: str) -> Workspace:
    """Room for one sample on its way through a bundle, and back."""
    units, parts = sum(layer_sizes), len(Workspace._fields)
    rows = rows_of_lanes(parts * units, precision)
    return Workspace(*(rows[part * units : (part + 1) * units] for part in range(parts)))
