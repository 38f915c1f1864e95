"""Steps of training against numerical differences of the loss."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from neuroevo.learning import (
    ACTIVATIONS,
    Activation,
    Architecture,
    DataSet,
    Network,
    Optimization,
    TrainingSettings,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import SampleStream, sample_stream, train

SEED = (11, 0)
Array = npt.NDArray[Any]


def squared_error(outputs: Array, targets: Array) -> float:
    """½ Σ (output - target)², mean over samples."""
    return float(np.mean(np.sum((outputs - targets) ** 2, axis=1)) / 2)


def cross_entropy(probabilities: Array, targets: Array) -> float:
    """-Σ target log(probability), mean over samples."""
    return float(np.mean(-np.sum(targets * np.log(probabilities), axis=1)))


def slope(function: Callable[[Array], float], at: Array) -> Array:
    """Compute the gradient by central differences."""
    step = 1e-5
    return np.array(
        [
            (function(at + change) - function(at - change)) / (2 * step)
            for change in step * np.eye(len(at))
        ]
    )


def stream_of(data: DataSet, samples: int, **settings: Any) -> SampleStream:  # noqa: ANN401 - any setting
    """Draw the samples of one step."""
    return sample_stream(
        data, TrainingSettings(samples=samples, precision="float64", **settings), SEED
    )


def assert_step_is_the_negative_gradient(
    architecture: Architecture,
    stream: SampleStream,
    loss: Callable[[Array, Array], float],
    l2: float = 0.0,
) -> None:
    """Check that a step of SGD with learning rate 1 is minus the gradient of the mean loss."""
    training = stream.training
    inputs, targets = (array[stream.order] for array in (training.inputs, training.targets))

    def loss_at(parameters: Array) -> float:
        outputs = Network(architecture, parameters).predict(inputs)
        return loss(outputs, targets) + l2 / 2 * float(parameters @ parameters)

    start = starting_parameters(architecture, "uniform", SEED, 0)
    lane = Lane(0, 1.0, Optimization(batch_size=len(stream.order), l2=l2))
    step = train(architecture, [lane], stream).parameters[0] - start
    np.testing.assert_allclose(step, -slope(loss_at, start), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("samples", [1, 6])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_of_every_activation(activation: Activation, samples: int, data: DataSet) -> None:
    """A step is the negative gradient of the squared error, for one sample and for a batch."""
    architecture = Architecture(inputs=3, hidden=(5, 4), outputs=2, activation=activation)
    assert_step_is_the_negative_gradient(architecture, stream_of(data, samples), squared_error)


@pytest.mark.parametrize("samples", [1, 6])
def test_of_layers_with_different_activations(samples: int, data: DataSet) -> None:
    """A step is the negative gradient if each layer has another activation."""
    architecture = Architecture(
        inputs=3, hidden=(4, 3, 5, 2), outputs=2, activation=("elu", "tanh", "linear", "silu")
    )
    assert_step_is_the_negative_gradient(architecture, stream_of(data, samples), squared_error)


@pytest.mark.parametrize("samples", [1, 6])
def test_of_cross_entropy(samples: int, classes: DataSet) -> None:
    """With softmax outputs, a step is the negative gradient of the cross-entropy."""
    architecture = Architecture(
        inputs=3, hidden=(5, 4), outputs=3, activation="tanh", output="softmax"
    )
    stream = stream_of(classes, samples, loss="cross_entropy")
    assert_step_is_the_negative_gradient(architecture, stream, cross_entropy)


def test_of_the_l2_penalty(data: DataSet) -> None:
    """L2 adds the gradient of half the squared norm of all parameters."""
    architecture = Architecture(inputs=3, hidden=(5,), outputs=2, activation="sigmoid")
    assert_step_is_the_negative_gradient(architecture, stream_of(data, 1), squared_error, l2=0.3)
