"""Training in lanes against a slow version in NumPy, written from the formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from neuroevo.learning import (
    ACTIVATIONS,
    OPTIMIZERS,
    SCHEDULES,
    Activation,
    Architecture,
    DataSet,
    Network,
    Optimization,
    Optimizer,
    Schedule,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import SampleStream, sample_stream, train
from tests import naive

SEED = (11, 0)
MIXED = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=("tanh", "softplus"))
CLASSIFIER = Architecture(
    inputs=3, hidden=(4, 5, 3), outputs=3, activation=("silu", "linear", "elu"), output="softmax"
)
BLOCKS = Architecture(
    inputs=3, hidden=(5, 4, 9, 1), outputs=2, activation=("relu", "linear", "tanh", "silu")
)
MORE_THAN_AN_EPOCH = 160  # of 150 samples, so that a batch holds samples of both

Varied = Callable[[int, Optimization], list[Lane]]


def stream_of(data: DataSet, samples: int, **settings: Any) -> SampleStream:  # noqa: ANN401 - any setting
    """Draw samples for a training, in float64 by default."""
    return sample_stream(
        data, TrainingSettings(samples=samples, **{"precision": "float64", **settings}), SEED
    )


def assert_agree(
    architecture: Architecture,
    lanes: list[Lane],
    stream: SampleStream,
    relative: float = 1e-9,
    absolute: float = 1e-9,
) -> None:
    """Compare every lane's curve and parameters with the naive version's."""
    trained = train(architecture, lanes, stream)
    for lane, curve, parameters in zip(lanes, trained.curves, trained.parameters, strict=True):
        expected_curve, expected_parameters = naive.train(architecture, lane, stream)
        np.testing.assert_allclose(curve, expected_curve, rtol=relative, atol=absolute)
        np.testing.assert_allclose(parameters, expected_parameters, rtol=relative, atol=absolute)


@pytest.mark.parametrize("batch_size", [2, 3, 5, 8, 33, 1000])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_batches_of_any_size(optimizer: Optimizer, batch_size: int, data: DataSet) -> None:
    """Whole and partial blocks of samples, tiles and their remainders agree; also with dropout."""
    for dropout in (0.0, 0.3):
        learning = Optimization(optimizer=optimizer, batch_size=batch_size, dropout=dropout)
        stream, lane = stream_of(data, MORE_THAN_AN_EPOCH), Lane(3, 0.01, learning, "glorot")
        assert_agree(BLOCKS, [lane], stream)


@pytest.mark.parametrize("batch_size", [1, 3, 33])
def test_sample_weights(batch_size: int, weighted: DataSet) -> None:
    """The loss of each sample counts with its weight, for plain SGD and in blocks."""
    lane = Lane(3, 0.01, Optimization(batch_size=batch_size, dropout=0.3), "glorot")
    assert_agree(BLOCKS, [lane], stream_of(weighted, MORE_THAN_AN_EPOCH))


@pytest.mark.parametrize("depth", range(1, 9))
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_at_every_depth(activation: Activation, depth: int, data: DataSet) -> None:
    """Plain SGD leads to the naive version's weights and learning curve."""
    architecture = Architecture(
        inputs=3, hidden=(5, 4, 9, 1, 6, 2, 7, 3)[:depth], outputs=2, activation=activation
    )
    lane = Lane(depth, 0.03, starting_weights="glorot")
    tolerance = 1e-12 if activation in ("linear", "relu", "leaky_relu") else 1e-9
    assert_agree(architecture, [lane], stream_of(data, 100), tolerance, tolerance)


@pytest.mark.parametrize("shift", range(len(ACTIVATIONS)))
def test_each_layer_has_its_own_activation(shift: int, data: DataSet) -> None:
    """Networks whose layers all have different activations agree, in any order."""
    order = (*ACTIVATIONS[shift:], *ACTIVATIONS[:shift])[:5]
    architecture = Architecture(inputs=3, hidden=(5, 4, 9, 1, 6), outputs=2, activation=order)
    stream, lane = stream_of(data, 200), Lane(shift, 0.02, starting_weights="glorot")
    assert_agree(architecture, [lane], stream)
    network = Network(architecture, naive.train(architecture, lane, stream)[1])
    _, outputs = naive.forward(architecture, network.layers, data.validation_inputs)
    predicted = network.predict(data.validation_inputs)
    np.testing.assert_allclose(predicted, outputs[-1], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("batch_size", [1, 3, 1000])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_with_every_schedule(
    optimizer: Optimizer, batch_size: int, schedule: Schedule, data: DataSet, varied: Varied
) -> None:
    """Lanes that differ in all numbers agree, for any batch size, also above the budget."""
    like = Optimization(optimizer=optimizer, batch_size=batch_size, schedule=schedule)
    lanes = varied(2, like)
    assert_agree(MIXED, lanes, stream_of(data, MORE_THAN_AN_EPOCH))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
def test_piecewise_linear_networks_agree_to_the_last_digits(
    optimizer: Optimizer, data: DataSet, varied: Varied
) -> None:
    """Without functions that the kernel approximates, only rounding errors remain."""
    architecture = MIXED.model_copy(update={"activation": ("leaky_relu", "relu")})
    lanes = varied(4, Optimization(optimizer=optimizer, batch_size=3, l2=0.1))
    assert_agree(architecture, lanes, stream_of(data, MORE_THAN_AN_EPOCH), 1e-12, 1e-12)


@pytest.mark.parametrize("clipping", [False, True])
@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_all_at_once(
    optimizer: Optimizer,
    batch_size: int,
    clipping: bool,  # noqa: FBT001 - pytest's
    classes: DataSet,
    varied: Varied,
) -> None:
    """Softmax, dropout, L2, clipping, a schedule and several activations work together."""
    like = Optimization(
        optimizer=optimizer,
        batch_size=batch_size,
        schedule="cosine",
        l2=0.1,
        dropout=0.5,
        max_gradient_norm=float(clipping),
    )
    lanes = varied(3, like)
    stream = stream_of(classes, MORE_THAN_AN_EPOCH, loss="cross_entropy")
    assert_agree(CLASSIFIER, lanes, stream)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_float32_agrees_within_its_precision(
    optimizer: Optimizer, classes: DataSet, varied: Varied
) -> None:
    """From hyperparameters rounded to float32, weights differ by rounding errors only."""
    like = Optimization(
        optimizer=optimizer,
        batch_size=4,
        schedule="exponential",
        l2=0.1,
        dropout=0.5,
        max_gradient_norm=1,
    )
    lanes = varied(4, like)
    stream = stream_of(classes, 100, precision="float32", loss="cross_entropy")
    assert_agree(CLASSIFIER, lanes, stream, 2e-5, 2e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_sgd_agrees_within_its_precision(activation: Activation, data: DataSet) -> None:
    """After 200 samples in float32, weights differ from float64's by rounding errors only."""
    architecture = Architecture(inputs=3, hidden=(6, 5), outputs=2, activation=activation)
    lane = Lane(0, 0.05, starting_weights="glorot")
    assert_agree(architecture, [lane], stream_of(data, 200, precision="float32"), 2e-5, 2e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_biases_that_are_off_stay_zero(optimizer: Optimizer, data: DataSet, varied: Varied) -> None:
    """Networks without biases agree, and all their biases are 0 at the end."""
    architecture = MIXED.model_copy(update={"biases": False})
    like = Optimization(optimizer=optimizer, batch_size=2, l2=0.1, max_gradient_norm=1)
    lanes, stream = varied(3, like), stream_of(data, 100)
    assert_agree(architecture, lanes, stream)
    for parameters in train(architecture, lanes, stream).parameters:
        assert all(not biases.any() for _, biases in Network(architecture, parameters).layers)


@pytest.mark.parametrize("dropout", [1e-9, 0.2, 0.99])
@pytest.mark.parametrize("hidden", [(), (6, 5)])
def test_dropout_of_plain_sgd(dropout: float, hidden: tuple[int, ...], data: DataSet) -> None:
    """Small and large dropout rates agree, also without hidden layers."""
    architecture = Architecture(inputs=3, hidden=hidden, outputs=2, activation="tanh")
    lanes = [Lane(number, 0.02, Optimization(dropout=dropout), "glorot") for number in range(2)]
    assert_agree(architecture, lanes, stream_of(data, 60))


@pytest.mark.parametrize("batch_size", [1, 7])
def test_lanes_that_stop_at_the_target(batch_size: int, data: DataSet, varied: Varied) -> None:
    """Half of the lanes reach the target, at different times, and stop like the naive version."""
    like = Optimization(optimizer="adam", batch_size=batch_size, schedule="cosine", dropout=0.5)
    lanes = varied(8, like)
    lowest = train(MIXED, lanes, stream_of(data, MORE_THAN_AN_EPOCH)).curves.min(axis=1)
    stream = stream_of(
        data, MORE_THAN_AN_EPOCH, stop_at_target=True, target_mse=float(np.median(lowest))
    )
    assert_agree(MIXED, lanes, stream)
