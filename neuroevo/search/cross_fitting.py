"""Networks for all rows, of which each is trained on all folds but one, which says when to stop.

Chooses among configurations by the rows that their networks have not seen, too. Knows experiments
and folds; does not know which configurations are compared, nor why.
"""

import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.learning.network import mean_outputs, predictions
from neuroevo.runs import Trial
from neuroevo.search.trainer import SEARCH_SEEDS, Trainer
from neuroevo.tables.settings import MOST_CUT
from neuroevo.workers import Workers
from neuroevo.workers.pool import never

FOLDS = 4
"""Folds, and the least number of networks that are cross-fitted."""

_LEAST_PROBABILITY = 1e-7
_DIGITS = 9  # of a logarithm, whose last bit differs between machines


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


def best_of(
    experiment: Experiment,
    trials: Sequence[Trial],
    networks: int,
    workers: Workers,
    stop: Callable[[], bool] = never,
) -> Trial:
    """Return the trial whose networks are best on rows that they have not seen, outside the test.

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
    stop
        Called now and then; returns whether to stop. The best of those that are finished is
        returned then.

    Raises
    ------
    UsageError, DataError
        As `folded_rows`.
    """
    if len(trials) == 1:
        return trials[0]
    data = folded_rows(experiment, networks, keep_test=True)
    if not data.other_folds:
        text = f"there are more than {MOST_CUT:,} rows, or too few"
        warnings.warn(f"cross_validate: has no effect, as {text}", stacklevel=2)
        return trials[0]
    with Trainer(with_folds(experiment, data, networks), data, workers) as trainer:
        found = trainer.evaluations(trials, SEARCH_SEEDS, stop)
    losses = [
        _loss(each, data) if isinstance(each, Evaluation) else math.inf
        for each in (found.get(trial.number) for trial in trials)
    ]
    return trials[losses.index(min(losses))]


def _loss(evaluation: Evaluation, data: DataSet) -> float:
    """Return the mean loss of all rows, each predicted by networks that have not seen it."""
    losses: list[float] = []
    for number, fold in enumerate(data.folds):
        parameters = evaluation.parameters[number :: len(data.folds)]
        sound = np.isfinite(parameters).all(axis=1)
        if not sound.any():
            return math.inf
        inputs, targets = fold.validation_inputs, fold.validation_targets
        outputs = mean_outputs(predictions(evaluation.architecture, parameters[sound], inputs))
        if not np.isfinite(outputs).all():
            return math.inf
        if not data.columns.classes:
            losses += ((outputs - targets) ** 2).ravel().tolist()
            continue
        likely = (outputs * targets).sum(axis=1).tolist()
        losses += [-round(math.log(max(each, _LEAST_PROBABILITY)), _DIGITS) for each in likely]
    return math.fsum(losses) / len(losses)


def check_choice(experiment: Experiment, count: int, networks: int) -> None:
    """Raise UsageError if so many configurations can't be compared by so many networks."""
    if count > 1 and networks < FOLDS:
        rule = f"must be 1 unless at least {FOLDS} networks are averaged"
        raise UsageError(f"cross_validate: {rule}, but got {count} with {networks}")
    if count > 1 and not experiment.training.patience:
        rule = "must be 1 without patience, as then no rows say when to stop"
        raise UsageError(f"cross_validate: {rule}, but got {count}")
