"""Lanes of a bundle, and the kernel's arrays of their hyperparameters. Trains nothing."""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.decimals import ln
from neuroevo.kernel import arrays
from neuroevo.kernel.arrays import Floats
from neuroevo.learning.optimization import Optimization
from neuroevo.learning.settings import Precision, StartingWeights
from neuroevo.learning.starting_weights import Seed

_WORDS = 2**32


class Lane(NamedTuple):
    """The settings of one training in a bundle."""

    replicate: int  # chooses the random draws of its starting weights and its dropout
    learning_rate: float
    optimization: Optimization = Optimization()
    starting_weights: StartingWeights = "uniform"


def hyperparameters(lanes: Sequence[Lane], precision: Precision) -> Floats:
    """Return the numbers that may differ between lanes.

    Returns
    -------
    Array (hyperparameters, lanes), with the rows of `neuroevo.kernel.arrays`.
    """
    rows = arrays.hyperparameters(precision)
    columns: dict[tuple[float, int], list[float]] = {}  # mostly one: of replicates of a trial
    for number, lane in enumerate(lanes):
        kind = lane.learning_rate, id(lane.optimization)
        if kind not in columns:
            columns[kind] = _numbers(lane)
        rows[:, number] = columns[kind]
    return rows


def dropout_keys(lanes: Sequence[Lane], seed: Seed) -> npt.NDArray[np.uint32]:
    """Return the keys of the random draws of dropout; a lane's draws depend on its replicate only.

    Returns
    -------
    Array (3, lanes): two words of a key, and the threshold below which a draw drops a unit; all 0
    without dropout.
    """
    if not lanes[0].optimization.method.dropout:
        return np.zeros((3, len(lanes)), dtype=np.uint32)
    limits = [min(round(lane.optimization.dropout * _WORDS), _WORDS - 1) for lane in lanes]
    keys = [(*_key(seed, lane.replicate), limit) for lane, limit in zip(lanes, limits, strict=True)]
    return np.ascontiguousarray(np.array(keys, dtype=np.uint32).T)


def _numbers(lane: Lane) -> list[float]:
    chosen = lane.optimization
    numbers = {
        arrays.LEARNING_RATE: lane.learning_rate,
        arrays.MOMENTUM: chosen.momentum,
        arrays.RHO: chosen.rho,
        arrays.BETA1: chosen.beta1,
        arrays.BETA2: chosen.beta2,
        arrays.EPSILON: chosen.epsilon,
        arrays.WEIGHT_DECAY: chosen.weight_decay,
        arrays.L2: chosen.l2,
        arrays.MAX_GRADIENT_NORM: chosen.max_gradient_norm or math.inf,
        arrays.KEPT_FACTOR: 1 / (1 - chosen.dropout),
        arrays.LOG_END_FACTOR: ln(chosen.end_factor),
    }
    return [numbers[row] for row in range(len(numbers))]


@functools.lru_cache(maxsize=4096)
def _key(seed: Seed, replicate: int) -> tuple[int, int]:
    first, second = np.random.SeedSequence(seed, spawn_key=(2, replicate)).generate_state(2)
    return int(first), int(second)
