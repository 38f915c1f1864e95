"""How much of a trial was trained. Does not know why it was stopped."""

import math

from neuroevo.experiment import Experiment
from neuroevo.runs.trial import Trial


def stopped_at(trial: Trial) -> int:
    """Return at which rung a trial was stopped or had diverged, from 1; 0 if it went to the end."""
    if not trial.rung_values or trial.state == "complete":
        return 0
    last = trial.rung_values[-1]
    diverged_there = any(not math.isfinite(last[name]) for name in trial.objectives)
    stopped = trial.state == "stopped" or diverged_there
    return len(trial.rung_values) if stopped else 0


def trained_networks(trial: Trial, experiment: Experiment) -> int:
    """Return the number of networks of a trial whose training began; 0 if a function is called."""
    rung = stopped_at(trial)
    return experiment.rungs[rung - 1].replicates if rung else experiment.networks_per_trial


def trained_share(trial: Trial, experiment: Experiment) -> float:
    """Return the share of the samples of all trainings of a trial that were trained."""
    rung = stopped_at(trial)
    if not rung:
        return 1.0
    reached = experiment.rungs[rung - 1]
    return reached.samples * reached.replicates / experiment.networks_per_trial
