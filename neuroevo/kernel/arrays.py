"""Arrays in the shapes that the compiled code works on: rows of lanes, aligned to cache lines."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.activations import LAYER_FUNCTIONS
from neuroevo.kernel.layout import vector_size
from neuroevo.kernel.optimizers import OPTIMIZERS
from neuroevo.kernel.schedules import SCHEDULES
from neuroevo.kernel.vectors import LANE_COUNTS

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]

_CACHE_LINE = 64  # bytes, also those of one vector
_LAYER_FUNCTION_NUMBERS = {name: number for number, name in enumerate(LAYER_FUNCTIONS)}
_OPTIMIZER_NUMBERS = {name: number for number, name in enumerate(OPTIMIZERS)}
_SCHEDULE_NUMBERS = {name: number for number, name in enumerate(SCHEDULES)}

(
    LEARNING_RATE,
    MOMENTUM,
    RHO,
    BETA1,
    BETA2,
    EPSILON,
    WEIGHT_DECAY,
    L2,
    MAX_GRADIENT_NORM,
    KEPT_FACTOR,  # what dropout multiplies a unit by that it keeps
    LOG_END_FACTOR,  # natural logarithm of what a schedule multiplies the learning rate by at last
    _HYPERPARAMETERS,
) = range(12)
"""Rows of the hyperparameters: what may differ from lane to lane."""


class Topology(NamedTuple):
    """What the networks of a bundle have in common."""

    layer_sizes: npt.NDArray[np.int64]  # (layers + 1,) inputs, hidden layers, outputs
    activations: npt.NDArray[np.int64]  # (layers,) number of each layer's activation
    layers: int  # of weights
    parameters: int  # rows
    biases: bool  # whether biases learn


class Method(NamedTuple):
    """How a bundle learns, as far as its networks must do it alike."""

    optimizer: int
    schedule: int
    batch_size: int  # samples to a step
    clipping: bool  # whether gradients are clipped
    dropout: bool  # whether hidden units are dropped
    online: bool  # whether it is plain SGD after each sample, for which no gradient is stored


class Samples(NamedTuple):
    """Samples in the precision of the lanes."""

    inputs: Floats  # (samples, inputs)
    targets: Floats  # (samples, outputs)


class Workspace(NamedTuple):
    """A row of lanes for each unit of a network, inputs first."""

    values: Floats  # (units, lanes) activations
    slopes: Floats  # (units, lanes) derivatives of the activations; 1 where a layer is linear
    deltas: Floats  # (units, lanes) derivatives of the loss by the pre-activations
    dropout: Floats  # (units, lanes) factors of the units


class Memory(NamedTuple):
    """What is kept from sample to sample and from step to step, all 0 at first."""

    gradients: Floats  # (parameters, lanes) of the batch so far
    first_moments: Floats  # (parameters, lanes) a velocity or an average of gradients
    second_moments: Floats  # (parameters, lanes) a sum or an average of squared gradients
    corrections: Floats  # (2, lanes) averages of as many ones as there were gradients
    kept: Floats  # (parameters, lanes) parameters of lanes that learn no more


class Bundle(NamedTuple):
    """Networks that are trained at once, one in each lane."""

    topology: Topology
    method: Method
    parameters: Floats  # (parameters, lanes), trained in place
    hyperparameters: Floats  # (hyperparameters, lanes)
    dropout_keys: npt.NDArray[np.uint32]  # (3, lanes) two words that key its draws, and a threshold
    workspace: Workspace
    memory: Memory


def rows_of_lanes(rows: int, precision: str) -> Floats:
    """Zeros of the shape (rows, lanes), each row in a cache line of its own."""
    memory = np.zeros((rows + 1) * _CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    lanes = memory[start : start + rows * _CACHE_LINE].view(precision)
    return lanes.reshape(rows, LANE_COUNTS[precision])


def hyperparameters(precision: str) -> Floats:
    """Room for the hyperparameters of a bundle."""
    return rows_of_lanes(_HYPERPARAMETERS, precision)


def topology(
    layer_sizes: Sequence[int], activations: Sequence[str], output: str, *, biases: bool
) -> Topology:
    """Describe networks with an activation for each hidden layer, and what their outputs are."""
    return Topology(
        np.array(layer_sizes, dtype=np.int64),
        np.array(
            [_LAYER_FUNCTION_NUMBERS[name] for name in (*activations, output)], dtype=np.int64
        ),
        len(layer_sizes) - 1,
        vector_size(layer_sizes),
        biases,
    )


def method(  # noqa: PLR0913 - as many as there are differences
    optimizer: str,
    schedule: str,
    batch_size: int,
    *,
    l2: bool,
    clipping: bool,
    dropout: bool,
) -> Method:
    """Describe how networks learn; `l2` is whether any parameter is penalised."""
    online = optimizer == "sgd" and batch_size == 1 and not (l2 or clipping)
    numbers = _OPTIMIZER_NUMBERS[optimizer], _SCHEDULE_NUMBERS[schedule]
    return Method(*numbers, batch_size, clipping, dropout, online)


def workspace(layer_sizes: Sequence[int], precision: str) -> Workspace:
    """Room for one sample on its way through a bundle, and back."""
    space = Workspace(*_equal_parts(len(Workspace._fields), sum(layer_sizes), precision))
    space.slopes[:] = 1
    return space


def memory(parameters: int, precision: str) -> Memory:
    """Room for what is kept while parameters learn."""
    gradients, first, second, kept = _equal_parts(4, parameters, precision)
    return Memory(gradients, first, second, rows_of_lanes(2, precision), kept)


def _equal_parts(parts: int, rows: int, precision: str) -> Iterator[Floats]:
    """Cut one block of memory."""
    block = rows_of_lanes(parts * rows, precision)
    return (block[part * rows : (part + 1) * rows] for part in range(parts))
