"""What stopping trials early saved, and how often it was wrong.

Knows neither words nor how trials are chosen.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo.runs import stopped_at, trained_share

if TYPE_CHECKING:
    from collections.abc import Collection

    from neuroevo.analysis.findings import Findings
    from neuroevo.experiment import Experiment
    from neuroevo.runs import Trial


@dataclass(frozen=True, slots=True)
class RungCount:
    """The trials that reached a rung.

    Attributes
    ----------
    samples
        How many samples each replicate has seen there.
    replicates
        How many replicates were trained up to there.
    reached
        Number of trials that were trained up to there.
    rejected
        How many of them a verdict there was to stop.
    control
        How many of those were trained to the end nevertheless.
    wrong
        How many of these are on the front of all trials.
    """

    samples: int
    replicates: int
    reached: int
    rejected: int
    control: int
    wrong: int


@dataclass(frozen=True, slots=True)
class EarlyStoppingCounts:
    """What rungs did to the trials of a search.

    Attributes
    ----------
    rungs
        From the first to the last.
    trained
        Share of the samples of all trainings that were trained.
    stopped
        Number of trials that were stopped, those that had diverged at a rung among them.
    trials
        Number of all trials of the search that did not fail.
    """

    rungs: tuple[RungCount, ...]
    trained: float
    stopped: int
    trials: int


def early_stopping_counts(findings: "Findings") -> EarlyStoppingCounts:
    """Count what the rungs of a search did; without rungs there is none."""
    experiment = findings.experiment
    trials = [trial for trial in findings.searched if trial.state != "failed"]
    front = {trial.number for trial in findings.front}
    rungs = tuple(
        _count(
            rung, round(at.samples * experiment.training.samples), len(at.replicates), trials, front
        )
        for rung, at in enumerate(experiment.rungs, 1)
    )
    return EarlyStoppingCounts(
        rungs,
        mean_trained_share(trials, experiment),
        sum(stopped_at(trial) > 0 for trial in trials),
        len(trials),
    )


def mean_trained_share(trials: "Collection[Trial]", experiment: "Experiment") -> float:
    """Return the share of the samples of some trials that were trained; NaN without trials."""
    shares = [trained_share(trial, experiment) for trial in trials]
    return math.fsum(shares) / len(shares) if shares else math.nan


def _count(
    rung: int, samples: int, replicates: int, trials: "list[Trial]", front: set[int]
) -> RungCount:
    rejected = [trial for trial in trials if trial.verdict == rung]
    control = [trial for trial in rejected if not stopped_at(trial)]
    return RungCount(
        samples,
        replicates,
        sum(len(trial.rung_values) >= rung for trial in trials),
        len(rejected),
        len(control),
        sum(trial.number in front for trial in control),
    )
