"""How the networks of a run compare with the baselines, and with one another on fresh seeds.

It knows scores and no sentence: the words are put together by those who ask.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neuroevo import wording

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial


def lower_baselines(
    findings: "Findings", trial: "Trial"
) -> "tuple[tuple[Objective, Trial, float], ...]":
    """Return the objectives in which a baseline beats a trial, by as much as the page shows.

    Returns
    -------
    For each such objective the baseline that is lowest in it, and its score.
    """
    lower = []
    for index, item in enumerate(findings.objectives):
        scored = [(findings.scores(each)[index], each) for each in findings.baselines]
        finite = [(score, each) for score, each in scored if math.isfinite(score)]
        if not finite:
            continue
        score, baseline = min(finite, key=lambda pair: pair[0])
        own = findings.scores(trial)[index]
        if wording.shown(score, item.unit) < wording.shown(own, item.unit):
            lower.append((item, baseline, score))
    return tuple(lower)


def dominated_by_baselines(findings: "Findings") -> "tuple[Trial, ...]":
    """Return the trials of the front that a baseline beats: as good in all, better in one."""
    rows = [findings.scores(trial) for trial in findings.front]
    rivals = [findings.scores(each) for each in findings.baselines if findings.is_complete(each)]
    beaten = dominated(rows, rivals)
    return tuple(
        trial for trial, is_beaten in zip(findings.front, beaten, strict=True) if is_beaten
    )


def unbeaten_on_fresh_seeds(findings: "Findings") -> int | None:
    """Return how many networks of the front nothing beats where all are scored on fresh seeds.

    The rest of the front and the baselines are what could beat them; a network without finite
    scores is beaten. None if the front was not scored again.
    """
    if not any(findings.champion_of(trial) for trial in findings.front):
        return None
    rows = [_fresh_scores(findings, trial) for trial in findings.front]
    rivals = [*rows, *(_fresh_scores(findings, trial) for trial in findings.baselines)]
    finite = [row for row in rivals if np.isfinite(row).all()]
    beaten = dominated(rows, finite)
    return sum(
        not is_beaten and bool(np.isfinite(row).all())
        for row, is_beaten in zip(rows, beaten, strict=True)
    )


def fresh_score(findings: "Findings", trial: "Trial", name: str) -> float:
    """Return a trial's score on fresh seeds in an objective; NaN if it was not scored again."""
    champion = findings.champion_of(trial)
    return math.nan if champion is None else champion.fresh_objectives.get(name, math.nan)


def ratio_as_shown(item: "Objective", larger: float, smaller: float) -> float | None:
    """Return the ratio of two scores as they are shown; None where a ratio has no meaning."""
    above, below = wording.shown(larger, item.unit), wording.shown(smaller, item.unit)
    return above / below if item.logarithmic and above > 0 and below > 0 else None


def dominated(rows: Sequence[Sequence[float]], rivals: Sequence[Sequence[float]]) -> list[bool]:
    """Tell of each row of scores whether a rival is as good in all of them and better in one."""
    if not rivals:
        return [False] * len(rows)
    others = np.asarray(rivals, dtype=np.float64)
    return [
        bool(((others <= row).all(axis=1) & (others < row).any(axis=1)).any())
        for row in np.asarray(rows, dtype=np.float64)
    ]


def _fresh_scores(findings: "Findings", trial: "Trial") -> tuple[float, ...]:
    return tuple(fresh_score(findings, trial, item.name) for item in findings.objectives)
