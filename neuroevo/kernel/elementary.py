"""Elementary functions on lanes: exp, expm1, log1p, tanh and sigmoid.

Series and exact reductions, so that the bits are the same on every processor; within 4 units in
the last place wherever the result is a normal number. NaN gives NaN.
"""

import math

import numpy as np

from neuroevo.kernel import lanes
from neuroevo.kernel.compiled import inlined
from neuroevo.kernel.lanes import absolute, fma, nearest_integer, power_of_two, where

# ln 2 as the nearest number of each precision, and what remains of it.
_LN2_FLOAT32 = float(np.float32(math.log(2)))
_ln2_high = lanes.constant(_LN2_FLOAT32, math.log(2))
_ln2_low = lanes.constant(math.log(2) - _LN2_FLOAT32, 2.3190468138462996e-17)

# Beyond these arguments exp is 0 or infinite.
_least_argument = lanes.constant(-104.0, -746.0)
_greatest_argument = lanes.constant(89.0, 710.0)

_EXPM1_IS_MINUS_1 = -50.0  # in both precisions, from here down

# (exp(r) - 1 - r) / r² = 1/2! + r/3! + ...: enough terms for |r| <= ln(2) / 2.
_exp_series = lanes.polynomial(
    tuple(1 / math.factorial(n) for n in range(2, 9)),
    tuple(1 / math.factorial(n) for n in range(2, 15)),
)

# artanh(s) / s - 1 = s²/3 + s⁴/5 + ..., in s², divided by s²: enough terms for |s| <= 1/3.
_artanh_series = lanes.polynomial(
    tuple(1 / (2 * n + 1) for n in range(1, 9)),
    tuple(1 / (2 * n + 1) for n in range(1, 18)),
)


@inlined
def _clamp(x, least, greatest):
    """NaN becomes `least`: what follows may be turned into an integer."""
    x = where(x > least, x, least)
    return where(x < greatest, x, greatest)


@inlined
def _reduce(x):
    """Give k, r and exp(r) - 1 with x = k ln 2 + r, k whole and |r| <= ln(2) / 2."""
    k = nearest_integer(x * 1.4426950408889634)
    r = fma(-k, _ln2_low(x), fma(-k, _ln2_high(x), x))
    return k, fma(r * r, _exp_series(r), r)


@inlined
def exp(x):
    """Exponential."""
    k, expm1_r = _reduce(_clamp(x, _least_argument(x), _greatest_argument(x)))
    # In two steps, since 2^k alone may lie outside the normal numbers where exp(x) does not.
    half = nearest_integer(k * 0.5)
    result = (1.0 + expm1_r) * power_of_two(half) * power_of_two(k - half)
    return where(x == x, result, x)  # noqa: PLR0124  # false for NaN


@inlined
def expm1_of_negative(x):
    """exp(x) - 1 for x <= 0, without the loss of digits near 0."""
    k, expm1_r = _reduce(where(x > _EXPM1_IS_MINUS_1, x, _EXPM1_IS_MINUS_1))
    scale = power_of_two(k)
    return where(x == x, fma(scale, expm1_r, scale - 1.0), x)  # noqa: PLR0124  # false for NaN


@inlined
def log1p_of_unit(x):
    """log(1 + x) for 0 <= x <= 1, as 2 artanh(x / (2 + x))."""
    s = x / (2.0 + x)
    square = s * s
    return 2.0 * fma(s * square, _artanh_series(square), s)


@inlined
def tanh(x):
    """Hyperbolic tangent."""
    e = expm1_of_negative(-2.0 * absolute(x))
    magnitude = -e / (2.0 + e)
    return where(x < 0.0, -magnitude, magnitude)


@inlined
def sigmoid(x):
    """Logistic function, 1 / (1 + exp(-x))."""
    e = exp(-absolute(x))
    return where(x < 0.0, e, 1.0) / (1.0 + e)


@inlined
def softplus(x):
    """log(1 + exp(x)), and its derivative, the logistic function."""
    e = exp(-absolute(x))
    value = where(x > 0.0, x, 0.0) + log1p_of_unit(e)
    return where(x == x, value, x), where(x < 0.0, e, 1.0) / (1.0 + e)  # noqa: PLR0124  # NaN
