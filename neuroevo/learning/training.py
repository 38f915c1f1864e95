"""Trains networks of one architecture on a stream of samples, a bundle at a time.

Prepares arrays and calls `neuroevo.kernel.training`. Knows no tasks, genomes or objectives.
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError
from neuroevo.kernel import training as kernel
from neuroevo.kernel.arrays import (
    BEST,
    CLASS_MEASURES,
    MEASURES,
    MSE,
    Bundle,
    Floats,
    Memory,
    Samples,
    Validation,
    memory,
    rows_of_lanes,
    topology,
    workspace,
)
from neuroevo.kernel.vectors import LANE_COUNTS
from neuroevo.learning.architecture import Architecture
from neuroevo.learning.curves import (
    FEWEST_ROWS,
    points_within,
    rows_within,
    samples_seen,
    stopping_of,
)
from neuroevo.learning.data import Columns, DataSet, balance_of, labels_of
from neuroevo.learning.lanes import Lane, dropout_keys, hyperparameters
from neuroevo.learning.settings import Precision, TrainingSettings
from neuroevo.learning.starting_weights import Seed, starting_lanes


@dataclass(frozen=True, slots=True, eq=False)
class SampleStream:
    """The samples of all trainings of a run on one fold, in their order."""

    settings: TrainingSettings
    seed: Seed  # of the order, the starting weights and dropout
    training: Samples
    order: npt.NDArray[np.int64]  # (budget,) rows of the training samples
    validation: Validation
    samples_seen: npt.NDArray[np.int64]  # (points,) of the learning curve

    @property
    def layer_ends(self) -> tuple[int, int]:
        """Numbers of inputs and outputs of a network for these samples."""
        return self.training.inputs.shape[1], self.training.targets.shape[1]

    @property
    def target_variance(self) -> float:
        """Variance of the validation targets, mean over the outputs; 0 if they are constant."""
        # From the first target, so that rounding gives constant targets no variance.
        distances = self.validation.targets - self.validation.targets[0]
        if not len(self.validation.weights):
            return float(distances.var(axis=0, dtype=np.float64).mean())
        distances, weights = (
            each.astype(np.float64) for each in (distances, self.validation.weights)
        )
        centred = distances - np.average(distances, axis=0, weights=weights)
        return float(np.average(centred**2, axis=0, weights=weights).mean())


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The result of training some lanes, a row for each."""

    curves: Floats  # (lanes, points) validation MSE, infinite once a lane has diverged
    class_curves: Mapping[str, Floats]  # the same of each class measure; empty without classes
    parameters: Floats  # (lanes, vector size), NaN if the lane has diverged


class BundleState(NamedTuple):
    """All that changes while a bundle is trained."""

    parameters: Floats  # (vector size, lanes)
    memory: Memory
    measured: Floats  # (points × measures, lanes) of the learning curves


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """Where the trainings of some lanes are, so that they can go on."""

    points: int  # of the learning curves that are done
    bundles: tuple[BundleState, ...]

    def restarted(self) -> "TrainingState":
        """Return a state for new trainings that begin with the results of these.

        Their optimizers keep their moments. The samples may be others.
        """
        return TrainingState(0, tuple(map(_restarted, self.bundles)))

    def of_lane(self, lane: int) -> "TrainingState":
        """Return a copy of the state of one lane of the first bundle, for `joined_states`."""
        return TrainingState(self.points, (_lanes_of(self.bundles[:1], [lane]),))


def _restarted(state: BundleState) -> BundleState:
    """Keep the resulting parameters and the moments alone."""
    gradients, first, second, corrections, kept, progress = state.memory
    moments = first.copy(), second.copy(), corrections.copy()
    memory = Memory(gradients[:0].copy(), *moments, kept[:0].copy(), progress[:0].copy())
    return BundleState(kept.copy(), memory, state.measured[:0].copy())


def joined_states(lanes: Sequence[TrainingState], precision: Precision) -> TrainingState:
    """Return the state of a bundle from those of its lanes; unused lanes repeat used ones.

    Parameters
    ----------
    lanes
        At least one, at most as many as a bundle has; of one lane each, with as many points.
    precision
        That of the trainings.
    """
    # Unused lanes repeat used ones, as in `_bundle`.
    filled = [place % len(lanes) for place in range(LANE_COUNTS[precision])]
    bundles = [state.bundles[0] for state in lanes]
    return TrainingState(lanes[0].points, (_lanes_of(bundles, filled),))


def _lanes_of(bundles: Sequence[BundleState], lanes: Sequence[int]) -> BundleState:
    """Copy some lanes, counted through all bundles, into the state of one bundle."""
    parameters, memories, measured = zip(*bundles, strict=True)

    def chosen(arrays: Iterable[Floats]) -> Floats:
        return np.concatenate(list(arrays), axis=1)[:, lanes]

    memory = Memory(*map(chosen, zip(*memories, strict=True)))
    return BundleState(chosen(parameters), memory, chosen(measured))


def fold_streams(data: DataSet, settings: TrainingSettings, seed: Seed) -> tuple[SampleStream, ...]:
    """Choose the samples of the trainings on each fold; their curves have the same points.

    Raises
    ------
    DataError
        As for `sample_stream`.
    """
    streams = [sample_stream(fold, settings, seed) for fold in data.folds]
    # The limit of points depends on the number of validation samples, which differs by a row.
    fewest = min((stream.samples_seen for stream in streams), key=len)
    return tuple(replace(stream, samples_seen=fewest) for stream in streams)


def sample_stream(data: DataSet, settings: TrainingSettings, seed: Seed) -> SampleStream:
    """Choose the samples of a training on a data set, without its other folds, and their order.

    Raises
    ------
    DataError
        If the loss is cross-entropy and a target is no class probability.
    """
    if settings.loss == "cross_entropy":
        problems = data.probability_problems("for cross_entropy")
        if problems:
            raise DataError(*problems)
    validation = _validation_samples(data, settings, _generator(seed, 3))
    most_points = points_within(settings.validation_share, settings.samples, len(validation.inputs))
    return SampleStream(
        settings,
        seed,
        _training_samples(data, settings.precision),
        _order(len(data.training_inputs), settings, seed),
        validation,
        samples_seen(settings.samples, most_points),
    )


def on_training_samples(stream: SampleStream) -> SampleStream:
    """Return a stream for the same trainings, validated on their training samples, or on some.

    They do not stop before their end, since the validation samples decide that, see `as_stopped`.
    """
    most = max(FEWEST_ROWS, len(stream.validation.inputs))
    samples = _some(_counting(stream.training), most, _generator(stream.seed, 4))
    has_classes = len(stream.validation.labels) > 0
    return replace(
        stream,
        settings=stream.settings.replace(patience=0, stop_at_target=False),
        validation=_validation(samples, stream.settings.precision, has_classes=has_classes),
    )


def until(stream: SampleStream, samples: int) -> SampleStream:
    """Return a stream for trainings that end after so many samples, whatever the validation says.

    Until then they are the same: a schedule of the learning rate is that of the whole budget.

    Parameters
    ----------
    stream
        A stream.
    samples
        At least 1, at most its budget.
    """
    seen = stream.samples_seen[stream.samples_seen < samples]
    return replace(
        stream,
        settings=stream.settings.replace(patience=0, stop_at_target=False),
        samples_seen=np.append(seen, samples),
    )


def train(architecture: Architecture, lanes: Sequence[Lane], stream: SampleStream) -> Trained:
    """Train one network for each lane.

    The result of a lane depends on the lane and the stream only, not on other lanes.

    Parameters
    ----------
    architecture
        Of all networks.
    lanes
        At least one; all with the same `Optimization.method`.
    stream
        The samples.
    """
    return train_further(architecture, lanes, stream)[0]


def train_further(
    architecture: Architecture,
    lanes: Sequence[Lane],
    stream: SampleStream,
    state: TrainingState | None = None,
    points: int | None = None,
) -> tuple[Trained, TrainingState]:
    """Train for a part of the samples, from the beginning or from a state.

    Several parts give the same bits as all at once.

    Parameters
    ----------
    architecture, lanes, stream
        As for `train`; the same for all parts.
    state
        Where the trainings are; by default they begin.
    points
        How many points of the learning curves there are at the end of this part; by default all.

    Returns
    -------
    The result so far, and where the trainings are now.
    """
    size = LANE_COUNTS[stream.settings.precision]
    stream = replace(stream, samples_seen=stream.samples_seen[:points])
    bundles, states = [], []
    for place, first in enumerate(range(0, len(lanes), size)):
        bundle = _bundle(architecture, lanes[first : first + size], stream)
        done = 0 if state is None else state.points
        measured = _measured(stream)
        if state is not None:
            _restore(bundle, measured, state.bundles[place], done)
        bundles.append(_train_bundle(bundle, measured, stream, done))
        states.append(BundleState(bundle.parameters, bundle.memory, measured))
    return _joined(bundles, len(lanes)), TrainingState(len(stream.samples_seen), tuple(states))


def _joined(bundles: Sequence[Trained], lanes: int) -> Trained:
    """Join the results of bundles; lanes beyond those that were asked for are left out."""
    return Trained(
        np.concatenate([bundle.curves for bundle in bundles])[:lanes],
        {
            name: np.concatenate([bundle.class_curves[name] for bundle in bundles])[:lanes]
            for name in bundles[0].class_curves
        },
        np.concatenate([bundle.parameters for bundle in bundles])[:lanes],
    )


def compile_kernel(precision: Precision) -> None:
    """Compile the kernel for this precision, or load it, before several workers do it at once."""
    sample = np.zeros((1, 1))
    data = DataSet(sample, sample, sample, sample, Columns(("input",), ("output",)))
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear")
    stream = sample_stream(data, TrainingSettings(samples=1, precision=precision), (0,))
    train(architecture, [Lane(0, 0.1)], stream)


def _training_samples(data: DataSet, precision: Precision) -> Samples:
    weights: Floats = np.empty(0)
    if data.training_weights is not None:
        weights = _with_mean_one(data.training_weights)
    return Samples(
        data.training_inputs.astype(precision),
        data.training_targets.astype(precision),
        weights.astype(precision),
    )


def _with_mean_one(weights: Floats) -> Floats:
    return weights / (math.fsum(weights) / len(weights))


def _validation_samples(
    data: DataSet, settings: TrainingSettings, random: np.random.Generator
) -> Validation:
    """Return the validation samples, or as many random ones as validation may take."""
    weights = np.empty(0) if data.validation_weights is None else data.validation_weights
    samples = _counting(Samples(data.validation_inputs, data.validation_targets, weights))
    most = rows_within(settings.validation_share, settings.samples, len(samples.inputs))
    has_classes = bool(data.columns.classes)
    return _validation(_some(samples, most, random), settings.precision, has_classes=has_classes)


def _counting(samples: Samples) -> Samples:
    """Return the samples that count: those whose weight is above 0."""
    return samples if samples.weights.all() else _at(samples, np.flatnonzero(samples.weights))


def _some(samples: Samples, most: int, random: np.random.Generator) -> Samples:
    """Return the samples, or so many random ones of them."""
    count = len(samples.inputs)
    return samples if most >= count else _at(samples, np.sort(random.permutation(count)[:most]))


def _at(samples: Samples, places: npt.NDArray[np.int64]) -> Samples:
    weights = samples.weights
    return Samples(
        samples.inputs[places],
        samples.targets[places],
        weights[places] if len(weights) else weights,
    )


def _validation(samples: Samples, precision: Precision, *, has_classes: bool) -> Validation:
    targets, weights = samples.targets, samples.weights
    if len(weights):
        weights = _with_mean_one(weights.astype(np.float64))
    labels, balance = np.empty(0, dtype=np.int64), np.empty(0)
    if has_classes:
        labels = labels_of(targets.astype(np.float64))
        counting = weights if len(weights) else np.ones(len(labels))
        balance = balance_of(labels, counting.astype(np.float64))
    return Validation(
        samples.inputs.astype(precision),
        targets.astype(precision),
        labels,
        weights.astype(precision),
        balance.astype(precision),
    )


def _order(count: int, settings: TrainingSettings, seed: Seed) -> npt.NDArray[np.int64]:
    if not settings.shuffle:
        return np.resize(np.arange(count), settings.samples)
    random = _generator(seed, 1)
    order = np.empty(settings.samples, dtype=np.int64)
    for start in range(0, settings.samples, count):
        order[start : start + count] = random.permutation(count)[: settings.samples - start]
    return order


def _generator(seed: Seed, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(part,))))


def _measured(stream: SampleStream) -> Floats:
    """Return an array for the measures at each point."""
    rows = len(stream.samples_seen) * _measures(stream)
    return rows_of_lanes(rows, stream.settings.precision)


def _measures(stream: SampleStream) -> int:
    return MEASURES if len(stream.validation.labels) else 1


def _restore(bundle: Bundle, measured: Floats, state: BundleState, points: int) -> None:
    """Fill the arrays of a bundle with its state after so many points."""
    if not points:
        bundle.parameters[:] = state.parameters
        for name in ("first_moments", "second_moments", "corrections"):
            getattr(bundle.memory, name)[:] = getattr(state.memory, name)
        return
    bundle.parameters[:] = state.parameters
    for array, saved in zip(bundle.memory, state.memory, strict=True):
        array[:] = saved
    measured[: len(state.measured)] = state.measured


def _train_bundle(bundle: Bundle, measured: Floats, stream: SampleStream, points: int) -> Trained:
    """Train all lanes of a bundle; so many points are done."""
    batch_size, measures = bundle.method.batch_size, _measures(stream)
    stopping = stopping_of(stream.settings, batch_size, stream.samples_seen)
    kernel.train(
        bundle,
        stream.training,
        stream.order,
        stream.validation,
        stream.samples_seen,
        stopping,
        measured,
        points,
    )
    curves = measured.reshape(-1, measures, measured.shape[1]).transpose(1, 2, 0)
    if stopping.restore_best:
        curves = curves.copy()
        curves[:, :, -1] = bundle.memory.progress[BEST : BEST + measures]
    parameters = bundle.memory.kept.T.copy()
    # The parameters of a diverged lane would differ between processors.
    parameters[np.isinf(curves[MSE, :, -1])] = np.nan
    class_curves = {name: curves[row] for name, row in CLASS_MEASURES.items() if row < measures}
    return Trained(curves[MSE], class_curves, parameters)


def _bundle(architecture: Architecture, lanes: Sequence[Lane], stream: SampleStream) -> Bundle:
    sizes, precision = architecture.layer_sizes, stream.settings.precision
    # Unused lanes repeat used ones, so that they diverge together.
    filled = list(itertools.islice(itertools.cycle(lanes), LANE_COUNTS[precision]))
    parameters = rows_of_lanes(architecture.vector_size, precision)
    drawn = [(lane.starting_weights, lane.replicate) for lane in filled]
    parameters[:] = starting_lanes(architecture, drawn, stream.seed)
    return Bundle(
        topology(sizes, architecture.activations, architecture.output, biases=architecture.biases),
        lanes[0].optimization.method,
        parameters,
        hyperparameters(filled, precision),
        dropout_keys(filled, stream.seed),
        workspace(sizes, precision),
        memory(len(parameters), precision),
    )
