"""Statistics of a journal that grows: counts and best trials, without the learning curves."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.analysis.summary import Generation
from neuroevo.evolution.front import nondominated
from neuroevo.runs import JournalReader, read_trial

if TYPE_CHECKING:
    from pathlib import Path

    from neuroevo.runs import Trial


class JournalStatistics:
    """Counts the trials of a journal, each line once, and keeps the best of them or all.

    Learning curves, which take most of the memory, are read again when they are needed.

    Parameters
    ----------
    path
        The journal.
    names
        The objectives.
    keeps_trials
        Whether all trials are kept, without their curves.
    """

    def __init__(self, path: "Path", names: tuple[str, ...], *, keeps_trials: bool = False) -> None:
        self.names = names
        self.keeps_trials = keeps_trials
        self._path = path
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
        self._places: dict[int, int] = {}

    @property
    def generations(self) -> tuple[Generation, ...]:
        """The number of trials and the best scores of each generation so far."""
        nothing = (math.nan,) * len(self.names)
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
            bare = [replace(trial, curve=()) for trial in new.trials]
            self._add(bare)
            if self.keeps_trials:
                self._trials += bare
                numbers = (trial.number for trial in bare)
                self._places.update(zip(numbers, new.places, strict=True))

    def forget_trials(self) -> None:
        """Keep only the best trials from now on."""
        self.keeps_trials, self._trials, self._places = False, [], {}

    def trials(self, whole: Iterable[int]) -> "tuple[Trial, ...]":
        """Return all trials that are kept, by number; those in ``whole`` with their curves."""
        trials = sorted(self._trials, key=attrgetter("number"))
        for number in whole:
            found = self.whole(number)
            if found is not None:
                trials[bisect_left(trials, number, key=attrgetter("number"))] = found
        return tuple(trials)

    def whole(self, number: int) -> "Trial | None":
        """Return the trial of a number with its curve, if it is kept."""
        place = self._places.get(number)
        return None if place is None else read_trial(self._path, place)

    def _add(self, trials: "list[Trial]") -> None:
        searched = [trial for trial in trials if trial.operator != "baseline"]
        self.baselines += [trial for trial in trials if trial.operator == "baseline"]
        self.states.update(trial.state for trial in searched)
        self._done.update(trial.generation for trial in searched)
        complete = [trial for trial in searched if all(map(math.isfinite, self._scores(trial)))]
        for trial in complete:
            scores = self._scores(trial)
            best = self._best.get(trial.generation, scores)
            self._best[trial.generation] = tuple(map(min, best, scores))
        candidates = sorted([*self.front, *complete], key=attrgetter("number"))
        kept = np.flatnonzero(nondominated([self._scores(trial) for trial in candidates]))
        self.front = sorted((candidates[index] for index in kept), key=self._scores)

    def _scores(self, trial: "Trial") -> tuple[float, ...]:
        return tuple(trial.objectives.get(name, math.nan) for name in self.names)
