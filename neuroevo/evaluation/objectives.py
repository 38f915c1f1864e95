"""Objectives: what a set of learning curves is worth, less being better.

Knows curves and how many parameters a network has; knows neither genomes nor how they evolve.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Precision

MSE_FLOORS: Mapping[Precision, float] = {"float32": 1e-14, "float64": 1e-30}
"""Below these an error is rounding, and counts as this much: smaller is not better."""

_SIGNIFICANT_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurves:
    """The learning curves of a trial's replicates, and what else objectives need."""

    samples_seen: npt.NDArray[np.int64]  # (points,)
    mse: npt.NDArray[np.floating]  # (replicates, points), infinite where diverged
    target_mse: float
    precision: Precision
    parameter_count: int


@dataclass(frozen=True, slots=True)
class Objective:
    """A number that a search makes as small as it can.

    Parameters
    ----------
    name
        As experiment files call it.
    description
        What it is, for people who look at results.
    unit
        What it counts, or nothing.
    logarithmic
        Whether it is compared and drawn on a log scale.
    scores
        Its value for each replicate; infinite where there is none.
    """

    name: str
    description: str
    unit: str
    logarithmic: bool
    scores: Callable[[LearningCurves], npt.NDArray[np.float64]]

    def fitness(self, value: float) -> float:
        """Bring a value to the scale on which it is compared."""
        # Rounded, since the last bit of a logarithm is not the same on every machine.
        return round(math.log10(value), 9) if self.logarithmic else value


def _final_mse(curves: LearningCurves) -> npt.NDArray[np.float64]:
    return _floored(curves)[:, -1]


def _samples_to_target(curves: LearningCurves) -> npt.NDArray[np.float64]:
    return np.array(
        [_first_reached(curves.samples_seen, mse, curves.target_mse) for mse in _floored(curves)]
    )


def _first_reached(
    samples_seen: npt.NDArray[np.int64], mse: npt.NDArray[np.float64], target: float
) -> float:
    reached = np.flatnonzero(mse <= target)
    if len(reached) == 0:
        budget, final = float(samples_seen[-1]), float(mse[-1])
        return budget * (1 + math.log10(final / target)) if math.isfinite(final) else math.inf
    point = int(reached[0])
    after = float(samples_seen[point])
    if point == 0 or mse[point] == target:
        return after
    before = float(samples_seen[point - 1])
    missed, gained = float(mse[point - 1]) / target, float(mse[point - 1] / mse[point])
    share = math.log(missed) / math.log(gained)
    return float(before * (after / before) ** share)


def _curve_area(curves: LearningCurves) -> npt.NDArray[np.float64]:
    heights = np.log10(_floored(curves))
    if heights.shape[1] == 1:
        return heights[:, 0]
    positions = np.log10(curves.samples_seen)
    areas: npt.NDArray[np.float64] = np.trapezoid(heights, positions, axis=1)
    areas /= positions[-1] - positions[0]
    return areas


def _parameters(curves: LearningCurves) -> npt.NDArray[np.float64]:
    return np.full(len(curves.mse), float(curves.parameter_count))


def _floored(curves: LearningCurves) -> npt.NDArray[np.float64]:
    return np.maximum(curves.mse.astype(np.float64), MSE_FLOORS[curves.precision])


OBJECTIVES: Mapping[str, Objective] = {
    objective.name: objective
    for objective in (
        Objective(
            "final_mse",
            "validation MSE at the end of the budget",
            unit="",
            logarithmic=True,
            scores=_final_mse,
        ),
        Objective(
            "samples_to_target",
            "samples seen until the validation MSE reaches the target; beyond the budget, by how "
            "far it was missed",
            unit="samples",
            logarithmic=True,
            scores=_samples_to_target,
        ),
        Objective(
            "curve_area",
            "mean of log10 of the validation MSE over the log of the samples seen",
            unit="",
            logarithmic=False,
            scores=_curve_area,
        ),
        Objective(
            "parameters",
            "weights and biases that learn",
            unit="parameters",
            logarithmic=True,
            scores=_parameters,
        ),
    )
}
"""Every objective by its name."""

REDUCTIONS: Mapping[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "median": lambda scores: float(np.median(scores)),
    "mean": lambda scores: float(np.mean(scores)),
    "best": lambda scores: float(np.min(scores)),
    "worst": lambda scores: float(np.max(scores)),
}
"""How one number is made of the scores of a trial's replicates."""


def score(curves: LearningCurves, objective: Objective, reduction: str) -> float:
    """Reduce the scores of a trial's replicates to its value of an objective.

    Rounded to six significant digits, since the last bits of a logarithm are not the same on
    every machine. NaN where the reduced value isn't finite, because too many replicates diverged.
    """
    value = REDUCTIONS[reduction](objective.scores(curves))
    if not math.isfinite(value):
        return math.nan
    return float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
