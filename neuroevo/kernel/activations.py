"""The table of activation functions of hidden layers, each with its slope.

The functions are those of the same name in PyTorch, except for the slope of `leaky_relu`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from neuroevo.kernel.elementary import expm1_of_negative, sigmoid, softplus, tanh
from neuroevo.kernel.vectors import Vector, fma, where

LEAKY_RELU_SLOPE = 0.1
"""Slope of `leaky_relu` for negative arguments, as in the article's library."""


class Activation(NamedTuple):
    """An activation function.

    Attributes
    ----------
    formula
        Returns the value and the slope at a pre-activation.
    is_short
        Whether its loop is inlined in the forward pass; a longer loop stays a call.
    """

    formula: Callable[[Vector], tuple[Vector, Vector]]
    is_short: bool = False


def _linear(x: Vector) -> tuple[Vector, Vector]:
    return x, x.like(1.0)


def _tanh(x: Vector) -> tuple[Vector, Vector]:
    value = tanh(x)
    return value, fma(-value, value, 1.0)


def _sigmoid(x: Vector) -> tuple[Vector, Vector]:
    value = sigmoid(x)
    return value, value * (1.0 - value)


def _relu(x: Vector) -> tuple[Vector, Vector]:
    slope = where(x > 0.0, 1.0, 0.0)
    return x * slope, slope


def _leaky_relu(x: Vector) -> tuple[Vector, Vector]:
    slope = where(x > 0.0, 1.0, LEAKY_RELU_SLOPE)
    return x * slope, slope


def _elu(x: Vector) -> tuple[Vector, Vector]:
    negative = expm1_of_negative(where(x > 0.0, 0.0, x))
    return where(x > 0.0, x, negative), 1.0 + negative


def _softplus(x: Vector) -> tuple[Vector, Vector]:
    return softplus(x), sigmoid(x)


def _silu(x: Vector) -> tuple[Vector, Vector]:
    logistic = sigmoid(x)
    value = x * logistic
    return value, fma(value, 1.0 - logistic, logistic)


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": Activation(_linear, is_short=True),
    "tanh": Activation(_tanh),
    "sigmoid": Activation(_sigmoid),
    "relu": Activation(_relu, is_short=True),
    "leaky_relu": Activation(_leaky_relu, is_short=True),
    "elu": Activation(_elu),
    "softplus": Activation(_softplus),
    "silu": Activation(_silu),
}
"""Every activation of hidden layers by its name."""

LAYER_FUNCTIONS = (*ACTIVATIONS, "softmax")
"""The functions of layers; softmax turns outputs into class probabilities. The place of each is its
number in compiled code."""
