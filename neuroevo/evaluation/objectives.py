"""Objectives, and those of networks: computed from the learning curves and parameters of a trial.

Knows neither genomes nor how they evolve.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Precision

MSE_FLOORS: Mapping[Precision, float] = {"float32": 1e-14, "float64": 1e-30}
"""Smaller errors are rounding errors, and count as these."""

_SIGNIFICANT_DIGITS = 6

Scores = TypeVar("Scores", float, npt.NDArray[np.float64])
_Real = TypeVar("_Real", bound=np.floating)


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurves:
    """The learning curves of a trial's replicates, and the other numbers that objectives need."""

    samples_seen: npt.NDArray[np.int64]  # (points,)
    mse: npt.NDArray[np.float64]  # (replicates, points), infinite if diverged
    target_mse: float
    parameter_count: int
    target_variance: npt.NDArray[np.float64]
    """(replicates,) of the validation targets of each, mean over the outputs."""
    class_curves: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """The same curves of each class measure; empty if targets are no class probabilities."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A number that a search minimises or maximises."""

    name: str  # in experiment files
    description: str = ""  # shown with results
    unit: str = ""
    logarithmic: bool = True  # whether it is compared and drawn on a log scale
    maximised: bool = False
    limit: float = field(default=math.inf, compare=False)  # beyond it, values are penalties
    floor: float = field(default=0.0, compare=False)  # which stands for all smaller values
    lost: str = field(default="diverged", compare=False)  # what evaluations without a value have

    @property
    def label(self) -> str:
        """The name in texts, such as ``final MSE``."""
        return self.name.replace("_", " ")

    @property
    def best(self) -> str:
        """What the best of several values is: ``lowest`` or ``highest``."""
        return "highest" if self.maximised else "lowest"

    @property
    def best_label(self) -> str:
        """The name of the best of several values, such as ``lowest final MSE``."""
        return f"{self.best} {self.label}"

    @property
    def better(self) -> str:
        """What a better value is than another: ``lower`` or ``higher``."""
        return "higher" if self.maximised else "lower"

    def cost(self, value: Scores) -> Scores:
        """Return a value so that less is better: negated if the objective is maximised.

        Applied to a cost, it returns the value.
        """
        return -value if self.maximised else value

    @property
    def has_limit(self) -> bool:
        """Whether some values may be penalties."""
        return self.limit < math.inf

    def is_penalty(self, value: float) -> bool:
        """Whether a value stands for a target that was not reached, and is no measurement."""
        return self.limit < value < math.inf

    def reached(self, value: float) -> float:
        """Return a value, infinite in place of a penalty, which is no measurement."""
        return math.inf if value > self.limit else value

    def tied(self, value: float) -> float:
        """Return a value, the same one for all penalties, which measure nothing."""
        return math.nextafter(self.limit, math.inf) if self.is_penalty(value) else value

    def fitness(self, value: float) -> float:
        """Convert a value to the scale on which it is compared, where less is better."""
        # Rounded, as the last bit of a logarithm differs between machines.
        return self.cost(round(math.log10(value), 9) if self.logarithmic else value)

    def best_of(self, values: Iterable[float]) -> float:
        """Return the best of some values, NaN if there is none but NaN."""
        known = [value for value in values if not math.isnan(value)]
        return min(known, key=self.cost, default=math.nan)


@dataclass(frozen=True, slots=True)
class NetworkObjective(Objective):
    """An objective of networks."""

    scores: Callable[[LearningCurves], npt.NDArray[np.float64]] = field(kw_only=True)
    """Computes the value of each replicate; infinitely bad for one that diverged."""
    known_at_target: bool = False
    """Whether a replicate's value is final as soon as its network reaches the target."""
    of_classes: bool = False
    """Whether it is for tasks whose targets are class probabilities only."""
    within_budget: bool = False
    """Whether values beyond the sample budget are penalties."""
    is_error: bool = False
    """Whether it is an error, of which small values are rounding errors."""

    def of_trainings(self, samples: int, precision: Precision) -> Self:
        """Return the objective of trainings with a sample budget and a precision."""
        if not (self.within_budget or self.is_error):
            return self
        limit = float(samples) if self.within_budget else math.inf
        floor = MSE_FLOORS[precision] if self.is_error else 0.0
        return replace(self, limit=limit, floor=floor)

    @property
    def label(self) -> str:
        """The name in texts, with abbreviations in capitals."""
        return self.name.replace("_", " ").replace("mse", "MSE").replace("r2", "R²")


def _final_mse(curves: LearningCurves) -> npt.NDArray[np.float64]:
    final: npt.NDArray[np.float64] = curves.mse[:, -1]
    return final


def _samples_to_target(curves: LearningCurves) -> npt.NDArray[np.float64]:
    seen, target = curves.samples_seen.astype(np.float64), curves.target_mse
    reached = curves.mse <= target
    after = reached.argmax(axis=1)  # the first point at the target, 0 if there is none
    before = np.maximum(after - 1, 0)
    replicates = np.arange(len(curves.mse))
    high = np.log(curves.mse[replicates, before] / target)
    low = np.log(curves.mse[replicates, after] / target)
    # If the first point is at the target, there is no point before it to interpolate from.
    drop = np.subtract(high, low, out=np.ones_like(high), where=after > before)
    share = np.divide(high, drop, out=np.ones_like(high), where=after > before)
    crossing = seen[before] * (seen[after] / seen[before]) ** share
    missed = seen[-1] * (1 + np.log10(curves.mse[:, -1] / target))
    samples: npt.NDArray[np.float64] = np.where(reached.any(axis=1), crossing, missed)
    return samples


def _curve_area(curves: LearningCurves) -> npt.NDArray[np.float64]:
    heights = np.log10(curves.mse)
    if heights.shape[1] == 1:
        return heights[:, 0]
    positions = np.log10(curves.samples_seen)
    areas: npt.NDArray[np.float64] = np.trapezoid(heights, positions, axis=1)
    areas /= positions[-1] - positions[0]
    return areas


def _parameters(curves: LearningCurves) -> npt.NDArray[np.float64]:
    return np.full(len(curves.mse), float(curves.parameter_count))


def _r2(curves: LearningCurves) -> npt.NDArray[np.float64]:
    """Compute scikit-learn's `r2_score` with ``multioutput="variance_weighted"``.

    For constant targets it is 0, since they have no variance that a network could explain.

    References
    ----------
    https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html
    """
    final, variance = curves.mse[:, -1], curves.target_variance
    constant = np.where(np.isfinite(final), 1.0, np.inf)
    left = np.divide(final, variance, out=constant, where=variance > 0)
    scores: npt.NDArray[np.float64] = 1 - left
    return scores


def _final(measure: str, curves: LearningCurves) -> npt.NDArray[np.float64]:
    final: npt.NDArray[np.float64] = curves.class_curves[measure][:, -1]
    return final


OBJECTIVES: Mapping[str, NetworkObjective] = {
    objective.name: objective
    for objective in (
        NetworkObjective(
            "final_mse",
            "validation MSE of the trained network",
            scores=_final_mse,
            is_error=True,
        ),
        NetworkObjective(
            "samples_to_target",
            "samples seen until the validation MSE reaches the target; if it does not, the budget "
            "and more, growing with the final MSE",
            scores=_samples_to_target,
            unit="samples",
            known_at_target=True,
            within_budget=True,
        ),
        NetworkObjective(
            "curve_area",
            "mean of log10 of the validation MSE over the log of the samples seen",
            scores=_curve_area,
            logarithmic=False,
        ),
        NetworkObjective(
            "parameters",
            "number of trained weights and biases",
            scores=_parameters,
            unit="parameters",
            known_at_target=True,
        ),
        NetworkObjective(
            "r2",
            "share of the variance of the validation targets that the trained network explains",
            scores=_r2,
            logarithmic=False,
            maximised=True,
        ),
        NetworkObjective(
            "error_rate",
            "share of the validation samples for which another class than theirs has the greatest "
            "output",
            scores=partial(_final, "error_rate"),
            logarithmic=False,
            of_classes=True,
        ),
        NetworkObjective(
            "log_loss",
            "mean of -Σ target log(output) over the validation samples, with outputs clipped to "
            "what the precision tells from 0 and 1",
            scores=partial(_final, "log_loss"),
            of_classes=True,
        ),
        NetworkObjective(
            "balanced_error",
            "mean over the classes of the error rate of the validation samples of each",
            scores=partial(_final, "balanced_error"),
            logarithmic=False,
            of_classes=True,
        ),
    )
}
"""Every objective of networks by its name."""


def median(values: npt.NDArray[_Real]) -> npt.NDArray[_Real]:
    """Return the median over the first axis, NaN where one of the values is.

    Equal to the bit to `np.median`, which takes several times as long for few values.
    """
    ordered = np.sort(values, axis=0)  # NaN is last
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    middle = high if len(ordered) % 2 else (low + high) / 2
    found: npt.NDArray[_Real] = np.where(np.isnan(ordered[-1]), ordered[-1], middle)
    return found


def targets_reached(
    objectives: Iterable[Objective], values: Mapping[str, float | None]
) -> dict[str, bool]:
    """Return whether each value that may be a penalty is a measurement.

    Parameters
    ----------
    objectives
        Those without a limit are left out.
    values
        Each objective's name -> its value, None or NaN if it is not finite; some may be missing.
    """
    return {
        item.name: known is not None and known <= item.limit
        for item in objectives
        if item.has_limit and item.name in values
        for known in [values[item.name]]
    }


REDUCTIONS: Mapping[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "median": lambda costs: float(median(costs)),
    "mean": lambda costs: float(np.mean(costs)),
    "best": lambda costs: float(np.min(costs)),
    "worst": lambda costs: float(np.max(costs)),
}
"""The functions that reduce the costs of a trial's replicates to one number, by name."""


def scored(
    curves: LearningCurves, objective: NetworkObjective, reduction: str
) -> tuple[float, tuple[float, ...]]:
    """Return a trial's value of an objective, reduced over its replicates, and that of each.

    Rounded to six significant digits, as the last bits of a logarithm differ between machines.
    NaN in place of what is not finite, because replicates diverged.
    """
    scores = objective.scores(curves)
    reduced = objective.cost(REDUCTIONS[reduction](objective.cost(scores)))
    return _finite(reduced), tuple(map(_finite, scores.tolist()))


def _finite(value: float) -> float:
    return rounded(value) if math.isfinite(value) else math.nan


def rounded(value: float | npt.NDArray[np.float64]) -> float:
    """Round to six significant digits, as the last bits differ between machines."""
    return float(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")
