"""NumPy: a loop over samples, with vectors for the units of a layer."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from experiments.benchmarks.exercise import Exercise, Floats, Training, vectors

_ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
}
_BLAME: Mapping[str, Callable[[Floats, Floats], Floats]] = {  # delta × slope, from the value
    "linear": lambda delta, _: delta,
    "tanh": lambda delta, value: delta * (1 - value * value),
    "relu": lambda delta, value: delta * (value > 0),
}


def training(exercise: Exercise) -> Training:
    """Prepare the training of the first network."""
    network, train = _Network(exercise), _TRAIN[exercise.case.optimizer]

    def trained() -> Floats:
        train(network, exercise)
        return vectors(network.layers)

    return trained


class _Network:
    """A network of one hidden layer."""

    def __init__(self, exercise: Exercise) -> None:
        self.layers = [(weights.copy(), biases.copy()) for weights, biases in exercise.start(0)]
        self._activation = _ACTIVATIONS[exercise.case.activation]
        self._blame = _BLAME[exercise.case.activation]

    def passes(self, sample: Floats, target: Floats) -> tuple[Floats, Floats, Floats]:
        """Go forward and back: hidden values, their deltas, and those of the outputs."""
        (hidden_weights, hidden_biases), (output_weights, output_biases) = self.layers
        hidden = self._activation(sample @ hidden_weights + hidden_biases)
        delta = hidden @ output_weights + output_biases - target
        return hidden, self._blame(output_weights @ delta, hidden), delta


def _sgd(network: _Network, exercise: Exercise) -> None:
    rate = exercise.learning_rate
    (hidden_weights, hidden_biases), (output_weights, output_biases) = network.layers
    for sample, target in zip(exercise.inputs, exercise.targets, strict=True):
        hidden, hidden_delta, delta = network.passes(sample, target)
        hidden_step, step = rate * hidden_delta, rate * delta
        hidden_weights -= sample[:, np.newaxis] * hidden_step
        hidden_biases -= hidden_step
        output_weights -= hidden[:, np.newaxis] * step
        output_biases -= step


def _adam(network: _Network, exercise: Exercise) -> None:
    """Kingma & Ba 2015, algorithm 1."""
    adam, rate = exercise.optimization, exercise.learning_rate
    parameters = [part for layer in network.layers for part in layer]
    means = [np.zeros_like(parameter) for parameter in parameters]
    squares = [np.zeros_like(parameter) for parameter in parameters]
    samples = zip(exercise.inputs, exercise.targets, strict=True)
    for count, (sample, target) in enumerate(samples, start=1):
        hidden, hidden_delta, delta = network.passes(sample, target)
        hidden_gradient = sample[:, np.newaxis] * hidden_delta
        gradients = hidden_gradient, hidden_delta, hidden[:, np.newaxis] * delta, delta
        step = rate / (1 - adam.beta1**count)
        correction = math.sqrt(1 - adam.beta2**count)
        for part, gradient in enumerate(gradients):
            means[part] += (1 - adam.beta1) * (gradient - means[part])
            squares[part] += (1 - adam.beta2) * (gradient * gradient - squares[part])
            divisor = np.sqrt(squares[part]) / correction + adam.epsilon
            parameters[part] -= step * means[part] / divisor


_TRAIN: Mapping[str, Callable[[_Network, Exercise], None]] = {"sgd": _sgd, "adam": _adam}
