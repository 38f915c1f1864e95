"""Decides after each rung which trials go on, and what is expected of those that do not.

Knows the values of trials at rungs and at their end; neither trains nor stores.
"""

import math
import statistics
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from neuroevo.errors import StorageError
from neuroevo.evaluation.rungs import RungValues
from neuroevo.evolution import Costs, costs_of, excesses_of, violation_of
from neuroevo.evolution.front import front_numbers
from neuroevo.experiment import SECONDS, Experiment
from neuroevo.runs import Trial, trial_excesses
from neuroevo.search.outcomes import fitness_of

FACTOR = 3
"""One in so many trials goes on from a rung."""

_WINDOW = 30  # trials with which one is compared, the last ones
_FEWEST = 10  # trials that it takes to compare
_CONTROL = 0.1  # share of trials that are trained to the end whatever the verdict is
_NEIGHBOURS = 5  # trials that tell what is expected of one that was stopped
_CONTROL_SEED = 3  # second part of the seed of that draw


class Verdicts(Protocol):
    """Decides which trials go on from a rung."""

    def goes_on(self, number: int, values: Sequence[RungValues]) -> bool:
        """Return whether a trial goes on after its values at so many rungs."""

    def verdict(self, number: int, values: Sequence[RungValues]) -> int:
        """Return after which rung a trial was to stop, counted from 1; 0 if after none."""


class _Standing(NamedTuple):
    """How good a trial is at a rung."""

    number: int
    costs: Costs
    violation: float


class _Ended(NamedTuple):
    """How good a trial was at a rung, and how good it is at its end."""

    costs: Costs
    end: Costs


class EarlyStopping:
    """Lets a trial go on if it is in the best third by non-dominated rank, as far as it shows.

    A trial is compared with the last ones that reached the same rung and were known for certain
    when it was asked for, so a verdict is a function of the trials before it, not of which of them
    is finished first. A tenth of all trials, drawn at random, is trained to the end nevertheless:
    the control group, which shows how often verdicts are wrong.

    Asynchronous successive halving (Li et al. 2020, https://arxiv.org/abs/1810.05934) with the
    ranks of several objectives (Schmucker et al. 2021, https://arxiv.org/abs/2106.12639).

    Parameters
    ----------
    experiment
        The experiment.
    look_ahead
        How many trials may be asked and not yet evaluated at a time.
    """

    def __init__(self, experiment: Experiment, look_ahead: int) -> None:
        self._objectives, self._seed = experiment.objectives, experiment.seed
        # What a trial took is known only at its end.
        self._bounds = [each for each in experiment.constraints if each.name != SECONDS]
        self._constraints = experiment.constraints
        self._look_ahead = look_ahead
        most = _WINDOW + look_ahead
        # At each rung: the standings, and those of trials that went to the end, with their costs.
        self._rungs: defaultdict[int, deque[_Standing]] = defaultdict(lambda: deque(maxlen=most))
        self._ends: defaultdict[int, deque[_Ended]] = defaultdict(lambda: deque(maxlen=most))

    def goes_on(self, number: int, values: Sequence[RungValues]) -> bool:
        """Return whether a trial goes on after its values at so many rungs."""
        if self._costs(values[-1]) is None:
            return False
        return not self.verdict(number, values) or is_control(self._seed, number)

    def verdict(self, number: int, values: Sequence[RungValues]) -> int:
        """Return after which rung a trial was to stop, counted from 1; 0 if after none."""
        for rung, each in enumerate(values):
            if not self._is_promising(number, rung, each):
                return rung + 1
        return 0

    def receive(self, trial: Trial) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Take the next trial, in the order of their numbers, for later verdicts.

        Returns
        -------
        Its fitness and its excesses; what is expected of it if it was stopped.

        Raises
        ------
        StorageError
            If the recorded verdict is another one.
        """
        values = trial.rung_values
        verdict = self.verdict(trial.number, values)
        if trial.state != "failed" and verdict != trial.verdict:
            raise StorageError(
                f"trial {trial.number}: verdict must be {verdict}, as its values at the rungs are, "
                f"but the journal has {trial.verdict}"
            )
        standings = [self._standing(trial.number, each) for each in values]
        fitness = fitness_of(trial, self._objectives)
        if trial.state == "stopped" and standings[-1] is not None:
            fitness = self._expected(len(values) - 1, standings[-1].costs)
        for rung, standing in enumerate(standings):
            if standing is not None:
                self._rungs[rung].append(standing)
                if trial.state == "complete":
                    self._ends[rung].append(_Ended(standing.costs, fitness))
        return fitness, self._excesses(trial, values)

    def _excesses(self, trial: Trial, values: Sequence[RungValues]) -> tuple[float, ...]:
        if trial.state != "stopped":
            return trial_excesses(trial, self._constraints)
        return excesses_of(self._constraints, {SECONDS: trial.seconds, **values[-1]})

    def _is_promising(self, number: int, rung: int, values: RungValues) -> bool:
        own = self._standing(number, values)
        if own is None:
            return False
        known = [each for each in self._rungs[rung] if each.number <= number - self._look_ahead]
        others = known[-_WINDOW:]
        if len(others) < _FEWEST:
            return True
        compared = [*others, own]
        fronts = front_numbers(
            np.array([each.costs for each in compared]), [each.violation for each in compared]
        )
        better, as_good = (fronts[:-1] < fronts[-1]).sum(), (fronts[:-1] == fronts[-1]).sum()
        return bool(better == 0 or (better + as_good / 2) * FACTOR < len(others))

    def _standing(self, number: int, values: RungValues) -> _Standing | None:
        costs = self._costs(values)
        if costs is None:
            return None
        return _Standing(number, costs, violation_of(excesses_of(self._bounds, values)))

    def _costs(self, values: RungValues) -> Costs | None:
        found = [values[each.name] for each in self._objectives]
        if not all(map(math.isfinite, found)):
            return None
        return costs_of(
            [item.fitness(value) for item, value in zip(self._objectives, found, strict=True)]
        )

    def _expected(self, rung: int, costs: Costs) -> Costs:
        """Return the costs at a rung with the changes of those that were most like them until then.

        That is a hint for the search, and no measurement.
        """
        ends = self._ends[rung]
        if not ends:
            return costs
        return tuple(
            _expected_end(cost, [(each.costs[place], each.end[place]) for each in ends])
            for place, cost in enumerate(costs)
        )


def _expected_end(cost: float, known: Sequence[tuple[float, float]]) -> float:
    """Return the end that is expected of a cost at a rung, by the costs and ends of others.

    The median change of those with the nearest costs is added, which may be far away: without the
    change, one that is worse than all of them would be expected to be as good as they are. No end
    is expected to be better than all of theirs.
    """
    alike = sorted(known, key=lambda each: (abs(each[0] - cost), each[1]))[:_NEIGHBOURS]
    change = statistics.median_low(end - other for other, end in alike)
    return max(cost + change, min(end for _, end in alike))


class RecordedVerdicts:
    """Repeats the verdicts of trials that are trained again."""

    def __init__(self, trials: Iterable[Trial]) -> None:
        self._trials: Mapping[int, Trial] = {trial.number: trial for trial in trials}

    def goes_on(self, number: int, values: Sequence[RungValues]) -> bool:
        """Return whether a trial went on after so many rungs."""
        trial = self._trials[number]
        if trial.state == "diverged":  # at the last rung that it reached, or at its end
            return all(math.isfinite(values[-1][name]) for name in trial.objectives)
        return trial.state == "complete" or len(values) < len(trial.rung_values)

    def verdict(self, number: int, values: Sequence[RungValues]) -> int:  # noqa: ARG002
        """Return the recorded verdict."""
        return self._trials[number].verdict


def is_control(seed: int, number: int) -> bool:
    """Return whether a trial is in the control group of a search with this seed."""
    sequence = np.random.SeedSequence([seed, _CONTROL_SEED, number])
    return bool(np.random.Generator(np.random.PCG64(sequence)).random() < _CONTROL)
