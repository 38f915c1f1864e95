"""Training of a lane stops at its target, and nothing else changes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuroevo.learning import (
    OPTIMIZERS,
    Architecture,
    DataSet,
    Optimization,
    Optimizer,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, sample_stream, train

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
        until = train(ARCHITECTURE, [lanes[number]], stream_of(data, seen, precision=precision))
        assert curve[: end + 1].tobytes() == free_curve[: end + 1].tobytes()
        assert (curve[end:] == curve[end]).all()
        assert stopped.parameters[number].tobytes() == until.parameters[0].tobytes()
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
