"""Training of a lane stops at its target, and nothing else changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo.learning import (
    OPTIMIZERS,
    Architecture,
    Columns,
    DataSet,
    Optimization,
    Optimizer,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.curves import stopping_of, stops
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, sample_stream, train, until
from tests import naive

SEED = (11, 0)
ARCHITECTURE = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="tanh")
DIVERGING = 1e30  # a learning rate

Varied = Callable[[int, Optimization], list[Lane]]


def stream_of(data: DataSet, samples: int, **settings: Any) -> SampleStream:  # noqa: ANN401 - any setting
    """Draw samples for a training."""
    return sample_stream(data, TrainingSettings(samples=samples, **settings), SEED)


def median_of_lowest(lanes: list[Lane], stream: SampleStream) -> float:
    """Return a target that half of the lanes reach."""
    return float(np.median(train(ARCHITECTURE, lanes, stream).curves.min(axis=1)))


@pytest.mark.parametrize("batch_size", [1, 8])
def test_a_training_that_ends_early_is_the_beginning_of_a_longer_one(
    batch_size: int, data: DataSet, varied: Varied
) -> None:
    """Until its last sample, at no point of the curve too, steps and schedule are the same."""
    lanes = varied(4, Optimization(optimizer="adam", schedule="cosine", batch_size=batch_size))
    whole = stream_of(data, 300)
    freely = train(ARCHITECTURE, lanes, whole)
    for samples in (1, 12, 157, 300):
        ended = until(whole, samples)
        points = ended.samples_seen
        assert points[-1] == samples
        found = train(ARCHITECTURE, lanes, ended)
        known = np.isin(points, whole.samples_seen)
        assert found.curves[:, known].tobytes() == freely.curves[:, : known.sum()].tobytes()
        finer = replace(whole, samples_seen=np.union1d(whole.samples_seen, samples))
        [place] = np.flatnonzero(finer.samples_seen == samples)
        at = train(ARCHITECTURE, lanes, finer).curves[:, place]
        assert found.curves[:, -1].tobytes() == at.tobytes()
    patient = stream_of(data, 300, patience=2)
    stopped = train(ARCHITECTURE, lanes, patient)
    stopping = stopping_of(patient.settings, batch_size, patient.samples_seen)
    ends = stops(stopped.curves, stopping, patient.samples_seen)
    assert min(ends) < 300
    for lane, samples in enumerate(ends):
        again = train(ARCHITECTURE, [lanes[lane]], until(patient, int(samples)))
        assert again.parameters[0].tobytes() == stopped.parameters[lane].tobytes()


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_stopped_lane_has_the_weights_at_the_target(
    optimizer: Optimizer, precision: Precision, data: DataSet, varied: Varied
) -> None:
    """Up to the target the curve is the same to the bit; then curve and weights are constant."""
    like = Optimization(optimizer=optimizer, l2=0.1, dropout=0.5, max_gradient_norm=1)
    lanes = varied(8, like)
    free = stream_of(data, 200, precision=precision)
    target = median_of_lowest(lanes, free)
    stopping = stream_of(data, 200, precision=precision, target_mse=target, stop_at_target=True)
    stopped, freely = (train(ARCHITECTURE, lanes, stream) for stream in (stopping, free))
    ends = []
    for number, (curve, free_curve) in enumerate(zip(stopped.curves, freely.curves, strict=True)):
        at_target = np.flatnonzero(free_curve <= target)
        end = int(at_target[0]) if len(at_target) else len(curve) - 1
        seen = int(free.samples_seen[end])
        shorter = train(ARCHITECTURE, [lanes[number]], stream_of(data, seen, precision=precision))
        assert curve[: end + 1].tobytes() == free_curve[: end + 1].tobytes()
        assert (curve[end:] == curve[end]).all()
        assert stopped.parameters[number].tobytes() == shorter.parameters[0].tobytes()
        ends.append(seen)
    assert min(ends) < 200 == max(ends)


@pytest.mark.parametrize("batch_size", [1, 6])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_other_lanes_do_not_matter(
    optimizer: Optimizer, batch_size: int, data: DataSet, varied: Varied
) -> None:
    """A lane is the same alone and beside lanes that stop, continue or diverge."""
    lanes = varied(16, Optimization(optimizer=optimizer, batch_size=batch_size, schedule="cosine"))
    lanes[3] = lanes[3]._replace(learning_rate=DIVERGING)
    target = median_of_lowest(lanes, stream_of(data, 200))
    stream = stream_of(data, 200, target_mse=target, stop_at_target=True)
    together = train(ARCHITECTURE, lanes, stream)
    alone = [train(ARCHITECTURE, [lane], stream) for lane in lanes]
    assert np.isinf(together.curves[3, -1])
    for number, trained in enumerate(alone):
        assert together.curves[number].tobytes() == trained.curves[0].tobytes()
        assert together.parameters[number].tobytes() == trained.parameters[0].tobytes()


def test_a_stopped_bundle_costs_no_time(data: DataSet) -> None:
    """When all lanes have stopped, the rest of a huge budget takes no time."""
    architecture = Architecture(inputs=3, hidden=(300, 300), outputs=2, activation="linear")
    lanes = [Lane(number, 0.002, starting_weights="glorot") for number in range(15)]
    lanes.append(Lane(15, DIVERGING))
    short = train(architecture, lanes, stream_of(data, 200, shuffle=False)).curves
    target = float(short[:15].min(axis=1).max())
    stream = stream_of(data, 100_000_000, shuffle=False, target_mse=target, stop_at_target=True)
    curves = train(architecture, lanes, stream).curves
    assert (curves[:15, -1] <= target).all()
    assert np.isinf(curves[15, -1])


@pytest.mark.parametrize("kept", ["best", "last"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_patience_keeps_the_bits_of_a_longer_training(
    precision: Precision, kept: str, data: DataSet, varied: Varied
) -> None:
    """Curves are the same to the bit until a lane stops; weights are the best or the last ones."""
    lanes = varied(16, Optimization(optimizer="adam", dropout=0.3))
    free = stream_of(data, 400, precision=precision)
    patient = stream_of(data, 400, precision=precision, patience=4, restore_best=kept == "best")
    freely, stopped = (train(ARCHITECTURE, lanes, stream) for stream in (free, patient))
    ends = []
    for number, (curve, stopped_curve) in enumerate(
        zip(freely.curves, stopped.curves, strict=True)
    ):
        lowest = [int(np.argmin(curve[: place + 1])) for place in range(len(curve))]
        late = [place for place in range(len(curve)) if place - lowest[place] >= 4]
        end = late[0] if late else len(curve) - 1
        place = lowest[end] if kept == "best" else end
        assert stopped_curve[:end].tobytes() == curve[:end].tobytes()
        assert (stopped_curve[end + 1 :] == curve[place]).all()
        assert stopped_curve[-1] == curve[place]
        shorter = stream_of(data, int(free.samples_seen[place]), precision=precision)
        alone = train(ARCHITECTURE, [lanes[number]], shorter)
        assert stopped.parameters[number].tobytes() == alone.parameters[0].tobytes()
        by_itself = train(ARCHITECTURE, [lanes[number]], patient)  # nothing is computed at its end
        assert by_itself.curves[0].tobytes() == stopped_curve.tobytes()
        assert by_itself.parameters[0].tobytes() == alone.parameters[0].tobytes()
        ends.append(end)
    assert min(ends) < len(free.samples_seen) - 1


@pytest.mark.parametrize(("batch_size", "share"), [(5, 1.0), (64, 1.0), (5, 0.05)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_patience_agrees_with_the_naive_training(
    optimizer: Optimizer, batch_size: int, share: float, data: DataSet, varied: Varied
) -> None:
    """Stopped lanes have the curves and weights of a loop in NumPy, with a target as well.

    Batches may be larger than the first points of the curve, and points may be left out.
    """
    lanes = varied(8, Optimization(optimizer=optimizer, batch_size=batch_size))
    for target in (1e-9, 0.05):
        stream = stream_of(
            data,
            200,
            precision="float64",
            patience=3,
            stop_at_target=True,
            target_mse=target,
            validation_share=share,
        )
        trained = train(ARCHITECTURE, lanes, stream)
        for lane, curve, parameters in zip(lanes, trained.curves, trained.parameters, strict=True):
            expected_curve, expected_parameters = naive.train(ARCHITECTURE, lane, stream)
            np.testing.assert_allclose(curve, expected_curve, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(parameters, expected_parameters, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("batch_size", [1, 8, 32, 128, 1000])
def test_no_batch_is_too_large_to_learn(batch_size: int, data: DataSet) -> None:
    """The points before the first update, whose MSE is that of the start, test no patience."""
    chosen = Optimization(optimizer="adam", batch_size=batch_size)
    lanes = [Lane(number, 0.01, chosen) for number in range(4)]
    start = train(ARCHITECTURE, lanes, stream_of(data, 1, shuffle=False)).curves[:, 0]
    patient = stream_of(data, 100 * batch_size, patience=5)
    assert (train(ARCHITECTURE, lanes, patient).curves[:, -1] < start / 2).all()


def test_a_lane_that_diverges_has_its_best_weights(data: DataSet) -> None:
    """With patience a network that was better before it diverged is kept; without, it is lost."""
    lane = Lane(0, 3.0, Optimization(optimizer="momentum", momentum=0.99))
    lost = train(ARCHITECTURE, [lane], stream_of(data, 400))
    kept = train(ARCHITECTURE, [lane], stream_of(data, 400, patience=1000))
    never = train(ARCHITECTURE, [Lane(0, DIVERGING)], stream_of(data, 400, patience=5))
    finite = lost.curves[0][np.isfinite(lost.curves[0])]
    assert np.isinf(lost.curves[0, -1]) or len(finite) == len(lost.curves[0])
    assert kept.curves[0, -1] == finite.min()
    assert np.isfinite(kept.parameters).all()
    assert np.isinf(never.curves[0, -1])
    assert np.isnan(never.parameters).all()


@pytest.mark.parametrize(("precision", "rounding"), [("float32", 1e-6), ("float64", 1e-14)])
def test_the_order_of_validation_rows_changes_no_more_than_rounding(
    precision: Precision, rounding: float, data: DataSet
) -> None:
    """The MSE of a network on thousands of rows in another order is the same but for rounding."""
    random = np.random.default_rng(2)
    rows = random.normal(size=(5000, 3))
    targets, order = random.normal(size=(5000, 2)), random.permutation(5000)
    found = [
        train(ARCHITECTURE, [Lane(0, 0.01)], stream_of(each, 20, precision=precision)).curves[0]
        for each in (
            replace(data, validation_inputs=rows, validation_targets=targets),
            replace(data, validation_inputs=rows[order], validation_targets=targets[order]),
        )
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=rounding)


def test_the_sum_of_many_errors_is_not_rounded_away() -> None:
    """In float32 the validation MSE of a million samples is right to four digits."""
    architecture = Architecture(inputs=1, hidden=(), outputs=1, activation="linear", biases=False)
    rows = np.zeros((1_000_000, 1))
    columns = Columns(("x",), ("y",))
    many = DataSet(rows[:1], rows[:1], rows, np.full_like(rows, np.sqrt(0.1)), columns)
    trained = train(architecture, [Lane(0, 0.1)], stream_of(many, 1))
    assert trained.curves[0, -1] == pytest.approx(0.1, rel=5e-5)
