"""A trial with folds is several trainings, each on the samples of one fold alone."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.evaluation import phenotype_of
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evaluation.rungs import Rung, Rungs
from neuroevo.learning import DataSet, TrainingSettings
from neuroevo.learning.training import fold_streams, sample_stream, train
from neuroevo.workers import Backend, Workers

FOLDS = 3
SETTINGS = TrainingSettings(samples=300, replicates=2 * FOLDS)
SEED = (7, 0)
GENOMES = (
    {"hidden": (6,), "learning_rate": 0.05, "activation": "tanh"},
    {"hidden": (6,), "learning_rate": 0.1, "activation": "tanh", "dropout": 0.1},
    {"hidden": (6,), "learning_rate": 0.2, "activation": "tanh"},
    {"hidden": (4, 3), "learning_rate": 0.02, "activation": "relu", "optimizer": "adam"},
)
OBJECTIVES = ("final_mse", "r2")


@pytest.fixture(scope="module")
def folds(data: DataSet) -> DataSet:
    """Cut samples into three folds, of which the last has a row more than the others."""
    inputs, targets = data.training_inputs[:100], data.training_targets[:100]
    fold = np.minimum(np.arange(100) // 33, 2)
    sets = [
        replace(
            data,
            training_inputs=inputs[fold != number],
            training_targets=targets[fold != number],
            validation_inputs=inputs[fold == number],
            validation_targets=targets[fold == number],
        )
        for number in range(FOLDS)
    ]
    return replace(sets[0], other_folds=tuple(sets[1:]))


def evaluated(
    data: DataSet,
    settings: TrainingSettings = SETTINGS,
    workers: tuple[int, Backend] = (1, "threading"),
) -> list[Evaluation]:
    """Evaluate all genomes on the folds of a data set."""
    with Evaluator(settings.precision, Workers(*workers)) as many:
        streams = fold_streams(data, settings, SEED)
        found = dict(many.evaluate(deque(GENOMES), streams, Scoring(OBJECTIVES, "mean")))
    results = [found[place] for place in range(len(GENOMES))]
    return [each for each in results if isinstance(each, Evaluation)]


def bits(evaluations: Sequence[Evaluation]) -> list[tuple[bytes, bytes, str]]:
    """Return all that must be equal if evaluations are."""
    return [
        (each.curves.tobytes(), each.parameters.tobytes(), repr(dict(each.objectives)))
        for each in evaluations
    ]


def test_a_race_trains_replicates_of_any_folds(folds: DataSet) -> None:
    """Those of a rung have the bits and scores that they have among all."""
    streams, chosen = fold_streams(folds, SETTINGS, SEED), (1, 3, 4)
    rungs = Rungs((Rung(len(streams[0].samples_seen), chosen),), lambda *_: False)
    with Evaluator(SETTINGS.precision, Workers(1)) as one:
        scoring = Scoring(OBJECTIVES, "mean")
        found = dict(one.evaluate(deque(GENOMES), streams, scoring, rungs=rungs))
    for place, whole in enumerate(evaluated(folds)):
        stopped = found[place]
        assert isinstance(stopped, Evaluation)
        assert stopped.stopped
        assert stopped.curves.tobytes() == whole.curves[list(chosen)].tobytes()
        scores = [whole.replicates["r2"][number] for number in chosen]
        assert stopped.replicates["r2"] == tuple(scores)


@pytest.mark.parametrize("patience", [0, 3])
def test_a_trial_is_one_training_for_each_fold(folds: DataSet, patience: int) -> None:
    """Each replicate has the bits of a training alone, on the data set of its fold."""
    settings = SETTINGS.replace(patience=patience)
    for genome, evaluation in zip(GENOMES, evaluated(folds, settings), strict=True):
        phenotype = phenotype_of(genome, (2, 2), settings)
        for number, fold in enumerate(folds.folds):
            alone = replace(fold, other_folds=())
            lanes = [phenotype.lane(each) for each in range(number, 2 * FOLDS, FOLDS)]
            trained = train(phenotype.architecture, lanes, sample_stream(alone, settings, SEED))
            assert evaluation.curves[number::FOLDS].tobytes() == trained.curves.tobytes()
            parameters = evaluation.parameters[number::FOLDS]
            assert parameters.tobytes() == trained.parameters.tobytes()


def test_objectives_are_reduced_over_all_folds(folds: DataSet) -> None:
    """The mean over the replicates is that of all folds, and R² that of each fold's own targets."""
    variances = np.array([fold.validation_targets.var(axis=0).mean() for fold in folds.folds])
    for evaluation in evaluated(folds):
        final = evaluation.curves[:, -1].astype(np.float64)
        mean = (1 - final.reshape(2, FOLDS) / variances).mean()
        assert evaluation.objectives["final_mse"] == pytest.approx(final.mean(), rel=1e-5)
        assert evaluation.objectives["r2"] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("number", range(FOLDS))
def test_validation_rows_do_not_leak_into_the_training_of_their_fold(
    folds: DataSet, number: int
) -> None:
    """Poisoned validation samples of a fold change its curves, but no bit of any weights."""
    fold = folds.folds[number]
    poisoned = replace(
        fold,
        validation_inputs=fold.validation_inputs * 100 - 7,
        validation_targets=fold.validation_targets * -30,
        other_folds=(),
    )
    every = [replace(each, other_folds=()) for each in folds.folds]
    every[number] = poisoned
    changed = replace(every[0], other_folds=tuple(every[1:]))
    for before, after in zip(evaluated(folds), evaluated(changed), strict=True):
        assert after.parameters.tobytes() == before.parameters.tobytes()
        same = (after.curves == before.curves).all(axis=1)
        assert same.tolist() == [place % FOLDS != number for place in range(2 * FOLDS)]


@pytest.mark.parametrize("workers", [(2, "threading"), (2, "loky")])
def test_workers_change_no_bit(folds: DataSet, workers: tuple[int, Backend]) -> None:
    """Threads and processes compute the same bits as one thread."""
    assert bits(evaluated(folds, workers=workers)) == bits(evaluated(folds))


def test_curves_of_all_folds_have_the_same_points(data: DataSet) -> None:
    """Where validation is limited, the fold with most validation rows decides for all."""
    few = replace(
        data,
        validation_inputs=data.validation_inputs[:5],
        validation_targets=data.validation_targets[:5],
    )
    settings = TrainingSettings(samples=2000, validation_share=0.04)
    alone = [sample_stream(each, settings, SEED).samples_seen for each in (data, few)]
    assert len(alone[0]) < len(alone[1])
    for streams in (
        fold_streams(replace(data, other_folds=(few,)), settings, SEED),
        fold_streams(replace(few, other_folds=(data,)), settings, SEED),
    ):
        assert [each.samples_seen.tolist() for each in streams] == [alone[0].tolist()] * 2
