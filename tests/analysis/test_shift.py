"""Medians and shifts have intervals that cover the truth as often as they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from neuroevo.analysis.shift import median, ratio, shift

REPEATS = 2000


@pytest.mark.parametrize("count", [6, 16, 64, 257])
def test_the_interval_of_a_median_has_the_ranks_of_the_sign_test(count: int) -> None:
    """Its ends are the order statistics that SciPy's quantile test gives as a 95% interval."""
    values = np.random.default_rng(count).exponential(size=count)
    ours = median(values)
    theirs = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    assert ours.value == np.median(values)


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=40))
def test_a_median_lies_in_its_interval(values: list[float]) -> None:
    """Also if values are infinite or few."""
    found = median(np.array(values))
    assert found.low <= found.value <= found.high
    assert min(values) <= found.low
    assert found.high <= max(values)


def test_the_interval_of_a_shift_covers_it() -> None:
    """In about 95% of samples the true shift lies in the interval."""
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(REPEATS):
        found = shift(random.standard_t(3, size=16) + 0.5, random.standard_t(3, size=12))
        covered += found.low <= 0.5 <= found.high
    assert 0.93 < covered / REPEATS < 0.975


@given(st.lists(st.integers(-500, 500), min_size=8, max_size=24, unique=True), st.data())
def test_an_interval_without_zero_is_what_the_exact_test_rejects(
    values: list[int], data: st.DataObject
) -> None:
    """If the interval excludes 0, the exact Mann-Whitney test has a p-value of at most 0.05."""
    count = data.draw(st.integers(4, len(values) - 4))
    ours, theirs = np.array(values[:count], float), np.array(values[count:], float)
    for offset in (0.25, 200.25, -300.25, 1200.25):  # no two values are equal
        found = shift(ours + offset, theirs)
        if not found.low <= 0 <= found.high:
            exact = stats.mannwhitneyu(ours + offset, theirs, method="exact")
            assert exact.pvalue <= 0.05


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12),
)
def test_a_shift_is_the_median_of_all_differences(ours: list[float], theirs: list[float]) -> None:
    """It changes its sign with the order of the samples, and lies in its interval."""
    found, other = shift(np.array(ours), np.array(theirs)), shift(np.array(theirs), np.array(ours))
    assert found.value == pytest.approx(np.median(np.subtract.outer(ours, theirs)))
    assert found.value == pytest.approx(-other.value)
    assert found.low <= found.value <= found.high


def test_replicates_that_diverged_are_worst() -> None:
    """Two infinite values do not differ; if most of one sample are infinite, so is the shift."""
    sound, half = np.arange(8.0), np.array([0.0, 1.0, *[math.inf] * 6])
    assert shift(half, sound).value == math.inf
    assert shift(half, half).value == 0
    assert median(half).value == math.inf
    assert math.isnan(shift(sound, np.array([])).value)


def test_a_ratio_is_the_median_of_all_ratios() -> None:
    """Of values of which some diverged: an infinite ratio, and none between two that diverged."""
    ours, theirs = np.array([2.0, 3.0, math.inf]), np.array([1.0, 1.5, math.inf])
    assert ratio(ours, theirs).value == pytest.approx(2.0)
    assert ratio(np.array([math.inf] * 3), theirs).value == math.inf
    assert ratio(np.zeros(3), theirs).value == 0.0
    assert ratio(np.zeros(3), np.zeros(3)).value == 1.0
