"""Trains one configuration for its networks: as a search did, with several seeds, or on all rows.

Knows an experiment whose genes are fixed; does not know where it comes from.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.evaluation.phenotype import stopping_of_configuration
from neuroevo.evaluation.replicates import best_replicates
from neuroevo.evaluation.scores import Targets, scores_of
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet, Ensemble, Network, samples_seen
from neuroevo.learning.curves import stops
from neuroevo.learning.network import mean_outputs, predictions
from neuroevo.runs import data_hash
from neuroevo.search.cross_fitting import folded_rows, with_folds
from neuroevo.search.material import Material, material_of
from neuroevo.search.progress import ignore_progress
from neuroevo.search.studies import Counter
from neuroevo.search.trainer import Trainer
from neuroevo.tasks import NetworkTask, TableTask
from neuroevo.workers import Workers

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Scores = Mapping[str, float]  # by the name of their metric, see `neuroevo.evaluation.scores`


@dataclass(frozen=True, slots=True)
class Plan:
    """How a configuration is trained.

    Parameters
    ----------
    seeds
        The seeds of the experiment, one after the other.
    networks
        How many networks are averaged: those with the lowest validation MSE.
    all_rows
        Whether the networks are trained again with the rows of all parts. Several, with patience,
        are cross-fitted if there are not too many rows: the rows are cut into folds, and each
        network is trained on all but one, which says when to stop. Others are trained on all rows,
        for the median of the samples at which those of before had their last weights.
    """

    seeds: Sequence[int]
    networks: int = 1
    all_rows: bool = False


@dataclass(frozen=True, slots=True)
class LearntData:
    """What is known of the data that a configuration was found with.

    Parameters
    ----------
    columns
        The columns of the table that were inputs; empty if they are unknown.
    hash
        See `neuroevo.runs.data_hash`; empty if it is unknown.
    """

    columns: tuple[str, ...] = ()
    hash: str = ""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What the replicates with one seed have reached.

    Parameters
    ----------
    seed
        The seed.
    replicates, diverged
        Number of networks, and of those that have diverged.
    samples
        After how many samples the training of the network ended, the median over the replicates.
    validation, test
        The scores of the replicate with the lowest validation MSE; empty if all have diverged, and
        without a test part.
    """

    seed: int
    replicates: int
    diverged: int
    samples: int
    validation: Scores
    test: Scores


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained configuration.

    Parameters
    ----------
    network
        The best network, or the mean of the best ones.
    preparation
        How raw rows are prepared, as plain values; empty if inputs are raw values.
    validation, test
        Its scores on the rows of these parts; of networks for all rows, the scores of the same
        replicates when they were trained without these rows. Empty without a test part.
    seeds
        The results with each seed, of trainings without the validation and test rows.
    samples
        After how many samples the networks for all rows ended, the median; None without them.
    folds
        Number of folds of cross-fitted networks for all rows; 1 for others.
    warnings
        What users should know of their data, a line each.
    """

    network: Network | Ensemble
    preparation: Mapping[str, Any]
    validation: Scores
    test: Scores
    seeds: tuple[SeedResult, ...]
    samples: int | None
    folds: int
    warnings: tuple[str, ...]


_Evaluate: TypeAlias = Callable[[Experiment, int, DataSet], Evaluation]
"""Trains the configuration by an experiment, with a seed, on some data."""


class _Replicate(NamedTuple):
    """A replicate that has not diverged."""

    error: float  # its final validation MSE
    seed: int  # the place of the seed
    place: int


def train_configuration(  # noqa: PLR0913 - what decides a training, and who watches it
    experiment: Experiment,
    plan: Plan,
    workers: Workers,
    data: "str | Path | pd.DataFrame | None" = None,
    learnt: LearntData | None = None,
    *,
    counter: Counter = ignore_progress,
) -> Trained:
    """Train the only configuration of an experiment.

    Parameters
    ----------
    experiment
        An experiment with every gene fixed.
    plan
        How it is trained.
    workers
        Who trains; changes no result.
    data
        Other data for its task, see `Task.located`.
    learnt
        The data of the run that found it: other data must have the same columns, and there is a
        warning if the data have changed.
    counter
        Receives the number of seeds whose networks are trained, and the number of all; with all
        rows they may count twice.

    Raises
    ------
    UsageError
        If a gene is not fixed, the task can't be given data or has no rows to put together, a seed
        is too high, or more networks are to be averaged than there are.
    DataError
        If the data can't be read or learnt.
    NeuroevoError
        If fewer networks than asked for have not diverged.
    """
    configuration = experiment.only_configuration
    experiment.replace(seed=plan.seeds[-1])  # or it is too high
    known = learnt or LearntData()
    experiment = experiment.replace(task=_located(experiment, data, known))
    undivided = folded_rows(experiment, plan.networks) if plan.all_rows else None
    crosses = undivided is not None and bool(undivided.other_folds)
    _check(plan, experiment, crosses=crosses)
    material = material_of(experiment.task)
    divided = _data(material)
    again = 0 if undivided is None else len(plan.seeds)
    trained = _Counted(counter, len(plan.seeds) + again)

    def evaluated(changed: Experiment, seed: int, data: DataSet) -> Evaluation:
        return trained(_evaluation(changed, seed, data, workers, configuration))

    found = [evaluated(experiment, seed, divided) for seed in plan.seeds]
    chosen = _chosen(found, plan, len(divided.folds), enough=1 if crosses else plan.networks)
    networks = [_network(found[each.seed], each.place, divided) for each in chosen]
    validation, test = _scores(networks, divided)
    samples = None
    if undivided is not None and crosses:
        networks, samples = _cross_fitted(experiment, plan, undivided, evaluated)
    elif undivided is not None:
        samples = _median(np.concatenate([_stops(experiment, each) for each in found]))
        networks = _on_all_rows(experiment, plan, undivided, evaluated, chosen, samples)
    return Trained(
        networks[0] if len(networks) == 1 else Ensemble(tuple(networks)),
        material.preparation,
        validation,
        test,
        tuple(_results(experiment, plan, found, divided)),
        samples,
        1 if undivided is None else len(undivided.folds),
        (*material.warnings, *_notes(experiment, material, known, is_other=data is not None)),
    )


def _check(plan: Plan, experiment: Experiment, *, crosses: bool) -> None:
    """Raise what would otherwise be found after the first trainings."""
    if crosses and len(plan.seeds) > 1:
        rule = "must be 1 if networks are trained on folds of all rows, which needs no choice"
        raise UsageError(f"seeds: {rule}, but got {len(plan.seeds)}")
    networks = len(plan.seeds) * experiment.training.replicates
    if plan.networks > networks and not crosses:
        rule = f"must be at most {networks:,}, as many networks as are trained"
        raise UsageError(f"ensemble: {rule}, but got {plan.networks:,}")


class _Counted:
    """Counts evaluations."""

    def __init__(self, counter: Counter, total: int) -> None:
        self._counter, self._total, self._count = counter, total, 0
        counter(0, total)

    def __call__(self, evaluation: Evaluation) -> Evaluation:
        self._count += 1
        self._counter(self._count, self._total)
        return evaluation


def _located(
    experiment: Experiment, data: "str | Path | pd.DataFrame | None", learnt: LearntData
) -> NetworkTask:
    task = experiment.network_task.located(data)
    if data is None or not isinstance(task, TableTask):
        return task
    return task.with_inputs(learnt.columns)


def _notes(
    experiment: Experiment, material: Material, learnt: LearntData, *, is_other: bool
) -> Iterator[str]:
    task = experiment.task
    if is_other:
        yield from task.unused_columns() if isinstance(task, TableTask) else ()
    elif learnt.hash and data_hash(material.fingerprint) != learnt.hash:
        yield "task: its data are not the same as when the configuration was found"


def _cross_fitted(
    experiment: Experiment, plan: Plan, data: DataSet, evaluated: _Evaluate
) -> tuple[list[Network], int]:
    """Train networks that validate on the folds in turn; returns also the median of their samples.

    Each fold has as many, if their number is a multiple of that of the folds and none diverges.
    """
    changed = with_folds(experiment, data, plan.networks)
    found = evaluated(changed, plan.seeds[0], data)
    sound = np.flatnonzero(np.isfinite(found.parameters).all(axis=1))[: plan.networks]
    if not len(sound):
        raise NeuroevoError("training: must not diverge on all rows, but all networks did")
    return [_network(found, place, data) for place in sound], _median(_stops(changed, found))


def _on_all_rows(  # noqa: PLR0913, PLR0917 - what decides a training, and what it repeats
    experiment: Experiment,
    plan: Plan,
    data: DataSet,
    evaluated: _Evaluate,
    chosen: Sequence[_Replicate],
    samples: int,
) -> list[Network]:
    """Train replicates again on all rows, for so many samples, over which the schedule goes."""
    changes = {"samples": max(samples, 1), "patience": 0, "stop_at_target": False}
    training = experiment.training.model_copy(update=changes)
    changed = experiment.model_copy(update={"training": training})
    again = {
        seed: evaluated(changed, plan.seeds[seed], data)
        for seed in dict.fromkeys(each.seed for each in chosen)
    }
    return [_network(again[each.seed], each.place, data) for each in _sound(again, chosen)]


def _data(material: Material) -> DataSet:
    if not isinstance(material.evaluated_on, DataSet):
        raise TypeError("the task must have data")
    return material.evaluated_on


def _evaluation(
    experiment: Experiment,
    seed: int,
    data: DataSet,
    workers: Workers,
    configuration: Mapping[str, Any],
) -> Evaluation:
    with Trainer(experiment.replace(seed=seed), data, workers) as trainer:
        outcome = trainer.trained(configuration)
    if not isinstance(outcome, Evaluation):
        raise NeuroevoError(f"training: failed ({outcome.cause})")
    return outcome


def _chosen(found: Sequence[Evaluation], plan: Plan, folds: int, enough: int) -> list[_Replicate]:
    """Return the replicates of the lowest validation MSE, of all seeds together.

    NeuroevoError if less than `enough` have not diverged.
    """
    sound = [
        _Replicate(float(each.curves[place, -1]), seed, place)
        for seed, each in enumerate(found)
        for place in best_replicates(each.parameters, each.curves, folds)
    ]
    if len(sound) < enough:
        total = sum(len(each.curves[::folds]) for each in found)
        rule = f"must leave {enough} networks that have not diverged"
        of_fold = " of the first fold" * (folds > 1)
        raise NeuroevoError(f"training: {rule}, but got {len(sound)} of {total}{of_fold}")
    return sorted(sound)[: plan.networks]


def _sound(again: Mapping[int, Evaluation], chosen: Sequence[_Replicate]) -> list[_Replicate]:
    """Return the replicates that have not diverged on all rows; NeuroevoError if all have."""
    sound = [each for each in chosen if np.isfinite(again[each.seed].parameters[each.place]).all()]
    if not sound:
        raise NeuroevoError("training: must not diverge on all rows, but all networks did")
    return sound


def _network(evaluation: Evaluation, place: int, data: DataSet) -> Network:
    return Network(evaluation.architecture, evaluation.parameters[place], data.columns)


def _scores(networks: Sequence[Network], data: DataSet) -> tuple[Scores, Scores]:
    """Return the scores of the mean of some networks on the validation and on the test part."""
    scaling = data.columns.output_scaling
    scale = 1.0 if scaling is None else scaling.scales[0]
    found: list[Scores] = []
    for inputs, true, weights in (
        (data.validation_inputs, data.validation_targets, data.validation_weights),
        (data.test_inputs, data.test_targets, data.test_weights),
    ):
        if inputs is None or true is None:
            found.append({})
            continue
        outputs = mean_outputs(
            [
                predictions(each.architecture, each.parameters[np.newaxis], inputs)[0]
                for each in networks
            ]
        )
        is_finite = np.isfinite(outputs).all()
        targets = Targets(true, bool(data.columns.classes), scale, weights)
        found.append(scores_of(targets, outputs) if is_finite else {})
    return found[0], found[1]


def _results(
    experiment: Experiment, plan: Plan, found: Sequence[Evaluation], data: DataSet
) -> Iterator[SeedResult]:
    folds = len(data.folds)
    for seed, each in zip(plan.seeds, found, strict=True):
        best = list(islice(best_replicates(each.parameters, each.curves, folds), 1))
        networks = [_network(each, place, data) for place in best]
        validation, test = _scores(networks, data) if networks else ({}, {})
        samples = _median(_stops(experiment, each))
        yield SeedResult(seed, len(each.curves), each.diverged, samples, validation, test)


def _stops(experiment: Experiment, evaluation: Evaluation) -> np.ndarray:
    """Return after how many samples each replicate that has not diverged had its last weights."""
    sound = np.isfinite(evaluation.parameters).all(axis=1)
    curves = evaluation.curves[sound]
    training = experiment.training
    stopping = stopping_of_configuration(experiment.only_configuration, training, curves.shape[1])
    return stops(curves, stopping, samples_seen(training.samples, curves.shape[1]))


def _median(samples: np.ndarray) -> int:
    return int(np.median(samples)) if len(samples) else 0
