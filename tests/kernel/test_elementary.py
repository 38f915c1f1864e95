"""The elementary functions on lanes against mpmath, in units in the last place."""

from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from neuroevo.kernel import activating, elementary
from neuroevo.kernel.activations import ACTIVATIONS
from neuroevo.kernel.arrays import rows_of_lanes
from neuroevo.kernel.lanes import formula, pair
from neuroevo.kernel.pointers import load, rows_of, store

GREATEST_ERROR = 4  # units in the last place

PRECISIONS = ("float32", "float64")


def first_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the value of a function that returns a value and a slope."""
    return njit(lambda x: function(x)[0])  # type: ignore[no-any-return]  # numba has no types


FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[[Any], Any], tuple[float, float]]] = {
    "exp": (formula()(elementary.exp), mpmath.exp, (-700.0, 709.0)),
    "expm1": (formula()(elementary.expm1_of_negative), mpmath.expm1, (-700.0, 0.0)),
    "log": (formula()(elementary.log), mpmath.log, (0.0, 700.0)),
    "log1p": (formula()(elementary.log1p_of_unit), mpmath.log1p, (0.0, 1.0)),
    "tanh": (formula()(elementary.tanh), mpmath.tanh, (-700.0, 700.0)),
    "sigmoid": (formula()(elementary.sigmoid), lambda x: 1 / (1 + mpmath.exp(-x)), (-700.0, 700.0)),
    "softplus": (
        formula()(elementary.softplus),
        lambda x: mpmath.log1p(mpmath.exp(x)),
        (-700.0, 700.0),
    ),
    "sine of quarter turns": (
        formula()(elementary.sine_of_quarter_turns),
        lambda x: mpmath.sin(mpmath.pi / 2 * x),
        (-1.0, 1.0),
    ),
    "elu": (
        first_of(formula(pair)(ACTIVATIONS["elu"].formula)),
        lambda x: x if x > 0 else mpmath.expm1(x),
        (-700.0, 700.0),
    ),
    "silu": (
        first_of(formula(pair)(ACTIVATIONS["silu"].formula)),
        lambda x: x / (1 + mpmath.exp(-x)),
        (-700.0, 700.0),
    ),
}


def on_lanes(function: Callable[..., Any], x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Apply a function on lanes, compiled or a formula, to an array of any length."""
    lanes = rows_of_lanes(1, str(x.dtype)).shape[1]
    rows = rows_of_lanes(-(-len(x) // lanes), str(x.dtype))
    rows.reshape(-1)[: len(x)] = x
    _rowwise(function)(rows)
    return rows.reshape(-1)[: len(x)]


@cache
def _rowwise(function: Callable[..., Any]) -> Callable[[npt.NDArray[Any]], None]:
    """Compile the loop that applies a function to each row."""

    @njit
    def apply(array: npt.NDArray[Any]) -> None:
        rows = rows_of(array)
        for row in range(len(array)):
            store(rows, row, function(load(rows, row)))

    return apply  # type: ignore[no-any-return]  # numba has no types


def arguments(precision: str, least: float, greatest: float) -> npt.NDArray[Any]:
    """Draw arguments of a range, uniformly and by magnitude down to the smallest numbers."""
    random = np.random.default_rng(7)
    smallest = np.log10(float(np.finfo(precision).tiny))
    magnitudes = 10 ** random.uniform(smallest, np.log10(max(abs(least), greatest)), 1500)
    signs = random.choice([-1.0, 1.0], 1500)
    spread = np.concatenate(
        [magnitudes * signs, random.uniform(least, greatest, 750), random.uniform(-2, 2, 750)]
    )
    return spread[(spread >= least) & (spread <= greatest)].astype(precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_within_four_units_in_the_last_place(name: str, precision: str) -> None:
    """Wherever the result is a normal number, it is within 4 units in the last place."""
    function, reference, (least, greatest) = FUNCTIONS[name]
    limit = 87.0 if precision == "float32" else 700.0
    x = arguments(precision, max(least, -limit), min(greatest, limit))
    with mpmath.workprec(120):
        exact = [reference(mpmath.mpf(float(value))) for value in x]
        computed = on_lanes(function, x)
        units = np.spacing(np.abs(np.array([float(value) for value in exact]).astype(precision)))
        errors = np.array(
            [
                float(abs(mpmath.mpf(float(got)) - want) / float(unit))
                for got, want, unit in zip(computed, exact, units, strict=True)
                if abs(want) >= float(np.finfo(precision).tiny)
            ]
        )
    assert len(errors) > 500
    assert errors.max() <= GREATEST_ERROR


@pytest.mark.parametrize("precision", PRECISIONS)
def test_log_near_its_zero_and_at_its_bounds(precision: str) -> None:
    """Around 1, where the exponent changes and at the ends of its range, log is as near."""
    limits, one = np.finfo(precision), np.ones(1, precision)
    steps = one + limits.eps * np.arange(-40, 400).astype(precision)
    roots = np.sqrt(0.5 * one) * (1 + limits.eps * np.arange(-4, 5).astype(precision))
    x = np.concatenate([steps, roots, 2 * roots, [limits.tiny, limits.max]]).astype(precision)
    computed = on_lanes(FUNCTIONS["log"][0], x)
    with mpmath.workprec(120):
        exact = [mpmath.log(mpmath.mpf(float(value))) for value in x]
        units = np.spacing(np.abs(np.array([float(value) for value in exact]).astype(precision)))
        errors = [
            float(abs(mpmath.mpf(float(got)) - want) / float(unit))
            for got, want, unit in zip(computed, exact, units, strict=True)
        ]
    assert max(errors) <= GREATEST_ERROR
    assert computed[40] == 0


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_stays_nan(name: str, precision: str) -> None:
    """NaN gives NaN."""
    assert np.isnan(on_lanes(FUNCTIONS[name][0], np.array([np.nan], dtype=precision))).all()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_limits(precision: str) -> None:
    """For large arguments exp gives 0 and infinity, and tanh and sigmoid their limits."""
    far = np.array([-1e30, 1e30], dtype=precision)
    assert on_lanes(FUNCTIONS["exp"][0], far).tolist() == [0, np.inf]
    assert on_lanes(FUNCTIONS["tanh"][0], far).tolist() == [-1, 1]
    assert on_lanes(FUNCTIONS["sigmoid"][0], far).tolist() == [0, 1]


def softmax(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Apply the kernel's softmax over the rows of an array (classes, lanes)."""
    rows = rows_of_lanes(len(sums), str(sums.dtype))
    rows[:] = sums
    _softmax(rows)
    return rows


@njit
def _softmax(array: npt.NDArray[Any]) -> None:
    activating.softmax(rows_of(array), rows_of(array), 0, len(array), 1)


def sums(precision: str, size: float) -> npt.NDArray[Any]:
    """Draw pre-activations of five classes, up to this size."""
    lanes = rows_of_lanes(1, precision).shape[1]
    return np.random.default_rng(2).uniform(-size, size, (5, lanes)).astype(precision)


@pytest.mark.parametrize("size", [1e-3, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_softmax_gives_probabilities(precision: str, size: float) -> None:
    """Each is right to a few units in the last place, their sum is 1, and none overflows."""
    pre_activations = sums(precision, size)
    probabilities = softmax(pre_activations)
    with mpmath.workprec(120):
        powers = [[mpmath.exp(mpmath.mpf(float(x))) for x in row] for row in pre_activations]
        totals = [mpmath.fsum(lane) for lane in zip(*powers, strict=True)]
        exact = [[float(x / total) for x, total in zip(row, totals, strict=True)] for row in powers]
    resolution = float(np.finfo(precision).eps)
    # The difference to the greatest is rounded, which the exponential multiplies by its size.
    tolerance = (8 + 2 * size) * resolution
    tiny = float(np.finfo(precision).tiny)
    np.testing.assert_allclose(probabilities, exact, rtol=tolerance, atol=tiny)
    np.testing.assert_allclose(probabilities.sum(axis=0), 1, rtol=8 * resolution)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("precision", PRECISIONS)
def test_softmax_hides_no_divergence(precision: str, place: int, bad: float) -> None:
    """NaN or infinity among a lane's sums makes a probability NaN, in that lane only."""
    pre_activations = sums(precision, 1.0)
    expected = softmax(pre_activations)
    pre_activations[place, 1] = bad
    probabilities = softmax(pre_activations)
    assert np.isnan(probabilities[place, 1])
    others = np.arange(probabilities.shape[1]) != 1
    assert probabilities[:, others].tobytes() == expected[:, others].tobytes()
