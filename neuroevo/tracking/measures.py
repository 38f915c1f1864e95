"""What trackers show of trials and runs, as names and finite numbers; knows no tracker."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from neuroevo.experiment import Experiment
from neuroevo.learning import samples_seen
from neuroevo.runs import HeldOutScores, Trial, trial_violation

MOST_POINTS = 40
"""Of a learning curve that are shown: each takes time, in the file and in the page."""


class Point(NamedTuple):
    """A measure after so many samples seen."""

    name: str
    samples: int
    value: float


def curve_points(trial: Trial, experiment: Experiment) -> Iterator[Point]:
    """Give the curves of a trial, each thinned to at most `MOST_POINTS`, the last one included."""
    curves = {"validation_mse": trial.curve} | {
        f"validation_{name}": curve for name, curve in trial.class_curves.items()
    }
    for name, curve in curves.items():
        values = tuple(curve)
        if not values:
            continue
        seen = samples_seen(experiment.training.samples, len(values))
        step = -(-len(values) // MOST_POINTS)
        for place in range((len(values) - 1) % step, len(values), step):
            if math.isfinite(values[place]):
                yield Point(name, int(seen[place]), float(values[place]))


def finite(values: Mapping[str, float]) -> dict[str, float]:
    """Return the values that are finite, which trackers require."""
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}


def scores_on_test_part(held_out: HeldOutScores | None, number: int) -> dict[str, float]:
    """Return the scores of a trial on the test part, ``test_r2`` and so on."""
    model = None if held_out is None else held_out.of_trial(number)
    scores = {} if model is None else model.scores
    return {f"test_{name}": score.value for name, score in scores.items()}


class BestSoFar:
    """The best value of each objective so far, over feasible trials in the order of coming."""

    def __init__(self, experiment: Experiment) -> None:
        self._objectives, self._constraints = experiment.objectives, experiment.constraints
        self._best: dict[str, float] = {}
        self._trials = 0

    def after(self, trial: Trial) -> tuple[int, dict[str, float]]:
        """Return the number of trials so far, and what is better with this one."""
        self._trials += 1
        better: dict[str, float] = {}
        if trial_violation(trial, self._constraints):
            return self._trials, better
        for each in self._objectives:
            value, best = trial.objectives[each.name], self._best.get(each.name)
            if trial.operator == "baseline" or not math.isfinite(value):
                continue
            if best is None or each.cost(value) < each.cost(best):
                better[each.name] = value
        self._best |= better
        return self._trials, {f"best_{name}": value for name, value in better.items()}
