"""The arrays of the compiled code: rows of lanes, aligned to cache lines."""

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

BLOCK = 8
"""Samples of a batch that are computed at a time, so that each weight is loaded once for all."""

GROUP = 128 * BLOCK
"""Samples whose validation errors are summed before they are added to those of other groups."""

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
    KEPT_FACTOR,  # factor of units that dropout keeps
    LOG_END_FACTOR,  # natural logarithm of a schedule's last factor of the learning rate
    _HYPERPARAMETERS,
) = range(12)
"""Rows of the hyperparameters, which may differ between lanes."""


MSE, ERROR_RATE, LOG_LOSS, BALANCED_ERROR, MEASURES = range(5)
"""Measures of validation, and their number; without classes MSE is the only one."""

CLASS_MEASURES = {
    "error_rate": ERROR_RATE,
    "log_loss": LOG_LOSS,
    "balanced_error": BALANCED_ERROR,
}
"""The measures of classes by name."""

WAITED = 0
"""Row of the progress: how many points ago MSE was lowest; infinite for stopped."""

BEST, MEASURED, GROUP_SUMS, _PROGRESS = range(1, 2 + 3 * MEASURES, MEASURES)
"""First rows of the progress with a row for each measure: where MSE was lowest, at the last
validation, and the sums over a group of samples of a validation that goes on."""


class Topology(NamedTuple):
    """The layers of a network; the same for all networks of a bundle."""

    layer_sizes: npt.NDArray[np.int64]  # (layers + 1,) inputs, hidden layers, outputs
    activations: npt.NDArray[np.int64]  # (layers,) number of each layer's function
    layers: int  # of weights
    parameters: int  # rows
    biases: bool  # whether biases are trained


class Method(NamedTuple):
    """The settings of training that are the same for all networks of a bundle."""

    optimizer: int
    schedule: int
    batch_size: int  # samples per step
    clipping: bool  # whether gradients are clipped
    dropout: bool  # whether hidden units are dropped
    online: bool  # whether it is plain SGD after each sample, which stores no gradients


class Samples(NamedTuple):
    """Training samples in the precision of the lanes."""

    inputs: Floats  # (samples, inputs)
    targets: Floats  # (samples, outputs)
    weights: Floats  # (samples,) what the loss of each is multiplied by; (0,) if not weighted


class Validation(NamedTuple):
    """Validation samples in the precision of the lanes."""

    inputs: Floats  # (samples, inputs)
    targets: Floats  # (samples, outputs)
    labels: npt.NDArray[np.int64]  # (samples,) the class of each; (0,) if there are no classes
    weights: Floats  # (samples,) how much each counts, 1 on average; (0,) if not weighted
    balance: Floats  # (samples,) what that is multiplied by in the balanced error; or (0,)


class Workspace(NamedTuple):
    """Rows of lanes for each unit of a network, inputs first, and each sample of a block."""

    values: Floats  # (units × samples, lanes) activations
    slopes: Floats  # (units × samples, lanes) derivatives of the activations; 1 for linear layers
    deltas: Floats  # (units × samples, lanes) derivatives of the loss by the pre-activations
    dropout: Floats  # (units × samples, lanes) factors of the units
    zeros: Floats  # (1, lanes) the row from which sums start


class Memory(NamedTuple):
    """Arrays that are kept between samples and steps, all 0 at first but for the lowest errors."""

    gradients: Floats  # (parameters, lanes) of the batch so far
    first_moments: Floats  # (parameters, lanes) a velocity or an average of gradients
    second_moments: Floats  # (parameters, lanes) a sum or an average of squared gradients
    corrections: Floats  # (2, lanes) moving averages of ones, for Adam's bias correction
    kept: Floats  # (parameters, lanes) parameters that are the result
    progress: Floats  # (rows, lanes) lowest errors, points since then, and measures of validation


class Stopping(NamedTuple):
    """When the training of a lane stops."""

    target: float  # error at which it stops; negative for none
    patience: int  # points of the curve without a lower error after which it stops; 0 for none
    restore_best: bool  # whether the parameters with the lowest error are the result
    counts: npt.NDArray[np.int64]  # (points,) for how many points each of them counts


class Bundle(NamedTuple):
    """Networks that are trained together, one in each lane."""

    topology: Topology
    method: Method
    parameters: Floats  # (parameters, lanes), trained in place
    hyperparameters: Floats  # (hyperparameters, lanes)
    dropout_keys: npt.NDArray[np.uint32]  # (3, lanes) two words of a key, and a threshold
    workspace: Workspace
    memory: Memory


def rows_of_lanes(rows: int, precision: str) -> Floats:
    """Return zeros of the shape (rows, lanes), each row in a cache line of its own."""
    memory = np.zeros((rows + 1) * _CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    lanes = memory[start : start + rows * _CACHE_LINE].view(precision)
    return lanes.reshape(rows, LANE_COUNTS[precision])


def hyperparameters(precision: str) -> Floats:
    """Return an array for the hyperparameters of a bundle."""
    return rows_of_lanes(_HYPERPARAMETERS, precision)


def topology(
    layer_sizes: Sequence[int], activations: Sequence[str], output: str, *, biases: bool
) -> Topology:
    """Make a topology from layer sizes, hidden layers' activations and the outputs' function."""
    return Topology(
        np.array(layer_sizes, dtype=np.int64),
        layer_functions(activations, output),
        len(layer_sizes) - 1,
        vector_size(layer_sizes),
        biases,
    )


def layer_functions(activations: Sequence[str], output: str) -> npt.NDArray[np.int64]:
    """Return the number of each layer's function."""
    numbers = [_LAYER_FUNCTION_NUMBERS[name] for name in (*activations, output)]
    return np.array(numbers, dtype=np.int64)


def method(  # noqa: PLR0913 - as many as there are differences
    optimizer: str,
    schedule: str,
    batch_size: int,
    *,
    l2: bool,
    clipping: bool,
    dropout: bool,
) -> Method:
    """Make a method; `l2` is whether there is an L2 penalty."""
    online = optimizer == "sgd" and batch_size == 1 and not (l2 or clipping)
    numbers = _OPTIMIZER_NUMBERS[optimizer], _SCHEDULE_NUMBERS[schedule]
    return Method(*numbers, batch_size, clipping, dropout, online)


def workspace(layer_sizes: Sequence[int], precision: str) -> Workspace:
    """Return arrays for a forward and backward pass of a block of samples."""
    rows = sum(layer_sizes) * BLOCK
    values, slopes, deltas, factors = _equal_parts(4, rows, precision)
    slopes[:] = 1
    return Workspace(values, slopes, deltas, factors, rows_of_lanes(1, precision))


def memory_of_predictions(parameters: int, units: int, precision: str) -> Floats:
    """Return an array for a network and the forward pass of a block of samples in all lanes."""
    return rows_of_lanes(parameters + 2 * units * BLOCK, precision)


def memory(parameters: int, precision: str) -> Memory:
    """Return arrays for the memory of a bundle."""
    gradients, first, second, kept = _equal_parts(4, parameters, precision)
    progress = rows_of_lanes(_PROGRESS, precision)
    progress[BEST : BEST + MEASURES] = np.inf
    return Memory(gradients, first, second, rows_of_lanes(2, precision), kept, progress)


def _equal_parts(parts: int, rows: int, precision: str) -> Iterator[Floats]:
    """Split one block of memory."""
    block = rows_of_lanes(parts * rows, precision)
    return (block[part * rows : (part + 1) * rows] for part in range(parts))
