"""The leading trial of a run, and how many samples its networks need to reach the target."""

import math
from typing import TYPE_CHECKING

from neuroevo.evaluation import OBJECTIVES

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

TRAINED = "samples_to_target"
MUCH_SLOWER = 2.0


def leading(findings: "Findings") -> "Trial":
    """Return the trial of the front with which the report begins.

    That is the champion, unless samples to target is an objective and another trial of the front
    needs less than half of its samples. If there are scores on a test part, it is the champion.
    """
    best = findings.front[0]
    if findings.held_out is not None or not is_for_samples(findings):
        return best
    needed = [(samples_to_learn(findings, trial), trial) for trial in findings.front]
    reached = [(samples, trial.number, trial) for samples, trial in needed if samples is not None]
    if not reached:
        return best
    least, _, quickest = min(reached)
    own, _ = needed[0]
    return quickest if own is None or own > MUCH_SLOWER * least else best


def samples_to_learn(findings: "Findings", trial: "Trial") -> float | None:
    """Return the samples that a trial needs to reach the target; None if it does not reach it.

    That is the objective if the search has it, else a point of the median learning curve.
    """
    budget = findings.experiment.training.samples
    score = trial.objectives.get(TRAINED)
    if score is not None:
        return score if math.isfinite(score) and score <= budget else None
    target = findings.experiment.training.target_mse
    curve = zip(findings.samples_seen(len(trial.curve)), trial.curve, strict=True)
    return next((int(samples) for samples, error in curve if error <= target), None)


def is_for_samples(findings: "Findings") -> bool:
    """Whether samples to target is an objective of the search."""
    return OBJECTIVES[TRAINED] in findings.objectives


def leading_objective(findings: "Findings", leader: "Trial") -> "Objective":
    """Return the objective that is shown first for the leading trial.

    That is samples to target if it is an objective and the trial reaches it, else the first one.
    """
    if is_for_samples(findings) and samples_to_learn(findings, leader) is not None:
        return next(item for item in findings.objectives if item.name == TRAINED)
    return findings.objectives[0]
