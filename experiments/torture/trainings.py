"""Trainings that go wrong, put in the place of the real one; workers import them from here.

Knows what a group of lanes is, no run.
"""

import os
import signal
import time
from functools import partial
from typing import Any, Literal

from neuroevo.evaluation import evaluator
from neuroevo.evaluation.packing import LaneGroup

Affliction = Literal["kills", "sleeps", "raises", "is slow"]

_train = evaluator._train  # noqa: SLF001 - what workers do; there is no other place to stand in


def afflicted(rates: frozenset[float], affliction: Affliction, group: LaneGroup, *rest: Any) -> Any:  # noqa: ANN401 - handed on
    """Train a group of lanes as ever, unless it has a lane with one of some learning rates."""
    if any(replicate.lane.learning_rate in rates for replicate in group.replicates):
        if affliction == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        elif affliction == "sleeps":
            time.sleep(3600)
        elif affliction == "raises":
            raise ValueError("a user's task that fails")
    if affliction == "is slow":
        time.sleep(0.1)
    return _train(group, *rest)


def afflict(affliction: Affliction, rates: frozenset[float] = frozenset()) -> None:
    """Let the trainings of this process and its workers go wrong."""
    evaluator._train = partial(afflicted, rates, affliction)  # noqa: SLF001 - as above
