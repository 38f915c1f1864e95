"""Which trial of a run leads, and how soon its networks learn.

It knows scores and learning curves and no sentence: the words are put together by those who ask.
"""

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
    """Return the trial of the front that the report opens with.

    The best one, unless the search was for few samples to the target and another of the front
    learns in less than half of them.
    """
    best = findings.front[0]
    if not is_for_samples(findings):
        return best
    times = [(samples_to_learn(findings, trial), trial) for trial in findings.front]
    learnt = [(time, trial.number, trial) for time, trial in times if time is not None]
    if not learnt:
        return best
    quickest = min(learnt)
    own = samples_to_learn(findings, best)
    return quickest[-1] if own is None or own > MUCH_SLOWER * quickest[0] else best


def samples_to_learn(findings: "Findings", trial: "Trial") -> float | None:
    """Return after how many samples a trial's networks reach the target; None if they don't.

    The objective if the search had it, else the point of the median learning curve.
    """
    budget = findings.experiment.training.samples
    score = trial.objectives.get(TRAINED)
    if score is not None:
        return score if math.isfinite(score) and score <= budget else None
    target = findings.experiment.training.target_mse
    reached = (
        int(samples)
        for samples, error in zip(findings.samples, trial.curve, strict=False)
        if error <= target
    )
    return next(reached, None)


def is_for_samples(findings: "Findings") -> bool:
    """Tell whether the search was for few samples to the target."""
    return any(item.name == TRAINED for item in findings.objectives)


def leading_objective(findings: "Findings", leader: "Trial") -> "Objective":
    """Return the objective that counts first, given the trial that leads.

    The samples to the target if the search was for few of them and the trial reaches it, else the
    first.
    """
    if is_for_samples(findings) and samples_to_learn(findings, leader) is not None:
        return OBJECTIVES[TRAINED]
    return findings.objectives[0]
