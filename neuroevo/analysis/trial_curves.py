"""The learning curves of all trials, from which a reader picks some.

They are medians over the replicates, on the seeds of the search.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.replicate_curves import CHAMPION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

MOST_TRIALS = 2_000  # whose curves are kept
GROUP = 10  # trials of a group
LEAST_GROUP = 3  # a smaller front is not what is picked at first


@dataclass(frozen=True, slots=True, eq=False)
class TrialCurves:
    """Learning curves of trials, by their numbers."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]  # ``champion``, ``trial 512``, or a baseline's
    descriptions: tuple[str, ...]  # the configuration, of the champion with its number
    curves: NDArray[np.float64]  # validation MSE, (trials, points); infinite if diverged
    samples: NDArray[np.int64]  # seen at each point of the curves
    target: float | None  # validation MSE; None if it does not matter
    groups: Mapping[str, tuple[int, ...]]  # title -> numbers, what is picked at first before others
    total: int  # trials with a curve, of which the best are kept


def trial_curves(findings: "Findings") -> TrialCurves:
    """Collect the curves: those of all trials, or of the front, the baselines and the best."""
    by_first = sorted(findings.searched, key=lambda trial: (findings.costs(trial), trial.number))
    candidates = {
        trial.number: trial
        for trial in (*findings.front, *findings.baselines, *by_first)
        if len(trial.curve)
    }
    kept = dict(sorted(list(candidates.items())[:MOST_TRIALS]))
    points = max((len(trial.curve) for trial in kept.values()), default=1)
    curves = np.full((len(kept), points), np.inf)
    for row, trial in zip(curves, kept.values(), strict=True):
        row[: len(trial.curve)] = np.asarray(trial.curve, dtype=np.float64)
    training = findings.experiment.training
    return TrialCurves(
        tuple(kept),
        tuple(_name(findings, trial) for trial in kept.values()),
        tuple(_description(findings, trial) for trial in kept.values()),
        curves,
        findings.samples_seen(points),
        training.target_mse if findings.experiment.has_target else None,
        _groups(findings, list(kept.values())),
        len(candidates),
    )


def _name(findings: "Findings", trial: "Trial") -> str:
    return CHAMPION if _is_champion(findings, trial) else trial.name or f"trial {trial.number}"


def _description(findings: "Findings", trial: "Trial") -> str:
    if _is_champion(findings, trial):
        return wording.described(trial)
    return wording.configuration(trial.genome)


def _is_champion(findings: "Findings", trial: "Trial") -> bool:
    return bool(findings.front) and trial.number == findings.front[0].number


def _groups(findings: "Findings", kept: "Sequence[Trial]") -> dict[str, tuple[int, ...]]:
    """Return the front, the best by each objective and the baselines; the front first if large."""
    numbers = {trial.number for trial in kept}
    front = [findings.front[rank - 1].number for rank in findings.excerpt(GROUP)]
    searched = [trial for trial in findings.complete if trial.number in numbers]
    best = {
        f"the best {GROUP} by {item.label}": _best(item, searched) for item in findings.objectives
    }
    title = "the front" if len(findings.front) <= GROUP else f"{GROUP} of the front"
    shown = {title: front}
    groups = shown | best if len(front) >= LEAST_GROUP else best | shown
    groups["the baselines"] = [trial.number for trial in findings.baselines]
    if not findings.complete:
        longest = sorted(kept, key=lambda trial: -int(np.isfinite(trial.curve).sum()))
        groups[f"the {GROUP} with the longest curves"] = [each.number for each in longest[:GROUP]]
    return {
        title: tuple(number for number in members if number in numbers)
        for title, members in groups.items()
        if members
    }


def _best(item: "Objective", trials: "Sequence[Trial]") -> list[int]:
    """Return the numbers of the best trials by an objective, of equal ones the first."""
    key = [(item.cost(trial.objectives[item.name]), trial.number) for trial in trials]
    return [number for _, number in sorted(key)[:GROUP]]
