"""The progress of a search, as its observer receives it. Does not know who observes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from neuroevo.errors import NeuroevoError
from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder, Trial

Phase = Literal["loading", "baselines", "searching", "rescoring", "testing", "finished"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come."""

    experiment: Experiment
    phase: Phase
    folder: RunFolder | None = None  # None before the folder exists, or for a run in memory
    generation: int = 0  # the one that is evaluated
    begun: int = 0  # number of generations that have finished trials
    trials: int = 0  # finished, baselines included
    networks: int = 0  # that were trained for them; 0 if a function is searched
    front: tuple[Trial, ...] = ()  # after the last complete generation, the champion first
    baselines: tuple[Trial, ...] = ()
    seconds: float = 0.0  # of searching, earlier processes included


Observer = Callable[[Progress], None]


def ignore_progress(*_: object) -> None:
    """Do nothing: the default observer of a search and counter of a study."""


class StoppedError(NeuroevoError):
    """A search was asked to stop before its end; what was finished is kept, and can be resumed."""
