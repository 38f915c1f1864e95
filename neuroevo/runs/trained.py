"""How much of a trial was trained or evaluated. Does not know why it was stopped."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment
    from neuroevo.runs.trial import Trial


def stopped_at(trial: "Trial") -> int:
    """Return at which rung a trial was stopped or had diverged, from 1; 0 if it went to the end."""
    if not trial.rung_values or trial.state == "complete":
        return 0
    last = trial.rung_values[-1]
    diverged_there = any(not math.isfinite(last[name]) for name in trial.objectives)
    stopped = trial.state == "stopped" or diverged_there
    return len(trial.rung_values) if stopped else 0


def evaluated_replicates(trial: "Trial", experiment: "Experiment") -> tuple[int, ...]:
    """Return the numbers of the replicates of a trial whose training or evaluation began."""
    rung = stopped_at(trial)
    return experiment.rungs[rung - 1].replicates if rung else tuple(range(experiment.replicates))


def trained_networks(trial: "Trial", experiment: "Experiment") -> int:
    """Return the number of networks that were trained for a trial; 0 if a function is called."""
    return len(evaluated_replicates(trial, experiment)) if experiment.trains_networks else 0


def trained_share(trial: "Trial", experiment: "Experiment") -> float:
    """Return the share of all samples of a trial, or calls of a function, that it took."""
    rung = stopped_at(trial)
    if not rung:
        return 1.0
    reached = experiment.rungs[rung - 1]
    return reached.samples * len(reached.replicates) / experiment.replicates
