import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuroevo.errors import UsageError
from neuroevo.evolution import costs_of, hypervolume
from neuroevo.evolution.front import front_numbers, front_of, nondominated

GRID = st.integers(0, 4).map(float)


def points(objectives: int) -> st.SearchStrategy[list[tuple[float, ...]]]:
    """Points of few different numbers, so that there are many ties."""
    return st.lists(st.tuples(*[GRID] * objectives), max_size=15)


@given(st.integers(1, 4).flatmap(points))
def test_nondominated_agrees_with_comparing_all_pairs(rows: list[tuple[float, ...]]) -> None:
    """A point is kept if none dominates it and no equal one comes before it."""
    expected = [
        not any(
            all(x <= y for x, y in zip(other, row, strict=True)) and (other != row or j < i)
            for j, other in enumerate(rows)
            if j != i
        )
        for i, row in enumerate(rows)
    ]
    assert nondominated(rows).tolist() == expected


@given(st.lists(points(2), max_size=4))
def test_a_front_updated_in_batches_is_the_front_of_all(
    batches: list[list[tuple[float, ...]]],
) -> None:
    """Updated in batches or at once, the same members are kept, sorted, the first of equals."""
    everything = [row for batch in batches for row in batch]
    members, evaluated = list[int](), 0
    for batch in batches:
        newest = range(evaluated, evaluated + len(batch))
        members = front_of([*members, *newest], everything.__getitem__)
        evaluated += len(batch)
    assert members == front_of(range(evaluated), everything.__getitem__)
    assert [everything[each] for each in members] == sorted(everything[each] for each in members)


def test_a_failure_is_never_on_the_front() -> None:
    """NaN, infinite and too large numbers are skipped, also if there are no others."""
    rows = [(math.nan, 0.0), (0.0, -math.inf), (0.0, -1e301)]
    assert front_of(rows, costs_of) == []
    assert front_of([*rows, (5.0, 5.0)], costs_of) == [(5.0, 5.0)]


@given(points(2))
def test_the_hypervolume_of_two_objectives_is_an_area(rows: list[tuple[float, ...]]) -> None:
    """It equals the number of unit squares that some point dominates."""
    squares = sum(any(x <= i and y <= j for x, y in rows) for i in range(4) for j in range(4))
    assert hypervolume(rows, (4, 4)) == squares


@pytest.mark.parametrize("objectives", [1, 3, 5])
def test_the_hypervolume_agrees_with_random_points(objectives: int) -> None:
    """It equals the share of random points of the unit cube that are dominated."""
    rng = np.random.default_rng(objectives)
    rows, darts = rng.random((8, objectives)), rng.random((40_000, objectives))
    hit = np.any(np.all(rows[:, None, :] <= darts[None, :, :], axis=2), axis=0)
    assert hypervolume(rows, np.ones(objectives)) == pytest.approx(hit.mean(), abs=0.01)


def test_the_hypervolume_skips_points_that_are_not_better_or_not_finite() -> None:
    """Points beyond the reference, failures and empty lists add nothing."""
    assert hypervolume([], (1, 1)) == 0
    assert hypervolume([(2.0, 0.0), (math.nan, 0.0), (0.0, -math.inf)], (1, 1)) == 0
    assert hypervolume([(0.5, 0.5), (math.nan, 0.0)], (1, 1)) == 0.25


def test_the_hypervolume_refuses_shapes_that_do_not_match() -> None:
    """Points and reference must have the same objectives, and the reference must be finite."""
    with pytest.raises(UsageError, match="points: must have the shape"):
        hypervolume([(1.0, 2.0, 3.0)], (1, 1))
    with pytest.raises(UsageError, match="reference: must be finite"):
        hypervolume([(1.0, 2.0)], (1, math.inf))


@given(
    st.sampled_from([2, 3]).flatmap(
        lambda count: arrays(float, (12, count), elements=st.integers(0, 4).map(float))
    )
)
def test_front_numbers_count_the_fronts_before(costs: np.ndarray) -> None:
    """They equal peeling off the points that no other dominates."""
    expected, left, number = np.zeros(len(costs)), list(range(len(costs))), 0
    while left:
        front = [
            one
            for one in left
            if not any(
                (costs[other] <= costs[one]).all() and (costs[other] < costs[one]).any()
                for other in left
                if other != one
            )
        ]
        expected[front] = number
        left, number = [each for each in left if each not in front], number + 1
    assert front_numbers(costs).tolist() == expected.tolist()
