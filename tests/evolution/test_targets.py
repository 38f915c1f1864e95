import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuroevo.evolution.targets import (
    near_zero,
    softened,
    standardised,
)

NUMBERS = st.floats(-1e300, 1e300)


@given(arrays(float, st.integers(1, 30), elements=NUMBERS))
def test_targets_are_standardised_without_a_warning(costs: np.ndarray) -> None:
    """Means are 0 and variances 1, or all are 0 if they are equal, up to the largest numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, unit, _ = standardised(softened(costs, costs == costs.min()).values)
    assert np.isfinite(values).all()
    assert unit > 0
    assert values.mean() == pytest.approx(0, abs=1e-9)
    assert values.std() == pytest.approx(1, abs=1e-9) or not values.any()


@given(st.data())
def test_softened_costs_are_finite_and_in_order(data: st.DataObject) -> None:
    """Up to the largest numbers and with many equal ones there is no warning, and order stays."""
    some = st.lists(NUMBERS, min_size=1, max_size=3).flatmap(st.sampled_from)
    costs = np.array(data.draw(st.lists(some | NUMBERS, min_size=1, max_size=12)))
    front = np.zeros(len(costs), bool)
    front[data.draw(st.integers(0, len(costs) - 1))] = True
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        soft = softened(costs, front).values
    assert np.isfinite(soft).all()
    assert (np.diff(soft[np.argsort(costs, kind="stable")]) >= 0).all()


def test_costs_that_are_mostly_the_lowest_keep_the_others() -> None:
    """Where most costs are 0, as of counts, the model still learns how much worse others are."""
    counts = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 9.0])
    assert near_zero(counts).tolist() == [0, 0, 0, 0, 1, 2, 8]
    soft = softened(counts, counts == 0).values
    assert soft[:6].tolist() == [0, 0, 0, 0, 1, 2]
    assert 2 < soft[6] < 9
    assert near_zero(np.zeros(3)).tolist() == [0, 0, 0]


def test_outliers_are_lowered() -> None:
    """High costs come nearer to the median in their order; the highest are equal."""
    costs = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 30.0, 1e9])
    lowered = softened(costs, costs == 0)
    assert lowered.values[:5].tolist() == [0, 1, 2, 3, 4]
    assert 4 < lowered.values[5] < 6 < lowered.values[6] < 8 < lowered.values[7] < 30
    assert lowered.values[8] == lowered.values[7]
    back = [lowered.undone(float(each)) for each in lowered.values]
    assert back == pytest.approx([0, 1, 2, 3, 4, 6, 8, 24, 24])


def test_costs_of_other_searches_do_not_hide_how_own_ones_differ() -> None:
    """Own costs become the same targets whatever the others are, which come within their range."""
    own, others = np.array([1.0, 3.0, 2.0, 9.0]), np.array([-1e9, 1e9, 2.5])
    front = np.array([True, False, False, False])
    low = softened(own, front)
    both = np.concatenate([own, others])
    soft = softened(both, np.concatenate([front, np.zeros(3, bool)]), 4)
    assert np.array_equal(soft.values[:4], low.values)
    assert soft.values[4:].tolist() == [-1.0, low.values.max(), 2.5]
    alone, found = standardised(low.values), standardised(soft.values, 4)
    assert np.array_equal(found.values[:4], alone.values)
    assert found.values[4] < alone.values.min() < found.values[6] < found.values[5]
    assert np.abs(found.values).max() < 3
