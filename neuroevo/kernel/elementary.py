"""Elementary functions on lanes: exp, expm1, log, log1p, tanh, sigmoid and the sine.

Series and exact reductions, so that the bits are the same on every processor; within 4 units in
the last place wherever the result is a normal number. NaN gives NaN.
"""

import math

import numpy as np

from neuroevo.kernel.vectors import (
    Vector,
    absolute,
    fma,
    nearest_integer,
    polynomial,
    power_of_two,
    split_at_power_of_two,
    where,
)

# ln 2 as the nearest number of each precision, and the remainder.
_LN2_FLOAT32 = float(np.float32(math.log(2)))
_LN2_HIGH = _LN2_FLOAT32, math.log(2)
_LN2_LOW = math.log(2) - _LN2_FLOAT32, 2.3190468138462996e-17

# Beyond these arguments exp is 0 or infinite.
_LEAST_ARGUMENT = -104.0, -746.0
_GREATEST_ARGUMENT = 89.0, 710.0

_EXPM1_IS_MINUS_1 = -50.0  # in both precisions, from here down

# Coefficients of series, and how many of them each precision needs.

# (exp(r) - 1 - r) / r² = 1/2! + r/3! + ...: enough terms for |r| <= ln(2) / 2.
_EXP_SERIES = [1 / math.factorial(n) for n in range(2, 15)]
_EXP_TERMS = 7, 13

# artanh(s) / s - 1 = s²/3 + s⁴/5 + ..., in s², divided by s²: enough terms for |s| <= 1/3.
_ARTANH_SERIES = [1 / (2 * n + 1) for n in range(1, 18)]
_ARTANH_TERMS = 8, 17
_LOG_TERMS = 5, 10  # enough for |s| <= 3 - 2 √2

# sin(π/2 x) / x in x²: enough terms for |x| <= 1.
_SINE_SERIES = [
    (-1) ** n * (math.pi / 2) ** (2 * n + 1) / math.factorial(2 * n + 1) for n in range(12)
]
_SINE_TERMS = 8, 12


def _nan_stays(x: Vector, result: Vector) -> Vector:
    return where(x.compare("==", x), result, x)


def _reduce(x: Vector) -> tuple[Vector, Vector]:
    """Return k and exp(r) - 1 with x = k ln 2 + r, k whole and |r| <= ln(2) / 2."""
    k = nearest_integer(x * 1.4426950408889634)
    r = fma(-k, x.like(x.choose(*_LN2_LOW)), fma(-k, x.like(x.choose(*_LN2_HIGH)), x))
    series = polynomial(r, _EXP_SERIES[: x.choose(*_EXP_TERMS)])
    return k, fma(r * r, series, r)


def exp(x: Vector) -> Vector:
    """Exponential."""
    least, greatest = x.choose(*_LEAST_ARGUMENT), x.choose(*_GREATEST_ARGUMENT)
    # NaN becomes the least argument, since k is converted to an integer.
    inside = where(x > least, x, least)
    k, expm1_r = _reduce(where(inside < greatest, inside, greatest))
    # In two steps, since 2^k alone may lie outside the normal numbers where exp(x) does not.
    half = nearest_integer(k * 0.5)
    result = (1.0 + expm1_r) * power_of_two(half) * power_of_two(k - half)
    return _nan_stays(x, result)


def expm1_of_negative(x: Vector) -> Vector:
    """exp(x) - 1 for x <= 0, without loss of digits near 0."""
    k, expm1_r = _reduce(where(x > _EXPM1_IS_MINUS_1, x, _EXPM1_IS_MINUS_1))
    scale = power_of_two(k)
    return _nan_stays(x, fma(scale, expm1_r, scale - 1.0))


def log1p_of_unit(x: Vector) -> Vector:
    """log(1 + x) for 0 <= x <= 1, as 2 artanh(x / (2 + x))."""
    return 2.0 * _artanh(x / (2.0 + x), x.choose(*_ARTANH_TERMS))


def log(x: Vector) -> Vector:
    """Natural logarithm of a normal number above 0, as k ln 2 + 2 artanh((m - 1) / (m + 1))."""
    k, m = split_at_power_of_two(x)
    log_m = 2.0 * _artanh((m - 1.0) / (m + 1.0), x.choose(*_LOG_TERMS))
    rest = fma(k, x.like(x.choose(*_LN2_LOW)), log_m)
    return _nan_stays(x, fma(k, x.like(x.choose(*_LN2_HIGH)), rest))


def _artanh(s: Vector, terms: int) -> Vector:
    square = s * s
    return fma(s * square, polynomial(square, _ARTANH_SERIES[:terms]), s)


def tanh(x: Vector) -> Vector:
    """Hyperbolic tangent."""
    e = expm1_of_negative(-2.0 * absolute(x))
    magnitude = -e / (2.0 + e)
    return where(x < 0.0, -magnitude, magnitude)


def sigmoid(x: Vector) -> Vector:
    """Logistic function, 1 / (1 + exp(-x))."""
    e = exp(-absolute(x))
    return where(x < 0.0, e, 1.0) / (1.0 + e)


def softplus(x: Vector) -> Vector:
    """log(1 + exp(x))."""
    value = where(x > 0.0, x, 0.0) + log1p_of_unit(exp(-absolute(x)))
    return _nan_stays(x, value)


def sine_of_quarter_turns(x: Vector) -> Vector:
    """sin(π/2 x) for -1 <= x <= 1."""
    square = x * x
    return x * polynomial(square, _SINE_SERIES[: x.choose(*_SINE_TERMS)])
