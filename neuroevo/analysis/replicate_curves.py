"""Learning curves over the replicates of a trial: those of the front and of the baselines.

It knows errors after samples seen and no line.
"""

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

    Parameters
    ----------
    name
        `CHAMPION`, `QUICKEST`, a baseline's name or `FRONT`.
    label
        The configuration in a short line.
    learnt
        Samples that the trial needs to reach the target, as its table says; None if it does not.
    diverged
        Whether so many replicates diverged that the trial has no finite objectives.
    lower, median, upper
        Quartiles of the validation MSE over the replicates, one value for each point of the
        grid; infinite where diverged. The three are equal where only the median was kept.
    """

    name: str
    label: str
    learnt: float | None
    diverged: bool
    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateCurves:
    """The learning curves of a run that are told apart.

    Parameters
    ----------
    curves
        The champion's, if there is one; that of the quickest of the front, if that is much
        quicker; the baselines'; then those of some others of the front, from end to end.
    samples
        Samples seen at each point of the curves.
    target
        The validation MSE that counts as learnt.
    replicates
        How many trainings a curve sums up.
    stops
        Whether a training stops at the target.
    """

    curves: tuple[Curve, ...]
    samples: NDArray[np.int64]
    target: float
    replicates: int
    stops: bool = False


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
    return ReplicateCurves(
        tuple(_curve(findings, name, trial) for name, trial in trials if trial.curve),
        findings.samples,
        training.target_mse,
        training.replicates,
        training.stop_at_target,
    )


def _curve(findings: "Findings", name: str, trial: "Trial") -> Curve:
    champion = findings.champion_of(trial)
    label = wording.configuration(trial.genome)
    learnt, diverged = samples_to_learn(findings, trial), trial.state == "diverged"
    if champion is None or not champion.curves.size:
        median = np.asarray(trial.curve, dtype=np.float64)
        return Curve(name, label, learnt, diverged, median, median, median)
    # A diverged replicate is infinitely wrong: it counts, above all that stayed finite.
    replicates = np.nan_to_num(champion.curves.astype(np.float64), nan=math.inf, posinf=math.inf)
    ordered = np.sort(replicates, axis=0)
    quartiles = (quantile(ordered, share) for share in (0.25, 0.5, 0.75))
    return Curve(name, label, learnt, diverged, *quartiles)


def quantile(ordered: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return a quantile of sorted rows, interpolated, infinite where it touches infinity."""
    place = share * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    if below == above:
        return np.asarray(ordered[below])
    weight = place - below
    with np.errstate(invalid="ignore"):
        mixed: NDArray[np.float64] = (1 - weight) * ordered[below] + weight * ordered[above]
    return np.where(np.isinf(ordered[above]), np.inf, mixed)
