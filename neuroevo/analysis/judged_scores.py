"""The scores by which trials are shown and compared: on fresh seeds, where a run has these.

Does not choose the champion, see `neuroevo.runs.champion_first`.
"""

import math
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.evaluation import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

SAMPLES = "samples_to_target"


def has_fresh_scores(findings: "Findings") -> bool:
    """Whether the front was scored on fresh seeds."""
    return findings.finished and any(map(findings.rescored_of, findings.front))


def shows_fresh_scores(findings: "Findings") -> bool:
    """Whether tables have scores on fresh seeds; those of a function only if there are any."""
    return findings.experiment.trains_networks or bool(findings.rescored)


def fresh_score(findings: "Findings", trial: "Trial", name: str) -> float:
    """Return a trial's score on fresh seeds in an objective; NaN if there is none."""
    rescored = findings.rescored_of(trial)
    return math.nan if rescored is None else rescored.fresh_objectives.get(name, math.nan)


def judged_score(findings: "Findings", trial: "Trial", item: "Objective") -> float:
    """Return a trial's score on fresh seeds if the front has such scores, else the search's."""
    if has_fresh_scores(findings):
        return fresh_score(findings, trial, item.name)
    return trial.objectives.get(item.name, math.nan)


def shown_cost(item: "Objective", score: float) -> float:
    """Return a score in shown digits so that less is better; infinite if it is no measurement.

    That is a penalty, all of which are shown alike, or NaN.
    """
    return item.cost(wording.shown(score, item.unit)) if score <= item.limit else math.inf


def diverges_on_fresh_seeds(findings: "Findings", trial: "Trial") -> bool:
    """Whether a trial has scores on fresh seeds, and one of them is not finite."""
    rescored = findings.rescored_of(trial)
    known = () if rescored is None else rescored.fresh_objectives.values()
    return any(math.isnan(score) for score in known)


def judged_replicates(findings: "Findings", trial: "Trial", item: "Objective") -> "Sequence[float]":
    """Return the values of the replicates that `judged_score` reduces; empty if unknown."""
    if not has_fresh_scores(findings):
        return trial.replicates.get(item.name, ())
    rescored = findings.rescored_of(trial)
    return () if rescored is None else rescored.fresh_replicates.get(item.name, ())


def main_objective(findings: "Findings") -> "Objective":
    """Return the objective of the champion that is shown first.

    That is samples to target if it is an objective and the champion reaches the target and holds
    it, else the first one.
    """
    first, champion = findings.objectives[0], findings.front[0]
    if not is_for_samples(findings) or not holds_target(findings, champion):
        return first
    return next(item for item in findings.objectives if item.name == SAMPLES)


def holds_target(findings: "Findings", trial: "Trial") -> bool:
    """Whether a network reaches the target MSE and is still there at the end."""
    target = findings.experiment.training.target_mse
    return samples_to_learn(findings, trial) is not None and final_mse(trial) <= target


def final_mse(trial: "Trial") -> float:
    """Return the validation MSE at the end, on the seeds of the search; NaN if it is unknown."""
    last = trial.curve[-1] if trial.curve else math.nan
    return trial.objectives.get("final_mse", last)


def samples_to_learn(findings: "Findings", trial: "Trial") -> float | None:
    """Return the samples that a trial needs to reach the target; None if it does not reach it.

    That is the objective if the search has it, by the score that judges it, else a point of the
    median learning curve.
    """
    item = next((each for each in findings.objectives if each.name == SAMPLES), None)
    if item is None:
        return samples_of_curve(findings, trial)
    score = judged_score(findings, trial, item)
    return score if score <= findings.experiment.training.samples else None


def samples_of_curve(findings: "Findings", trial: "Trial") -> float | None:
    """Return the same on the seeds of the search, from which learning curves are."""
    score = trial.objectives.get(SAMPLES)
    if score is not None:
        return score if score <= findings.experiment.training.samples else None
    target = findings.experiment.training.target_mse
    curve = zip(findings.samples_seen(len(trial.curve)), trial.curve, strict=True)
    return next((int(samples) for samples, error in curve if error <= target), None)


def is_for_samples(findings: "Findings") -> bool:
    """Whether samples to target is an objective of the search."""
    return OBJECTIVES[SAMPLES] in findings.objectives
