"""Statistics of a journal that grows: counts and best trials."""

import math
from collections import Counter
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.analysis.summary import Generation
from neuroevo.evolution.front import nondominated
from neuroevo.runs import JournalReader, is_measured, trial_violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from neuroevo.evaluation import Objective
    from neuroevo.evolution import Constraint
    from neuroevo.runs import Trial


class JournalStatistics:
    """Counts the trials of a journal, each line once, and keeps the best of them or all.

    Parameters
    ----------
    path
        The journal.
    objectives
        The objectives of the search.
    constraints
        The constraints of the search.
    keeps_trials
        Whether all trials are kept.
    """

    def __init__(
        self,
        path: "Path",
        objectives: "tuple[Objective, ...]",
        constraints: "tuple[Constraint, ...]" = (),
        *,
        keeps_trials: bool = False,
    ) -> None:
        self.objectives, self.constraints = objectives, constraints
        self.keeps_trials = keeps_trials
        self._reader = JournalReader(path)
        self._begin()

    def _begin(self) -> None:
        self.count = 0
        self.problems: list[str] = []
        self.states: Counter[str] = Counter()
        self.front: list[Trial] = []
        self.baselines: list[Trial] = []
        self._done: Counter[int] = Counter()
        self._best: dict[int, tuple[float, ...]] = {}
        self._trials: list[Trial] = []

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The number of trials and the best scores of each generation so far."""
        nothing = (math.nan,) * len(self.objectives)
        return tuple(
            Generation(number, self._done[number], self._best.get(number, nothing))
            for number in sorted(self._done)
        )

    def advance(self) -> int:
        """Read what was committed since the last call; returns the number of lines so far."""
        while True:
            new = self._reader.read()
            if new.afresh:
                self._begin()
            if new.is_empty:
                return self.count + len(self.problems)
            self.count += len(new.trials)
            self.problems += new.problems
            self._add(new.trials)
            if self.keeps_trials:
                self._trials += new.trials

    def forget_trials(self) -> None:
        """Keep only the best trials from now on."""
        self.keeps_trials, self._trials = False, []

    def trials(self) -> "tuple[Trial, ...]":
        """Return all trials that are kept, by number."""
        return tuple(sorted(self._trials, key=attrgetter("number")))

    def _add(self, trials: "Sequence[Trial]") -> None:
        searched = [trial for trial in trials if trial.operator != "baseline"]
        self.baselines += [trial for trial in trials if trial.operator == "baseline"]
        self.states.update(trial.state for trial in searched)
        self._done.update(trial.generation for trial in searched)
        complete = [
            trial
            for trial in searched
            if all(map(math.isfinite, self._scores(trial))) and is_measured(trial, self.constraints)
        ]
        for trial in complete:
            if trial_violation(trial, self.constraints):
                continue
            scores = self._scores(trial)
            best = self._best.get(trial.generation, scores)
            self._best[trial.generation] = tuple(
                item.best_of(pair)
                for item, *pair in zip(self.objectives, best, scores, strict=True)
            )
        candidates = sorted([*self.front, *complete], key=attrgetter("number"))
        points = [self._costs(trial) for trial in candidates]
        violations = [trial_violation(trial, self.constraints) for trial in candidates]
        kept = np.flatnonzero(nondominated(points, violations))
        self.front = sorted((candidates[index] for index in kept), key=self._costs)

    def _scores(self, trial: "Trial") -> tuple[float, ...]:
        return tuple(trial.objectives.get(item.name, math.nan) for item in self.objectives)

    def _costs(self, trial: "Trial") -> tuple[float, ...]:
        return tuple(
            item.cost(score)
            for item, score in zip(self.objectives, self._scores(trial), strict=True)
        )
