"""A summary of a run; does not know how it is read or shown."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from neuroevo.evaluation import targets_reached
from neuroevo.runs import trial_violation

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.evaluation.scores import Score
    from neuroevo.experiment import Experiment
    from neuroevo.runs import RunFolder, Trial


@dataclass(frozen=True, slots=True)
class Generation:
    """Results of a generation."""

    number: int  # from 0
    trials: int  # number of finished trials
    best: tuple[float, ...]  # best score of its complete trials in each objective; NaN if none


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A summary of a run.

    Parameters
    ----------
    folder
        The run's folder.
    state
        The state of the run; ``unreadable`` if it can't be read.
    problems
        Why it can't be read, one line each; else problems that a resumed run repairs.
    experiment
        The experiment; None if it can't be read.
    trials
        Number of finished trials, with the baselines.
    expected
        Number of trials of the experiment, with the baselines.
    states
        Number of trials of the search in each state.
    generations
        Results of each generation that has trials.
    front
        The Pareto front of the search, the champion first, without the learning curves.
    baselines
        The baselines' trials, without the learning curves.
    test
        Each metric's name -> the score of the best trial on the test part; empty without one, and
        while the run is not complete.
    started
        ISO 8601 time with its offset from UTC, empty if it is unknown.
    seconds
        Time of the search until its newest checkpoint; NaN if it is unknown.
    reason
        Why the search ended, or was interrupted; empty while it is running.
    """

    folder: "RunFolder"
    state: Literal["running", "interrupted", "complete", "unreadable"]
    problems: tuple[str, ...] = ()
    experiment: "Experiment | None" = None
    trials: int = 0
    expected: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    generations: tuple[Generation, ...] = ()
    front: "tuple[Trial, ...]" = ()
    baselines: "tuple[Trial, ...]" = ()
    test: "Mapping[str, Score]" = field(default_factory=dict)
    started: str = ""
    seconds: float = math.nan
    reason: str = ""

    @property
    def objectives(self) -> "tuple[Objective, ...]":
        """The objectives of the search, in the experiment's order."""
        return () if self.experiment is None else self.experiment.objectives

    @property
    def finished_generations(self) -> tuple[Generation, ...]:
        """The generations that no running trial can change; all of them if the run is complete."""
        count = len(self.generations)
        if self.state != "complete" and self.experiment is not None:
            population = self.experiment.evolution.population
            while count and self.generations[count - 1].trials < population:
                count -= 1
        return self.generations[:count]

    @property
    def best(self) -> Mapping[str, float | None]:
        """The best score of the front in each objective; None if no trial is feasible."""
        constraints = () if self.experiment is None else self.experiment.constraints
        if not self.front or trial_violation(self.front[0], constraints):
            return {item.name: None for item in self.objectives}
        return {
            item.name: item.best_of(trial.objectives[item.name] for trial in self.front)
            for item in self.objectives
        }

    @property
    def outcome(self) -> str:
        """The reason, after what became of the trials if the search has finished none of them."""
        finished = sum(self.states.values())
        known = [state for state, count in self.states.items() if count == finished]
        without = f"all {finished:,} trials {known[0]}" if known else "no trial was completed"
        has_results = not finished or self.states.get("complete", 0) > 0
        return ", ".join(filter(None, ["" if has_results else without, self.reason]))

    def described(self) -> dict[str, Any]:
        """Return the summary as plain JSON values."""
        described: dict[str, Any] = {"id": self.folder.id, "path": str(self.folder.path)}
        if self.experiment is None or self.state == "unreadable":
            return described | {"state": self.state, "problems": list(self.problems)}
        return described | {
            "name": self.experiment.name,
            "note": self.experiment.note,
            "state": self.state,
            "reason": self.reason or None,
            "trials": self.trials,
            "generation": len(self.generations),
            "started": self.started or None,
            "seconds": self.seconds if math.isfinite(self.seconds) else None,
            "best": dict(self.best),
            "best_reached": targets_reached(self.objectives, self.best),
            "test": {name: asdict(score) for name, score in self.test.items()} or None,
        }
