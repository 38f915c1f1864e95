"""How far a search has come, as it reports it while it goes on. Does not know who listens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from neuroevo.errors import NeuroevoError
from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder, Trial

Phase = Literal["compiling", "baselines", "searching", "rescoring", "finished"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come."""

    experiment: Experiment
    phase: Phase
    folder: RunFolder | None = None  # none before there is anything to store, or in memory
    generation: int = 0  # the one that is evaluated
    trials: int = 0  # finished, baselines included
    front: tuple[Trial, ...] = ()  # after the last complete generation, best first
    baselines: tuple[Trial, ...] = ()
    seconds: float = 0.0  # of searching, in this process and in those before it

    @property
    def networks(self) -> int:
        """How many trainings are finished."""
        return self.trials * self.experiment.training.replicates


Observer = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """Observe nothing."""


class StoppedError(NeuroevoError):
    """A search was asked to stop before its end; what was finished is kept, and can be resumed."""
