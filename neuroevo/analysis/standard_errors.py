"""How certain the values of trials are that a function was called for several times."""

import math
import statistics
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.judged_scores import fresh_score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial


def has_standard_errors(findings: "Findings") -> bool:
    """Whether objectives are means of several calls of a function."""
    return _are_means(findings, findings.experiment.replicates)


def has_fresh_errors(findings: "Findings") -> bool:
    """Whether objectives on fresh seeds are means of several calls of a function."""
    return _are_means(findings, findings.experiment.fresh_replicates)


def standard_errors(findings: "Findings", trial: "Trial") -> "Mapping[str, float]":
    """Return the standard error of each objective's mean, by name; empty if they are no means.

    It is the standard deviation of the calls, with n - 1 degrees of freedom, divided by the square
    root of n. NaN of a trial with fewer than two calls or without the objective's value.
    """
    if not has_standard_errors(findings):
        return {}
    return {
        item.name: _of_mean(trial.replicates.get(item.name, ()), trial.objectives[item.name])
        for item in findings.objectives
    }


def fresh_errors(findings: "Findings", trial: "Trial") -> "Mapping[str, float]":
    """Return the same of the objectives on fresh seeds."""
    if not has_fresh_errors(findings):
        return {}
    rescored = findings.rescored_of(trial)
    replicates = {} if rescored is None else rescored.fresh_replicates
    return {
        item.name: _of_mean(replicates.get(item.name, ()), fresh_score(findings, trial, item.name))
        for item in findings.objectives
    }


def score_texts(findings: "Findings", trial: "Trial") -> list[str]:
    """Return the scores of a trial as texts in the order of the objectives, as ``0.21 ± 0.03``."""
    errors = standard_errors(findings, trial)
    return [
        wording.mean(score, errors.get(item.name, math.nan), item)
        for item, score in zip(findings.objectives, findings.scores(trial), strict=True)
    ]


def fresh_texts(findings: "Findings", trial: "Trial") -> list[str]:
    """Return the same of the scores on fresh seeds, a dash for each that is not finite."""
    errors = fresh_errors(findings, trial)
    return [
        wording.mean(fresh_score(findings, trial, item.name), errors.get(item.name, math.nan), item)
        for item in findings.objectives
    ]


def _are_means(findings: "Findings", replicates: int) -> bool:
    experiment = findings.experiment
    is_mean = experiment.evolution.reduction == "mean"
    return not experiment.trains_networks and replicates > 1 and is_mean


def _of_mean(values: "Sequence[float]", mean: float) -> float:
    if len(values) < 2 or math.isnan(mean):  # noqa: PLR2004 - a deviation needs two
        return math.nan
    return statistics.stdev(values) / math.sqrt(len(values))
