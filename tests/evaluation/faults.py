"""Functions that workers run in tests: of a group of lanes."""

import os
import signal
import time
from mmap import mmap
from typing import Any

import numpy as np

from neuroevo.evaluation.evaluator import _train as train_group
from neuroevo.evaluation.packing import LaneGroup
from neuroevo.kernel import training as kernel
from neuroevo.learning.training import SampleStream, train


def kernels_after_training(
    group: LaneGroup, streams: tuple[SampleStream, ...]
) -> tuple[int, bool, bool]:
    """Train in a worker.

    Returns
    -------
    Kernels that were compiled for it, whether the order of the samples is a plain array, and
    whether it lies where all processes see it.
    """
    stream = streams[group.fold]
    train(group.architecture, [each.lane for each in group.replicates], stream)
    base: Any = stream.order
    while isinstance(base, np.ndarray):
        base = base.base
    # numba gives a compiled function this attribute
    kernels = len(kernel.train.signatures)  # type: ignore[attr-defined]
    return kernels, type(stream.order) is np.ndarray, isinstance(base, mmap)


def die() -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def train_or_die(group: LaneGroup, streams: tuple[SampleStream, ...]) -> Any:  # noqa: ANN401 - as of the trainer
    """Train a group of lanes; kill the worker for seven hidden units, and raise for eight."""
    if 7 in group.architecture.hidden:
        die()
    if 8 in group.architecture.hidden:
        raise MemoryError
    return train_group(group, streams)


def train_or_raise(group: LaneGroup, streams: tuple[SampleStream, ...]) -> Any:  # noqa: ANN401 - as of the trainer
    """Train a group of lanes; raise for a learning rate of 0.25."""
    if any(replicate.lane.learning_rate == 0.25 for replicate in group.replicates):
        raise MemoryError
    return train_group(group, streams)


def train_or_sleep(group: LaneGroup, streams: tuple[SampleStream, ...]) -> Any:  # noqa: ANN401 - as of the trainer
    """Train a group of lanes; sleep for an hour for seven hidden units."""
    if 7 in group.architecture.hidden:
        time.sleep(3600)
    return train_group(group, streams)
