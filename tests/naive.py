"""Slow, obvious versions of what the compiled kernel does, written from the formulas alone."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning import DataSet, Network

Array = npt.NDArray[Any]


def logistic(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return np.exp(-np.logaddexp(0, -z))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (logistic, lambda z: logistic(z) * logistic(-z)),
    "relu": (lambda z: np.where(z > 0, z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1.0, 0.1)),
    "elu": (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    ),
    "softplus": (lambda z: np.logaddexp(0, z), logistic),
    "silu": (
        lambda z: z * logistic(z),
        lambda z: logistic(z) + z * logistic(z) * logistic(-z),
    ),
}
"""For each activation the function and its derivative."""


def forward(
    layers: Sequence[tuple[Array, Array]], names: Sequence[str], inputs: Array
) -> tuple[list[Array], list[Array]]:
    """Pre-activations and activations of every layer, given the names of the hidden layers' own."""
    pre_activations: list[Array] = []
    activations = [inputs]
    for (weights, biases), name in zip(layers, [*names, "linear"], strict=True):
        pre_activations.append(activations[-1] @ weights + biases)
        activations.append(ACTIVATIONS[name][0](pre_activations[-1]))
    return pre_activations, activations


def train(
    network: Network, learning_rate: float, data: DataSet, order: Sequence[int], points: set[int]
) -> tuple[list[float], list[tuple[Array, Array]]]:
    """Train a network in float64, sample by sample; its learning curve and its layers after it."""
    names = network.architecture.activations
    layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in network.layers]
    curve = []
    for seen, sample in enumerate(order, start=1):
        inputs, targets = data.training_inputs[sample], data.training_targets[sample]
        pre_activations, activations = forward(layers, names, inputs)
        delta = activations[-1] - targets
        for number in reversed(range(len(layers))):
            weights, biases = layers[number]
            before = weights @ delta
            layers[number] = (
                weights - learning_rate * np.outer(activations[number], delta),
                biases - learning_rate * delta * network.architecture.biases,
            )
            if number > 0:
                _, derivative = ACTIVATIONS[names[number - 1]]
                delta = before * derivative(pre_activations[number - 1])
        if seen in points:
            _, outputs = forward(layers, names, data.validation_inputs)
            curve.append(float(np.mean((outputs[-1] - data.validation_targets) ** 2)))
    return curve, layers


def vector(layers: Sequence[tuple[Array, Array]]) -> Array:
    """Flatten layers into a parameter vector: biases, then weights, input-major."""
    return np.concatenate([np.concatenate([b, w.reshape(-1)]) for w, b in layers])


def parameter_count(sizes: Sequence[int]) -> int:
    """Weights and biases of a network with biases."""
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(sizes))
