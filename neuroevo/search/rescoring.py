"""Evaluates trials on fresh seeds at the end of a search, and trains their networks again.

Does not know which trials, nor who is the champion.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.evaluation.function_evaluator import FunctionEvaluation
from neuroevo.evaluation.phenotype import stopping_of_configuration
from neuroevo.learning.curves import as_stopped
from neuroevo.runs import Champion, RescoredTrial, Trial
from neuroevo.search.trainer import FRESH_SEEDS, SEARCH_SEEDS, Trainer
from neuroevo.workers.pool import Failure


def rescored_trials(
    trainer: Trainer, trials: Sequence[Trial], stop: Callable[[], bool]
) -> dict[int, RescoredTrial] | None:
    """Return trials with their scores on fresh seeds and their networks, if they are networks.

    Parameters
    ----------
    trainer
        Trains networks or calls the function.
    trials
        Trials that did not fail.
    stop
        Returns whether to stop.

    Returns
    -------
    By their numbers, without networks that fail now; None if it was stopped.
    """
    if trainer.data is None:
        called = trainer.called_again(trials, stop)
        if len(called) < len(trials):
            return None
        return {trial.number: _with_calls(trial, called[trial.number]) for trial in trials}
    known = _sound(trainer.evaluations(trials, SEARCH_SEEDS, stop), trials)
    fresh = (
        None if known is None else _sound(trainer.evaluations(trials, FRESH_SEEDS, stop), trials)
    )
    if known is None or fresh is None:
        return None
    return {
        trial.number: _champion(
            trial, known[trial.number], fresh[trial.number], len(trainer.data.folds)
        )
        for trial in trials
        if trial.number in known and trial.number in fresh
    }


def with_training_curves(
    trainer: Trainer, champion: Champion, trial: Trial, stop: Callable[[], bool]
) -> Champion | None:
    """Add the curves on training samples, which show beside the others whether it overfits.

    Parameters
    ----------
    trainer
        Trains networks.
    champion
        The networks of a trial.
    trial
        That trial.
    stop
        Returns whether to stop.

    Returns
    -------
    The champion, without these curves if it fails now; None if it was stopped.
    """
    found = trainer.on_training_samples(trial, stop)
    if found is None or isinstance(found, Failure):
        return champion if found else None
    stopping = stopping_of_configuration(
        trial.genome, trainer.experiment.training, champion.curves.shape[1]
    )
    curves = {"mse": found.curves, **found.class_curves}
    stopped = {name: as_stopped(each, champion.curves, stopping) for name, each in curves.items()}
    return replace(champion, training_curves=stopped)


def _sound(
    outcomes: Mapping[int, Evaluation | Failure], trials: Sequence[Trial]
) -> dict[int, Evaluation] | None:
    """Return the outcomes of trials that did not fail; None if some were not finished."""
    if len(outcomes) < len(trials):
        return None
    return {
        number: outcome for number, outcome in outcomes.items() if not isinstance(outcome, Failure)
    }


def _with_calls(trial: Trial, called: FunctionEvaluation | Failure) -> RescoredTrial:
    scored = RescoredTrial(
        number=trial.number,
        name=trial.name,
        objectives=trial.objectives,
        fresh_objectives=dict.fromkeys(trial.objectives, math.nan),
    )
    if isinstance(called, Failure):
        return replace(scored, cause=called.cause)
    return replace(scored, fresh_objectives=called.objectives, fresh_replicates=called.replicates)


def _champion(trial: Trial, known: Evaluation, fresh: Evaluation, folds: int) -> Champion:
    return Champion(
        number=trial.number,
        name=trial.name,
        architecture=known.architecture,
        precision=known.precision,
        objectives=trial.objectives,
        fresh_objectives=fresh.objectives,
        parameters=known.parameters,
        curves=known.curves,
        fresh_curves=fresh.curves,
        class_curves=known.class_curves,
        fresh_class_curves=fresh.class_curves,
        folds=folds,
        fresh_replicates=fresh.replicates,
    )
