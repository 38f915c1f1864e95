"""The activation functions of hidden layers, applied to rows of lanes along with their slopes.

A name stands for the same function here as in PyTorch, but for the slope of `leaky_relu`.
"""

from neuroevo.kernel import elementary
from neuroevo.kernel.catalogue import ACTIVATIONS, LEAKY_RELU_SLOPE
from neuroevo.kernel.compiled import inlined
from neuroevo.kernel.lanes import fma, load, store, where

LINEAR, _TANH, _SIGMOID, _RELU, _LEAKY_RELU, _ELU, _SOFTPLUS, _SILU = range(len(ACTIVATIONS))


@inlined
def _tanh(x):
    value = elementary.tanh(x)
    return value, fma(-value, value, 1.0)


@inlined
def _sigmoid(x):
    value = elementary.sigmoid(x)
    return value, value * (1.0 - value)


@inlined
def _relu(x):
    slope = where(x > 0.0, 1.0, 0.0)
    return x * slope, slope


@inlined
def _leaky_relu(x):
    slope = where(x > 0.0, 1.0, LEAKY_RELU_SLOPE)
    return x * slope, slope


@inlined
def _elu(x):
    negative = elementary.expm1_of_negative(where(x > 0.0, 0.0, x))
    return where(x > 0.0, x, negative), 1.0 + negative


@inlined
def _silu(x):
    logistic = elementary.sigmoid(x)
    value = x * logistic
    return value, fma(value, 1.0 - logistic, logistic)


def _over_rows(function):
    """Make a loop that replaces rows of pre-activations by activations, and notes the slopes."""

    @inlined
    def apply(values, slopes, first, last):
        for row in range(first, last):
            value, slope = function(load(values, row))
            store(values, row, value)
            store(slopes, row, slope)

    return apply


_tanh_rows = _over_rows(_tanh)
_sigmoid_rows = _over_rows(_sigmoid)
_relu_rows = _over_rows(_relu)
_leaky_relu_rows = _over_rows(_leaky_relu)
_elu_rows = _over_rows(_elu)
_softplus_rows = _over_rows(elementary.softplus)
_silu_rows = _over_rows(_silu)


@inlined
def activate(activation, values, slopes, first, last):
    """Apply the activation of this number to rows `first` to `last` of `values`, in place.

    The slopes at the pre-activations are left in the same rows of `slopes`; a linear layer
    changes nothing and leaves no slopes.
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
