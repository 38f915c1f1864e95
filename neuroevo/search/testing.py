"""Scores trained networks and reference models on the test part, once, at the end of a search."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from neuroevo.evaluation.diagnosis import (
    Diagnosis,
    calibration,
    confusion,
    importance,
    rounded_rows,
    shown_rows,
)
from neuroevo.evaluation.scores import Array, Resampling, Score, Targets, scores_of
from neuroevo.experiment import Experiment
from neuroevo.kernel.arrays import Floats
from neuroevo.learning import DataSet
from neuroevo.learning.network import mean_outputs, predictions
from neuroevo.reference_models import reference_predictions
from neuroevo.runs import Champion, HeldOutScores, ScoredEnsemble, ScoredModel

_SEED = 3  # second part of the seed: not that of the search, its trainings or its studies


def held_out_scores(
    experiment: Experiment, data: DataSet, champions: Sequence[Champion], stop: Callable[[], bool]
) -> HeldOutScores | None:
    """Score the networks of the front and the baselines, and reference models.

    Parameters
    ----------
    experiment
        The experiment.
    data
        Its data, with a test part.
    champions
        The trained networks, of which the first one's are also diagnosed.
    stop
        Returns whether to stop.

    Returns
    -------
    The scores; None if it was stopped.
    """
    targets, models = _targets(data), []
    resampling = Resampling(len(targets.values), (experiment.seed, _SEED), data.test_groups)
    for model in _scored(experiment, data, champions, targets, resampling):
        if stop():
            return None
        models.append(model)
    groups = 0 if data.test_groups is None else len(np.unique(data.test_groups))
    if not champions:
        return HeldOutScores(len(targets.values), tuple(models), groups=groups)
    return HeldOutScores(
        len(targets.values),
        tuple(models),
        _diagnosis(champions[0], experiment, data, targets),
        _ensemble(champions[0], data, targets, resampling),
        groups,
    )


def _ensemble(
    champion: Champion, data: DataSet, targets: Targets, resampling: Resampling
) -> ScoredEnsemble | None:
    """Score the mean of a champion's replicates."""
    places = list(champion.best_replicates)
    if len(places) < _FEWEST:
        return None
    on_test, on_validation = (
        predictions(champion.architecture, champion.parameters[places], inputs)
        for inputs in (cast("Array", data.test_inputs), data.validation_inputs)
    )
    mean = mean_outputs(on_test)[np.newaxis]
    validation = Targets(
        data.validation_targets, targets.is_classes, targets.scale, data.validation_weights
    )
    if not (np.isfinite(on_test).all() and np.isfinite(on_validation).all()):
        return None
    return ScoredEnsemble(
        len(places),
        resampling.scores(targets, mean),
        _scores_alone(resampling, _each_target(data, targets), mean),
        scores_of(validation, mean_outputs(on_validation)),
        scores_of(validation, _chosen_elsewhere(on_validation.astype(np.float64), validation)),
    )


def _chosen_elsewhere(outputs: Array, targets: Targets) -> Array:
    """Return for each half of some samples the outputs of the network that is best on the other.

    A network that was chosen by the samples themselves would be scored too well beside the mean.

    Parameters
    ----------
    outputs
        Array (networks, samples, outputs).
    targets
        The true values of the samples.

    Returns
    -------
    Array (samples, outputs).
    """
    squares: Array = (outputs - targets.values) ** 2
    if targets.weights is not None:
        squares *= targets.weights[:, np.newaxis]
    chosen: Array = outputs[0].copy()
    for half, other in (
        (slice(0, None, 2), slice(1, None, 2)),
        (slice(1, None, 2), slice(0, None, 2)),
    ):
        # An exact sum, as the last digits of others differ between processors.
        errors = [math.fsum(each.ravel().tolist()) for each in squares[:, other]]
        chosen[half] = outputs[errors.index(min(errors)), half]
    return chosen


_FEWEST = 2  # networks that are averaged


def _targets(data: DataSet) -> Targets:
    scaling = data.columns.output_scaling
    scale = 1.0 if scaling is None else scaling.scales[0]
    is_classes = bool(data.columns.classes)
    return Targets(cast("Array", data.test_targets), is_classes, scale, data.test_weights)


def _scored(
    experiment: Experiment,
    data: DataSet,
    champions: Sequence[Champion],
    targets: Targets,
    resampling: Resampling,
) -> Iterator[ScoredModel]:
    each_target, first = _each_target(data, targets), None
    for place, (unscored, outputs) in enumerate(_models(experiment, data, champions)):
        if not len(outputs):  # all replicates have diverged
            yield unscored
            continue
        resampled = resampling.resampled(targets, outputs)
        yield replace(
            unscored,
            scores=resampled.scores(),
            targets=_scores_alone(resampling, each_target, outputs),
            differences={} if first is None else first.differences(resampled),
        )
        first = resampled if place == 0 and not unscored.name else first


def _models(
    experiment: Experiment, data: DataSet, champions: Sequence[Champion]
) -> Iterator[tuple[ScoredModel, Array]]:
    """Give each model without scores, the champion first, and its outputs for the test part."""
    for champion in champions:
        yield ScoredModel(champion.name, champion.number, {}), _outputs(champion, data)
    seed = experiment.seed % 2**32  # scikit-learn's seeds have 32 bits
    for each in reference_predictions(data, experiment.network_task.reference_models, seed):
        yield ScoredModel(each.name, None, {}, each.note), each.outputs[np.newaxis]


def _each_target(data: DataSet, targets: Targets) -> tuple[Targets, ...]:
    """Return each of several targets of numbers alone; none for one target, and for classes."""
    count, scaling = targets.values.shape[1], data.columns.output_scaling
    if targets.is_classes or count == 1:
        return ()
    scales = (1.0,) * count if scaling is None else scaling.scales
    return tuple(targets.alone(place, scale) for place, scale in enumerate(scales))


def _scores_alone(
    resampling: Resampling, each_target: Sequence[Targets], outputs: Array
) -> tuple[dict[str, Score], ...]:
    return tuple(
        resampling.scores(target, outputs[:, :, place : place + 1])
        for place, target in enumerate(each_target)
    )


def _outputs(champion: Champion, data: DataSet) -> Array:
    """Return the outputs of the replicates that have not diverged, on the scale of the targets.

    Each replicate gets the test inputs as they were prepared for its fold.
    """
    folds = len(data.folds)
    outputs = [
        _on_scale_of(data, fold, _sound_outputs(champion, champion.parameters[first::folds], fold))
        for first, fold in enumerate(data.folds)
    ]
    return np.concatenate(outputs)


def _sound_outputs(champion: Champion, parameters: Floats, fold: DataSet) -> Array:
    sound = np.isfinite(parameters).all(axis=1)
    inputs = cast("Array", fold.test_inputs)
    if not sound.any():
        return np.zeros((0, len(inputs), champion.architecture.outputs))
    found = predictions(champion.architecture, parameters[sound], inputs)
    outputs: Array = found.astype(np.float64)[np.isfinite(found).all(axis=(1, 2))]
    return outputs


def _on_scale_of(data: DataSet, fold: DataSet, outputs: Array) -> Array:
    """Bring outputs of a fold to the scale of the data set, whose targets are the true values."""
    before, after = fold.columns.output_scaling, data.columns.output_scaling
    if fold is data or before is None or after is None:
        return outputs
    return after.scaled(before.raw(outputs))


def _diagnosis(
    champion: Champion, experiment: Experiment, data: DataSet, targets: Targets
) -> Diagnosis | None:
    """Diagnose the network of a champion that is kept, see `Champion.kept`."""
    kept = champion.kept
    if kept is None:
        return None

    def predict(inputs: Array) -> Array:
        parameters = champion.parameters[kept : kept + 1]
        outputs: Array = predictions(champion.architecture, parameters, inputs)[0].astype(
            np.float64
        )
        return outputs

    inputs, columns = cast("Array", data.test_inputs), data.columns
    outputs = predict(inputs)
    if not np.isfinite(outputs).all():
        return None
    sequence = np.random.SeedSequence((experiment.seed, _SEED), spawn_key=(2,))
    random = np.random.Generator(np.random.PCG64(sequence))
    sources = columns.sources or columns.inputs
    places = [
        (name, [place for place, source in enumerate(sources) if source == name])
        for name in dict.fromkeys(sources)
    ]
    scores = scores_of(targets, outputs)
    found = importance(predict, inputs, targets, places, random)
    if targets.is_classes:
        return Diagnosis(
            scores,
            confusion=confusion(targets, outputs),
            calibration=calibration(targets, outputs),
            importance=found,
        )
    rows = shown_rows(len(inputs), random)
    true, predicted = (
        rounded_rows(
            values if columns.output_scaling is None else columns.output_scaling.raw(values)
        )
        for values in (targets.values[rows], outputs[rows])
    )
    return Diagnosis(scores, true, predicted, importance=found)
