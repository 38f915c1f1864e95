"""Learning curves of the front and of the baselines, over the replicates of each trial.

Classes also have class curves: class measures in place of the MSE.
"""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.judged_scores import samples_of_curve
from neuroevo.evaluation import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

CHAMPION = "champion"
TRAINING = "champion on training samples"
FRONT = "others of the front"
Quartiles: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
OWN = frozenset({CHAMPION, TRAINING, FRONT})  # all other names are baselines'


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A trial's learning curve over its replicates.

    The quartiles have one value for each point of the grid of samples seen, infinite if diverged.
    They are equal if only the median was kept.
    """

    name: str  # one of `OWN`, or a baseline's name
    label: str  # the configuration in a short line
    learnt: float | None  # samples to target; None if the trial does not reach it
    diverged: bool  # whether so many replicates diverged that the objectives are not finite
    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateCurves:
    """The learning curves of a run.

    First that of the champion, and on its training samples if that is known, then of the baselines,
    and of some other trials of the front, evenly chosen.
    """

    curves: tuple[Curve, ...]
    samples: NDArray[np.int64]  # seen at each point of the curves
    target: float | None  # validation MSE; None if it does not matter
    replicates: int  # of each trial
    folds: int
    restores: bool  # whether the last point is that of the best weights
    stops: bool  # whether a training stops at the target


@dataclass(frozen=True, slots=True, eq=False)
class ClassCurves:
    """The class curves of a run: those of the champion first, then of others of the front."""

    curves: "Mapping[Objective, tuple[Curve, ...]]"  # for each class measure; empty without classes
    samples: NDArray[np.int64]  # seen at each point of the curves
    replicates: int  # of each trial
    folds: int
    restores: bool  # whether the last point is that of the best weights


def replicate_curves(findings: "Findings") -> ReplicateCurves:
    """Collect the learning curves of the front and of the baselines."""
    curves = tuple(_curves(findings))
    training = findings.experiment.training
    return ReplicateCurves(
        curves,
        findings.samples_seen(len(curves[0].median) if curves else 1),
        training.target_mse if findings.experiment.has_target else None,
        training.replicates,
        findings.experiment.task.fold_count,
        training.restores_best,
        training.stop_at_target,
    )


def class_curves(findings: "Findings") -> ClassCurves:
    """Collect the class curves of the front."""
    names = [name for trial in findings.front[:1] for name in trial.class_curves]
    curves: dict[Objective, tuple[Curve, ...]] = {
        OBJECTIVES[name]: tuple(_curves(findings, name)) for name in names
    }
    points = len(next(iter(curves.values()))[0].median) if curves else 1
    training = findings.experiment.training
    return ClassCurves(
        curves,
        findings.samples_seen(points),
        training.replicates,
        findings.experiment.task.fold_count,
        training.restores_best,
    )


def _curves(findings: "Findings", measure: str = "") -> "Iterator[Curve]":
    """Yield the curves that are drawn, of the MSE or of a class measure."""
    for name, trial in _drawn_trials(findings):
        stored = trial.class_curves[measure] if measure else trial.curve
        if not stored:
            continue
        champion = findings.champion_of(trial)
        only = np.asarray(stored, dtype=np.float64)
        quartiles = only, only, only
        if champion is not None and champion.curves.size:
            quartiles = _quartiles(champion.class_curves[measure] if measure else champion.curves)
        curve = Curve(
            name,
            wording.configuration(trial.genome),
            samples_of_curve(findings, trial),
            trial.state == "diverged",
            *quartiles,
        )
        yield curve
        if name == CHAMPION and champion is not None and champion.training_curves:
            lower, median, upper = _quartiles(champion.training_curves[measure or "mse"])
            yield replace(curve, name=TRAINING, lower=lower, median=median, upper=upper)


def _drawn_trials(findings: "Findings") -> "list[tuple[str, Trial]]":
    trials = [(CHAMPION, trial) for trial in findings.front[:1]]
    known = {trial.number for _, trial in trials}
    trials += [(trial.name, trial) for trial in findings.baselines]
    chosen = (findings.front[rank - 1] for rank in findings.excerpt())
    return trials + [(FRONT, trial) for trial in chosen if trial.number not in known]


def _quartiles(curves: NDArray[np.floating]) -> Quartiles:
    # A diverged replicate counts with an infinite error.
    finite_or_infinite = np.nan_to_num(curves.astype(np.float64), nan=math.inf, posinf=math.inf)
    ordered = np.sort(finite_or_infinite, axis=0)
    return quantile(ordered, 0.25), quantile(ordered, 0.5), quantile(ordered, 0.75)


def quantile(ordered: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return a quantile of sorted rows, interpolated; infinite if a value it needs is infinite."""
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    weight = place % 1
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(above), np.inf, (1 - weight) * below + weight * above)
