"""Trainings that fail, in place of the real ones; workers import them from here.

Knows groups of lanes, but no run.
"""

import itertools
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any, Literal

from neuroevo.evaluation import evaluator
from neuroevo.evaluation.packing import LaneGroup

Affliction = Literal["kills", "sleeps", "raises", "is slow", "gets stuck"]

_NORMAL = 10  # trainings of a process before it gets stuck
_numbers = itertools.count()

_train = evaluator._train  # noqa: SLF001 - what workers do; there is no other place to stand in


def afflicted(rates: frozenset[float], affliction: Affliction, group: LaneGroup, *rest: Any) -> Any:  # noqa: ANN401 - handed on
    """Train a group of lanes; fails for some learning rates."""
    if any(replicate.lane.learning_rate in rates for replicate in group.replicates):
        if affliction == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        elif affliction == "sleeps":
            time.sleep(3600)
        elif affliction == "raises":
            raise ValueError("a user's task that fails")
    if affliction == "is slow":
        time.sleep(0.1)
    if affliction == "gets stuck" and next(_numbers) >= _NORMAL:
        time.sleep(3600)
    return _train(group, *rest)


def afflict(affliction: Affliction, rates: frozenset[float] = frozenset()) -> None:
    """Replace the training of this process and its workers by one that may fail."""
    evaluator._train = partial(afflicted, rates, affliction)  # noqa: SLF001 - as above


def announce(sign: Path, parameters: int) -> None:
    """Touch a file when a training of at least this many parameters begins in this process."""
    evaluator._train = partial(_announced, sign, parameters)  # noqa: SLF001 - as above


def _announced(sign: Path, parameters: int, group: LaneGroup, *rest: Any) -> Any:  # noqa: ANN401 - handed on
    if group.architecture.vector_size >= parameters:
        sign.touch()
    return _train(group, *rest)
