"""Compares the trials of a front with the baselines, and with each other on fresh seeds."""

import math
from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from neuroevo import wording
from neuroevo.analysis.judged_scores import fresh_score, judged_score, shown_cost

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial


def better_baselines(
    findings: "Findings", trial: "Trial"
) -> "tuple[tuple[Objective, Trial, float], ...]":
    """Return the objectives in which a baseline is better than a trial, in shown digits.

    By the scores that judge them, see `judged_score`.

    Returns
    -------
    For each such objective the best baseline and its score.
    """
    better = []
    for item in findings.objectives:
        scored = [(judged_score(findings, each, item), each) for each in findings.rivals]
        finite = [(score, each) for score, each in scored if math.isfinite(score)]
        if not finite:
            continue
        best = item.best_of(score for score, _ in finite)
        baseline = next(each for score, each in finite if score == best)
        own, other = (
            shown_cost(item, score) for score in (judged_score(findings, trial, item), best)
        )
        if other < own:
            better.append((item, baseline, best))
    return tuple(better)


def dominated_by_baselines(findings: "Findings") -> "tuple[Trial, ...]":
    """Return the trials of the front that a baseline dominates."""
    rows = [findings.costs(trial) for trial in findings.front]
    rivals = [findings.costs(each) for each in findings.rivals if findings.is_complete(each)]
    return tuple(compress(findings.front, dominated(rows, rivals)))


def unbeaten_on_fresh_seeds(findings: "Findings") -> int | None:
    """Return how many trials of the front no other and no baseline dominates on fresh seeds.

    A trial counts only if its scores are finite. None if there are no scores on fresh seeds.
    """
    if not any(findings.rescored_of(trial) for trial in findings.front):
        return None
    rows = [_fresh_costs(findings, trial) for trial in findings.front]
    rivals = [*rows, *(_fresh_costs(findings, trial) for trial in findings.rivals)]
    finite = [row for row in rivals if np.isfinite(row).all()]
    own = [row for row in rows if np.isfinite(row).all()]
    return len(own) - sum(dominated(own, finite))


def ratio_as_shown(item: "Objective", larger: float, smaller: float) -> float | None:
    """Return the ratio of two scores in shown digits; None if a ratio has no meaning.

    A penalty has none, nor has a score that is not finite.
    """
    above, below = (wording.shown(item.reached(score), item.unit) for score in (larger, smaller))
    has_meaning = item.logarithmic and 0 < above < math.inf and 0 < below < math.inf
    return above / below if has_meaning else None


def dominated(rows: Sequence[Sequence[float]], rivals: Sequence[Sequence[float]]) -> list[bool]:
    """Return for each row of costs whether a rival is as good in all and better in one."""
    if not rivals:
        return [False] * len(rows)
    others = np.asarray(rivals, dtype=np.float64)
    return [
        bool(((others <= row).all(axis=1) & (others < row).any(axis=1)).any())
        for row in np.asarray(rows, dtype=np.float64)
    ]


def _fresh_costs(findings: "Findings", trial: "Trial") -> tuple[float, ...]:
    return tuple(item.cost(fresh_score(findings, trial, item.name)) for item in findings.objectives)
