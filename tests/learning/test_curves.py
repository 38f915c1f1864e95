"""The points of learning curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.learning.curves import FEWEST_POINTS, points_within, samples_seen


@given(st.integers(1, 1_000_000), st.integers(1, 200))
def test_a_limited_curve_has_points_of_the_full_one(budget: int, most: int) -> None:
    """It has as many as allowed, ends at the budget, and leaves out as many everywhere."""
    full, limited = samples_seen(budget), samples_seen(budget, most)
    assert len(limited) == min(most, len(full))
    assert limited[-1] == budget
    assert set(limited) <= set(full)
    steps = np.diff(np.searchsorted(full, limited))
    assert len(steps) == 0 or steps.max() - steps.min() <= 1


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("rows", [10, 400, 100_000])
def test_validation_takes_at_most_its_share(share: float, rows: int) -> None:
    """A validation sample costs a third of a training sample; there are at least 20 points."""
    budget = 20_000
    points = len(samples_seen(budget, points_within(share, budget, rows)))
    validation = points * rows / 3
    assert points == FEWEST_POINTS or validation / (validation + budget) <= share
    assert points >= FEWEST_POINTS


def test_without_a_limit_a_curve_has_all_points() -> None:
    """A share of 1 leaves no point out."""
    assert points_within(1.0, 20_000, 400) is None
    assert len(samples_seen(20_000)) == 77
