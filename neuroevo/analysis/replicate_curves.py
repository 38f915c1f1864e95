"""Learning curves of the front and of the baselines, over the replicates of each trial."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.leader import leading, samples_to_learn

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial

CHAMPION = "champion"
QUICKEST = "quickest of the front"
FRONT = "others of the front"
OWN = frozenset({CHAMPION, QUICKEST, FRONT})  # all other names are baselines'


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A trial's learning curve over its replicates.

    The quartiles of the validation MSE have one value for each point of the grid of samples seen,
    infinite if diverged. They are equal if only the median was kept.
    """

    name: str  # `CHAMPION`, `QUICKEST`, a baseline's name or `FRONT`
    label: str  # the configuration in a short line
    learnt: float | None  # samples to target; None if the trial does not reach it
    diverged: bool  # whether so many replicates diverged that the objectives are not finite
    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateCurves:
    """The learning curves of a run.

    First that of the champion, then of the quickest trial of the front if it is much quicker, of
    the baselines, and of some other trials of the front, evenly chosen.
    """

    curves: tuple[Curve, ...]
    samples: NDArray[np.int64]  # seen at each point of the curves
    target: float | None  # validation MSE; None if it does not matter
    replicates: int  # of each trial
    folds: int = 1
    stops: bool = False  # whether a training stops at the target


def replicate_curves(findings: "Findings") -> ReplicateCurves:
    """Collect the curves of the front and of the baselines."""
    trials: list[tuple[str, Trial]] = [(CHAMPION, trial) for trial in findings.front[:1]]
    if findings.front and leading(findings) is not findings.front[0]:
        trials.append((QUICKEST, leading(findings)))
    known = {trial.number for _, trial in trials}
    trials += [(trial.name, trial) for trial in findings.baselines]
    chosen = (findings.front[rank - 1] for rank in findings.excerpt())
    trials += [(FRONT, trial) for trial in chosen if trial.number not in known]
    training = findings.experiment.training
    curves = tuple(_curve(findings, name, trial) for name, trial in trials if trial.curve)
    return ReplicateCurves(
        curves,
        findings.samples_seen(len(curves[0].median) if curves else 1),
        training.target_mse if findings.experiment.has_target else None,
        training.replicates,
        findings.experiment.task.fold_count,
        training.stop_at_target,
    )


def _curve(findings: "Findings", name: str, trial: "Trial") -> Curve:
    champion = findings.champion_of(trial)
    label = wording.configuration(trial.genome)
    learnt, diverged = samples_to_learn(findings, trial), trial.state == "diverged"
    if champion is None or not champion.curves.size:
        median = np.asarray(trial.curve, dtype=np.float64)
        return Curve(name, label, learnt, diverged, median, median, median)
    # A diverged replicate counts with an infinite MSE.
    replicates = np.nan_to_num(champion.curves.astype(np.float64), nan=math.inf, posinf=math.inf)
    ordered = np.sort(replicates, axis=0)
    quartiles = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return Curve(name, label, learnt, diverged, *quartiles)


def quantile(ordered: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return a quantile of sorted rows, interpolated; infinite if a value it needs is infinite."""
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    weight = place % 1
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(above), np.inf, (1 - weight) * below + weight * above)
