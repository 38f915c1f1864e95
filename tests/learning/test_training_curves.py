"""Curves on training samples, which are taken in a second training."""

from dataclasses import replace

import numpy as np
import pytest

from neuroevo.kernel.arrays import Floats
from neuroevo.learning import Architecture, DataSet, TrainingSettings
from neuroevo.learning.curves import as_stopped, stopping_of
from neuroevo.learning.lanes import Lane
from neuroevo.learning.network import predictions
from neuroevo.learning.training import (
    SampleStream,
    on_training_samples,
    sample_stream,
    train,
)

NETWORK = Architecture(inputs=3, hidden=(8,), outputs=2, activation="tanh")
LANES = [Lane(0, 0.02), Lane(1, 0.05), Lane(2, 0.1), Lane(3, 1e20)]
SETTINGS = TrainingSettings(samples=3000, precision="float64")


@pytest.fixture
def few(data: DataSet) -> DataSet:
    """Return data with few training samples, which networks overfit."""
    inputs, targets = data.training_inputs[:12], data.training_targets[:12]
    return replace(data, training_inputs=inputs, training_targets=targets)


def mse(parameters: Floats, stream: SampleStream) -> Floats:
    """Return the MSE of each network on the training samples."""
    inputs, targets, _ = stream.training
    errors = predictions(NETWORK, parameters, inputs) - targets
    found: Floats = (errors**2).mean(axis=(1, 2))
    return found


def test_a_point_is_the_error_of_the_weights_then(few: DataSet) -> None:
    """The curve of a training has the error on training samples of a training that ends there."""
    stream = sample_stream(few, SETTINGS, (1, 0))
    curves = train(NETWORK, LANES[:3], on_training_samples(stream)).curves
    for point in (3, 20, len(stream.samples_seen) - 1):
        settings = SETTINGS.replace(samples=int(stream.samples_seen[point]))
        shorter = sample_stream(few, settings, (1, 0))
        ended = train(NETWORK, LANES[:3], shorter)
        assert np.allclose(curves[:, point], mse(ended.parameters, stream), rtol=1e-12)


@pytest.mark.parametrize(
    "limits",
    [
        {"patience": 3},
        {"patience": 12},
        {"patience": 3, "restore_best": False},
        {"stop_at_target": True, "target_mse": 0.2},
        {},
    ],
)
def test_curves_end_as_the_training_stopped(few: DataSet, limits: dict[str, float]) -> None:
    """The last point is the training error of the weights that are kept."""
    settings = SETTINGS.replace(**limits)
    stream = sample_stream(few, settings, (1, 0))
    trained = train(NETWORK, LANES, stream)
    whole = train(NETWORK, LANES, on_training_samples(stream)).curves
    stopping = stopping_of(settings, 1, stream.samples_seen)
    curves = as_stopped(whole, trained.curves, stopping)
    finite = np.array([np.isfinite(each).all() for each in trained.parameters])
    assert all(finite[:3].tolist())
    assert np.allclose(curves[finite, -1], mse(trained.parameters[finite], stream), rtol=1e-12)
    if not limits:
        assert np.array_equal(curves, whole)
    else:
        assert not np.array_equal(curves[:3], whole[:3])
