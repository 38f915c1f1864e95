"""Training in lanes against scikit-learn; divergence and the order of samples."""

import warnings
from typing import get_args

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from neuroevo.learning import (
    Activation,
    Architecture,
    Columns,
    DataSet,
    Network,
    Optimization,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import Trained, sample_stream, train
from tests import naive

SEED = (11, 0)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def trained_on_lanes(
    architecture: Architecture, lanes: list[Lane], data: DataSet, settings: TrainingSettings
) -> Trained:
    """Train with the kernel."""
    stream = sample_stream(data, settings, SEED)
    lanes = [lane._replace(starting_weights="glorot") for lane in lanes]
    return train(architecture, lanes, stream)


@pytest.mark.parametrize(
    ("activation", "theirs"),
    [("linear", "identity"), ("tanh", "tanh"), ("sigmoid", "logistic"), ("relu", "relu")],
)
def test_agrees_with_scikit_learn(activation: Activation, theirs: str, data: DataSet) -> None:
    """An MLPRegressor that is trained on the same samples one by one has the same weights."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=activation)
    settings = TrainingSettings(samples=120, precision="float64")
    stream = sample_stream(data, settings, SEED)
    start = starting_parameters(architecture, "glorot", SEED, 0)
    peer = MLPRegressor(
        hidden_layer_sizes=(6, 5),
        activation=theirs,
        solver="sgd",
        alpha=0,
        momentum=0,
        learning_rate_init=0.05,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        peer.partial_fit(data.training_inputs[:1], data.training_targets[:1])
        layers = Network(architecture, start).layers
        for weights, biases, (w, b) in zip(peer.coefs_, peer.intercepts_, layers, strict=True):
            weights[:], biases[:] = w, b
        for sample in stream.order:
            chosen = slice(sample, sample + 1)
            peer.partial_fit(data.training_inputs[chosen], data.training_targets[chosen])
    theirs_after = naive.vector(list(zip(peer.coefs_, peer.intercepts_, strict=True)))
    ours = trained_on_lanes(architecture, [Lane(0, 0.05)], data, settings).parameters[0]
    np.testing.assert_allclose(ours, theirs_after, rtol=1e-9, atol=1e-9)


def test_the_curve_of_a_diverged_lane_stays_infinite(data: DataSet) -> None:
    """Once a lane's error isn't finite its curve is infinite; other lanes continue."""
    architecture = Architecture(inputs=3, hidden=(6, 6), outputs=2, activation="linear")
    settings = TrainingSettings(samples=2000)
    trained = trained_on_lanes(architecture, [Lane(0, 0.01), Lane(0, 3.0)], data, settings)
    finite = np.isfinite(trained.curves)
    assert finite[0].all()
    assert finite[1, 0]
    assert not finite[1, -1]
    assert (np.diff(finite[1].astype(int)) <= 0).all()


@pytest.mark.parametrize(
    "extreme",
    [
        Optimization(optimizer="adagrad", epsilon=1e-30),
        Optimization(optimizer="rmsprop", rho=0, epsilon=1e-30),
        Optimization(optimizer="rmsprop", rho=0.999999),
        Optimization(optimizer="adam", beta1=0, beta2=0, epsilon=1e-30),
        Optimization(optimizer="adam", beta1=0.999999, batch_size=30),
        Optimization(optimizer="adamw", beta2=0.999999, batch_size=30),
    ],
)
def test_numbers_at_their_bounds_let_no_lane_diverge(extreme: Optimization, data: DataSet) -> None:
    """The smallest epsilon is not 0 and the largest decay is not 1, also in float32."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation="relu")
    lanes = [Lane(replicate, 1e-4, extreme) for replicate in range(8)]
    for precision in PRECISIONS:
        settings = TrainingSettings(samples=100, precision=precision)
        assert np.isfinite(trained_on_lanes(architecture, lanes, data, settings).curves).all()


def test_a_diverged_bundle_costs_no_time(data: DataSet) -> None:
    """When all lanes have diverged, the rest of a huge budget takes no time."""
    architecture = Architecture(inputs=3, hidden=(300, 300, 300), outputs=2, activation="linear")
    settings = TrainingSettings(samples=100_000_000, shuffle=False)
    lanes = [Lane(replicate, 30.0) for replicate in range(16)]
    trained = trained_on_lanes(architecture, lanes, data, settings)
    assert np.isinf(trained.curves[:, -1]).all()
    assert np.isnan(trained.parameters).all()


def test_without_shuffling_samples_come_in_their_order(data: DataSet) -> None:
    """Without shuffling samples are repeated in order; with it each comes once per epoch."""
    settings = TrainingSettings(samples=400, shuffle=False)
    assert sample_stream(data, settings, SEED).order.tolist() == [i % 150 for i in range(400)]
    shuffled = sample_stream(data, TrainingSettings(samples=400), SEED).order
    assert sorted(shuffled[:150]) == sorted(shuffled[150:300]) == list(range(150))
    assert shuffled[:150].tolist() != shuffled[150:300].tolist()


def test_many_validation_samples_are_thinned_to_their_share() -> None:
    """With a limit, a random part of many validation samples is used, the same for all networks."""
    inputs = np.arange(5000.0)[:, np.newaxis] / 5000
    data = DataSet(inputs[:10], inputs[:10], inputs, inputs, Columns(("x",), ("y",)))
    settings = TrainingSettings(samples=30_000, validation_share=0.2)
    stream = sample_stream(data, settings, (0,))
    used = stream.validation.inputs[:, 0]
    assert 1000 < len(used) < 5000
    assert set(used) <= set(inputs[:, 0].astype(np.float32))
    assert abs(used.mean() - 0.5) < 0.03
    assert sample_stream(data, settings, (0,)).validation.inputs.tobytes() == used.tobytes()
    every = sample_stream(data, settings.replace(validation_share=1.0), (0,))
    assert len(every.validation.inputs) == 5000
