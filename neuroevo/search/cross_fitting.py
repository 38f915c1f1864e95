"""Networks for all rows, of which each is trained on all folds but one, which says when to stop.

Chooses among configurations by the rows that their networks have not seen, too. Knows experiments
and folds; does not know which configurations are compared, nor why.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.experiment import Experiment
from neuroevo.learning import MOST_SAMPLES, DataSet
from neuroevo.learning.network import mean_outputs, predictions
from neuroevo.runs import Trial
from neuroevo.search.trainer import SEARCH_SEEDS, Trainer
from neuroevo.tables.settings import MOST_CUT
from neuroevo.workers import Workers

FOLDS = 4
"""Folds, and the least number of networks that are cross-fitted."""

LONGER = (4, 16)
"""Times the samples of the search, with which the best configuration is tried too."""

_AT_ONCE = 4  # configurations between which it may be stopped
_LEAST_PROBABILITY = 1e-7
_DIGITS = 9  # of a logarithm, whose last bit differs between machines


def unlimited(seconds: float, times: int) -> bool:  # noqa: ARG001 - whatever comes
    """Return False: go on."""
    return False


def folded_rows(experiment: Experiment, networks: int, *, keep_test: bool = False) -> DataSet:
    """Load the rows of all parts, cut into folds if so many networks are cross-fitted.

    Parameters
    ----------
    experiment
        The experiment, on a table.
    networks
        Number of networks; less than `FOLDS` are trained on all rows, and so are any without
        patience.
    keep_test
        Whether the test rows are left out.

    Raises
    ------
    UsageError
        If the task has no rows that it divides.
    DataError
        If the data can't be read or learnt.
    """
    crosses = networks >= FOLDS and experiment.training.patience
    folds = FOLDS if crosses else 1
    return experiment.network_task.load_undivided(folds, keep_test=keep_test).data_set


def with_folds(experiment: Experiment, data: DataSet, networks: int) -> Experiment:
    """Return an experiment with enough replicates for so many networks, as many on each fold."""
    unit = math.lcm(len(data.folds), experiment.task.fold_count)  # as experiments ask for
    replicates = unit * -(-networks // unit)
    training = experiment.training.model_copy(update={"replicates": replicates})
    return experiment.model_copy(update={"training": training})


class BestConfiguration(NamedTuple):
    """What was the best by cross-validation."""

    trial: Trial
    samples: int  # sample budget of its training


def best_of(  # noqa: PLR0913 - what is compared, and for how long
    experiment: Experiment,
    trials: Sequence[Trial],
    networks: int,
    workers: Workers,
    *,
    lengthens: bool = True,
    stop: Callable[[float, int], bool] = unlimited,
) -> BestConfiguration:
    """Return the trial whose networks are best on rows that they have not seen, outside the test.

    That trial is also trained with 4 and, if that is better, 16 times the samples.

    Parameters
    ----------
    experiment
        The experiment of the trials.
    trials
        The trials, the best by validation first: of equal ones, and if no network is
        cross-fitted, the first is returned.
    networks
        How many networks of each are trained; those of a fold predict it by their mean.
    workers
        Who trains; changes no result.
    lengthens
        Whether more samples are tried.
    stop
        Receives about how many seconds one core needs for the next networks, and how many times the
        samples of the search they have; returns whether to stop before it.

    Raises
    ------
    UsageError, DataError
        As `folded_rows`.
    """
    samples = experiment.training.samples
    data = folded_rows(experiment, networks, keep_test=True)
    if not data.other_folds:
        text = f"there are more than {MOST_CUT:,} rows, or too few"
        warnings.warn(f"cross_validate: has no effect, as {text}", stacklevel=2)
        return BestConfiguration(trials[0], samples)

    share = networks / experiment.training.replicates

    def is_to_stop(some: Sequence[Trial], times: int) -> bool:
        return stop(times * share * sum(trial.seconds for trial in some), times)

    def trainer_with(budget: int) -> Trainer:
        training = experiment.training.model_copy(update={"samples": budget})
        changed = experiment.model_copy(update={"training": training})
        return Trainer(with_folds(changed, data, networks), data, workers)

    known: list[float] = []
    with trainer_with(samples) as trainer:
        for place in range(0, len(trials), _AT_ONCE):
            some = trials[place : place + _AT_ONCE]
            if is_to_stop(some, 1):
                break
            known += _losses(trainer, some, data)
    least = min(known, default=math.inf)
    best = trials[known.index(least) if known else 0]
    for times in LONGER if lengthens and math.isfinite(least) else ():
        budget = min(times * experiment.training.samples, MOST_SAMPLES)
        if budget == samples or is_to_stop([best], times):
            break
        with trainer_with(budget) as trainer:
            [loss] = _losses(trainer, [best], data)
        if not loss < least:
            break
        least, samples = loss, budget
    return BestConfiguration(best, samples)


def _losses(trainer: Trainer, trials: Sequence[Trial], data: DataSet) -> list[float]:
    """Return the loss of each trial; infinite if it fails."""
    found = trainer.evaluations(trials, SEARCH_SEEDS)
    evaluations = (found[trial.number] for trial in trials)
    return [_loss(each, data) if isinstance(each, Evaluation) else math.inf for each in evaluations]


def _loss(evaluation: Evaluation, data: DataSet) -> float:
    """Return the mean loss of all rows, each predicted by networks that have not seen it."""
    losses: list[float] = []
    weights: list[float] = []
    for number, fold in enumerate(data.folds):
        parameters = evaluation.parameters[number :: len(data.folds)]
        sound = np.isfinite(parameters).all(axis=1)
        if not sound.any():
            return math.inf
        inputs, targets = fold.validation_inputs, fold.validation_targets
        outputs = mean_outputs(predictions(evaluation.architecture, parameters[sound], inputs))
        if not np.isfinite(outputs).all():
            return math.inf
        counting = fold.validation_weights
        weights += np.ones(len(inputs)).tolist() if counting is None else counting.tolist()
        if not data.columns.classes:
            losses += ((outputs - targets) ** 2).mean(axis=1).tolist()
            continue
        likely = (outputs * targets).sum(axis=1).tolist()
        losses += [-round(math.log(max(each, _LEAST_PROBABILITY)), _DIGITS) for each in likely]
    weighted = (loss * weight for loss, weight in zip(losses, weights, strict=True))
    return math.fsum(weighted) / math.fsum(weights)


def check_choice(experiment: Experiment, count: int, networks: int) -> None:
    """Raise UsageError if so many configurations can't be compared by so many networks."""
    if count > 1 and networks < FOLDS:
        rule = f"must be 1 unless at least {FOLDS} networks are averaged"
        raise UsageError(f"cross_validate: {rule}, but got {count} with {networks}")
    if count > 1 and not experiment.training.patience:
        rule = "must be 1 without patience, as then no rows say when to stop"
        raise UsageError(f"cross_validate: {rule}, but got {count}")
