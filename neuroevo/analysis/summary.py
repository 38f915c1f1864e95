"""A run in a few numbers; how they are read and how they are shown is for others to say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from neuroevo.evaluation import OBJECTIVES

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Experiment
    from neuroevo.runs import RunFolder, Trial


@dataclass(frozen=True, slots=True)
class Generation:
    """What a generation has brought.

    Parameters
    ----------
    number
        From 0 on.
    trials
        How many of its trials are done.
    best
        The lowest score in each objective among those whose scores are all finite; NaN where
        there is none.
    """

    number: int
    trials: int
    best: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A run in a few numbers.

    Parameters
    ----------
    folder
        Where it lies.
    state
        How it stands; ``damaged`` if it can't be read.
    problems
        Why it can't be read, a line each; else what resuming would mend.
    experiment
        What was asked; None if that can't be read.
    trials
        Trials that are done, baselines included.
    expected
        Trials that the experiment asks for, baselines included.
    states
        How many trials of the search ended in which state.
    generations
        What each generation has brought, those without a trial left out.
    front
        The Pareto front of the search, best first, without the learning curves.
    baselines
        The baselines' trials, likewise.
    started
        ISO 8601 time with its offset from UTC, empty where it isn't known.
    seconds
        What the search has taken, as of its newest checkpoint; NaN where it isn't known.
    reason
        Why the search ended.
    """

    folder: "RunFolder"
    state: Literal["running", "interrupted", "complete", "damaged"]
    problems: tuple[str, ...] = ()
    experiment: "Experiment | None" = None
    trials: int = 0
    expected: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    generations: tuple[Generation, ...] = ()
    front: "tuple[Trial, ...]" = ()
    baselines: "tuple[Trial, ...]" = ()
    started: str = ""
    seconds: float = math.nan
    reason: str = ""

    @property
    def objectives(self) -> "tuple[Objective, ...]":
        """The objectives of the search, in the experiment's order."""
        names = self.experiment.evolution.objectives if self.experiment is not None else ()
        return tuple(OBJECTIVES[name] for name in names)

    @property
    def best(self) -> Mapping[str, float | None]:
        """The lowest score of the front in each objective; None while it is empty."""
        return {
            item.name: min((trial.objectives[item.name] for trial in self.front), default=None)
            for item in self.objectives
        }

    def described(self) -> dict[str, Any]:
        """Describe the run as plain JSON values."""
        described: dict[str, Any] = {"id": self.folder.id, "path": str(self.folder.path)}
        if self.experiment is None or self.state == "damaged":
            return described | {"state": self.state, "problems": list(self.problems)}
        return described | {
            "name": self.experiment.name,
            "note": self.experiment.note,
            "state": self.state,
            "trials": self.trials,
            "generation": len(self.generations),
            "started": self.started or None,
            "seconds": self.seconds if math.isfinite(self.seconds) else None,
            "best": dict(self.best),
        }
