"""The ends of batches, and the gradient of a batch."""

from collections.abc import Callable

import numpy as np
import pytest

from neuroevo.learning import (
    OPTIMIZERS,
    Architecture,
    DataSet,
    Optimization,
    Optimizer,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, sample_stream, train

SEED = (11, 0)
ARCHITECTURE = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="tanh")


def stream_of(data: DataSet, samples: int) -> SampleStream:
    """Draw samples for a training in float32."""
    return sample_stream(data, TrainingSettings(samples=samples), SEED)


@pytest.mark.parametrize("batch_size", [1, 4, 16, 1000])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_errors_change_only_with_an_update(
    optimizer: Optimizer,
    batch_size: int,
    data: DataSet,
    varied: Callable[[int, Optimization], list[Lane]],
) -> None:
    """Between two points of the curve without an update, all errors are the same."""
    lanes = varied(16, Optimization(optimizer=optimizer, batch_size=batch_size))
    stream = stream_of(data, 100)
    curves = train(ARCHITECTURE, lanes, stream).curves
    updates = [
        -(-seen // batch_size) if seen == 100 else seen // batch_size
        for seen in stream.samples_seen
    ]
    for point in range(1, len(updates)):
        stayed = curves[:, point] == curves[:, point - 1]
        assert stayed.all() if updates[point] == updates[point - 1] else not stayed.any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_batch_larger_than_the_budget_is_the_budget(optimizer: Optimizer, data: DataSet) -> None:
    """There is one update, after the last sample, with the mean gradient of all."""
    stream = stream_of(data, 60)

    def after(batch_size: int) -> bytes:
        lane = Lane(0, 0.1, Optimization(optimizer=optimizer, batch_size=batch_size))
        trained = train(ARCHITECTURE, [lane], stream)
        return trained.curves.tobytes() + trained.parameters.tobytes()

    assert after(1_000_000) == after(61) == after(60) != after(59)


def test_clipping_above_all_norms_changes_nothing(data: DataSet) -> None:
    """Gradients with a norm below the limit are used unchanged, to the bit."""
    stream = stream_of(data, 200)
    adam = Optimization(optimizer="adam", batch_size=4)
    alone, clipped = (
        train(ARCHITECTURE, [Lane(0, 0.01, chosen)], stream).parameters.tobytes()
        for chosen in (adam, adam.model_copy(update={"max_gradient_norm": 1e6}))
    )
    assert alone == clipped


def test_a_clipped_gradient_keeps_its_direction(data: DataSet) -> None:
    """A step with a clipped gradient has the largest allowed norm and the same direction."""
    stream = stream_of(data, 1)
    start = starting_parameters(ARCHITECTURE, "uniform", SEED, 0)
    free, clipped = (
        train(ARCHITECTURE, [Lane(0, 1.0, chosen)], stream).parameters[0] - start
        for chosen in (Optimization(), Optimization(max_gradient_norm=0.25))
    )
    assert np.linalg.norm(free) > 0.5
    assert np.linalg.norm(clipped) == pytest.approx(0.25, rel=1e-5)
    np.testing.assert_allclose(clipped / 0.25, free / np.linalg.norm(free), atol=1e-5)
