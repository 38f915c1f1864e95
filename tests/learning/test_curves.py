"""The points of learning curves."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.learning.curves import (
    FEWEST_POINTS,
    FEWEST_ROWS,
    counted_points,
    points_within,
    rows_within,
    samples_seen,
)


@given(st.integers(1, 1_000_000), st.integers(1, 200))
def test_a_limited_curve_has_points_of_the_full_one(budget: int, most: int) -> None:
    """It has as many as allowed, ends at the budget, and leaves out as many everywhere."""
    full, limited = samples_seen(budget), samples_seen(budget, most)
    assert len(limited) == min(most, len(full))
    assert limited[-1] == budget
    assert set(limited) <= set(full)
    steps = np.diff(np.searchsorted(full, limited))
    assert len(steps) == 0 or steps.max() - steps.min() <= 1


@given(st.integers(1, 100_000), st.integers(1, 100), st.integers(1, 1000))
def test_a_point_counts_for_those_that_were_left_out(budget: int, most: int, batch: int) -> None:
    """At each point of a limited curve as many have been counted as of the full one."""
    full, limited = samples_seen(budget), samples_seen(budget, most)
    counted = np.cumsum(counted_points(full, budget, batch))
    places = np.searchsorted(full, limited)
    assert np.cumsum(counted_points(limited, budget, batch)).tolist() == counted[places].tolist()


@given(st.integers(1, 100_000), st.integers(1, 1000))
def test_points_after_an_update_count(budget: int, batch: int) -> None:
    """A point of a full curve counts once if an update came after the point before, else not."""
    points = samples_seen(budget).tolist()
    ends = [*range(batch, budget, batch), budget]  # of the batches
    expected = [
        int(any(before < end <= point for end in ends)) for before, point in pairwise([0, *points])
    ]
    assert counted_points(np.array(points), budget, batch).tolist() == expected


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("rows", [10, 400, 100_000])
@pytest.mark.parametrize("budget", [20_000, 2_000_000])
def test_validation_takes_at_most_its_share(share: float, rows: int, budget: int) -> None:
    """At a third of the cost of a training sample, but for 20 points of 1,000 rows at least."""
    used = rows_within(share, budget, rows)
    points = len(samples_seen(budget, points_within(share, budget, used)))
    validation = points * used / 3
    fewest = (FEWEST_POINTS, min(rows, FEWEST_ROWS))
    assert (points, used) == fewest or validation / (validation + budget) <= share
    assert points >= FEWEST_POINTS
    assert min(rows, FEWEST_ROWS) <= used <= rows


def test_without_a_limit_a_curve_has_all_points() -> None:
    """A share of 1 leaves no point out."""
    assert points_within(1.0, 20_000, 400) is None
    assert rows_within(1.0, 20_000, 1_000_000) == 1_000_000
    assert len(samples_seen(20_000)) == 77
