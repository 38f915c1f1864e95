"""One sample forward through a network, and the gradient of its loss."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Architecture

Array = npt.NDArray[Any]
Layers = Sequence[tuple[Array, Array]]
"""For each layer its weights (inputs, outputs) and biases (outputs,)."""


def logistic(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return np.exp(-np.logaddexp(0, -z))


def softmax(z: Array) -> Array:
    """Exp(z) / Σ exp(z), over the last axis."""
    probabilities: Array = np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))
    return probabilities


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
    architecture: Architecture, layers: Layers, inputs: Array, factors: Sequence[Array] = ()
) -> tuple[list[Array], list[Array]]:
    """Compute the pre-activations and activations of every layer.

    `factors` are the dropout factors of the units of each hidden layer, if there is dropout.
    """
    pre_activations: list[Array] = []
    activations = [inputs]
    for number, (weights, biases) in enumerate(layers):
        z = activations[-1] @ weights + biases
        if number == len(layers) - 1:
            value = softmax(z) if architecture.output == "softmax" else z
        else:
            value = ACTIVATIONS[architecture.activations[number]][0](z)
            value = value * factors[number] if factors else value
        pre_activations.append(z)
        activations.append(value)
    return pre_activations, activations


def gradient(
    architecture: Architecture,
    layers: Layers,
    inputs: Array,
    targets: Array,
    factors: Sequence[Array] = (),
) -> Array:
    """Compute the gradient of the loss at one sample with respect to the parameter vector."""
    pre_activations, activations = forward(architecture, layers, inputs, factors)
    delta = _output_delta(architecture, activations[-1], targets)
    gradients = []
    for number in reversed(range(len(layers))):
        weights, _ = layers[number]
        gradients.append((np.outer(activations[number], delta), delta * architecture.biases))
        if number > 0:
            _, derivative = ACTIVATIONS[architecture.activations[number - 1]]
            delta = weights @ delta * derivative(pre_activations[number - 1])
            delta = delta * factors[number - 1] if factors else delta
    return vector(gradients[::-1])


def _output_delta(architecture: Architecture, outputs: Array, targets: Array) -> Array:
    """Differentiate the loss with respect to the pre-activations of the outputs."""
    if architecture.output == "linear":
        return outputs - targets  # of ½ Σ (output - target)²
    jacobian = np.diag(outputs) - np.outer(outputs, outputs)  # of softmax
    delta: Array = jacobian @ (-targets / outputs)  # of -Σ target log(output)
    return delta


def vector(layers: Layers) -> Array:
    """Flatten layers into a parameter vector: biases, then weights, input-major."""
    return np.concatenate([np.concatenate([b, w.reshape(-1)]) for w, b in layers])


def parameter_count(sizes: Sequence[int]) -> int:
    """Count the weights and biases of a network with biases."""
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(sizes))
