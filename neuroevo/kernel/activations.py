"""The activation functions of hidden layers, applied to rows of lanes along with their slopes.

A name stands for the same function here as in PyTorch, but for the slope of `leaky_relu`.
"""

from collections.abc import Callable
from typing import Any

from neuroevo.kernel.catalogue import LAYER_ACTIVATIONS, LEAKY_RELU_SLOPE
from neuroevo.kernel.compiled import inlined, inner
from neuroevo.kernel.elementary import exp, expm1_of_negative, sigmoid, softplus, tanh
from neuroevo.kernel.lanes import Vector, fma, formula, pair, where, zero
from neuroevo.kernel.pointers import load, store

LINEAR, _TANH, _SIGMOID, _RELU, _LEAKY_RELU, _ELU, _SOFTPLUS, _SILU, _SOFTMAX = range(
    len(LAYER_ACTIVATIONS)
)

# Each gives the value and the slope at a pre-activation.


@formula(pair)
def _tanh(x: Vector) -> tuple[Vector, Vector]:
    value = tanh(x)
    return value, fma(-value, value, 1.0)


@formula(pair)
def _sigmoid(x: Vector) -> tuple[Vector, Vector]:
    value = sigmoid(x)
    return value, value * (1.0 - value)


@formula(pair)
def _relu(x: Vector) -> tuple[Vector, Vector]:
    slope = where(x > 0.0, 1.0, 0.0)
    return x * slope, slope


@formula(pair)
def _leaky_relu(x: Vector) -> tuple[Vector, Vector]:
    slope = where(x > 0.0, 1.0, LEAKY_RELU_SLOPE)
    return x * slope, slope


@formula(pair)
def _elu(x: Vector) -> tuple[Vector, Vector]:
    negative = expm1_of_negative(where(x > 0.0, 0.0, x))
    return where(x > 0.0, x, negative), 1.0 + negative


@formula(pair)
def _softplus(x: Vector) -> tuple[Vector, Vector]:
    return softplus(x), sigmoid(x)


@formula(pair)
def _silu(x: Vector) -> tuple[Vector, Vector]:
    logistic = sigmoid(x)
    value = x * logistic
    return value, fma(value, 1.0 - logistic, logistic)


def _over_rows(function: Callable[[Vector], tuple[Vector, Vector]], compiled: Any) -> Any:  # noqa: ANN401 - numba's
    """Make a loop that replaces rows of pre-activations by activations, and notes the slopes."""

    @compiled
    def apply(values, slopes, first, last):
        for row in range(first, last):
            value, slope = function(load(values, row))
            store(values, row, value)
            store(slopes, row, slope)

    return apply


_tanh_rows = _over_rows(_tanh, inner)
_sigmoid_rows = _over_rows(_sigmoid, inner)
_relu_rows = _over_rows(_relu, inlined)
_leaky_relu_rows = _over_rows(_leaky_relu, inlined)
_elu_rows = _over_rows(_elu, inner)
_softplus_rows = _over_rows(_softplus, inner)
_silu_rows = _over_rows(_silu, inner)


@inner
def _softmax_rows(values, first, last):
    """Make class probabilities of rows `first` to `last` of `values`, in place."""
    greatest = load(values, first)
    for row in range(first + 1, last):
        value = load(values, row)
        greatest = where(value > greatest, value, greatest)
    total = zero(greatest)
    for row in range(first, last):
        power = exp(load(values, row) - greatest)
        store(values, row, power)
        total = total + power
    for row in range(first, last):
        store(values, row, load(values, row) / total)


@inlined
def activate(activation, values, slopes, first, last):
    """Apply the activation of this number to rows `first` to `last` of `values`, in place.

    The slopes at the pre-activations are left in the same rows of `slopes`; a linear layer
    changes neither.
    """
    if activation == _TANH:
        _tanh_rows(values, slopes, first, last)
    elif activation == _SIGMOID:
        _sigmoid_rows(values, slopes, first, last)
    elif activation == _RELU:
        _relu_rows(values, slopes, first, last)
    elif activation == _LEAKY_RELU:
        _leaky_relu_rows(values, slopes, first, last)
    elif activation == _ELU:
        _elu_rows(values, slopes, first, last)
    elif activation == _SOFTPLUS:
        _softplus_rows(values, slopes, first, last)
    elif activation == _SILU:
        _silu_rows(values, slopes, first, last)
    elif activation == _SOFTMAX:
        _softmax_rows(values, first, last)
