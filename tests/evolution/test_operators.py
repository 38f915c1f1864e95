from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evolution.operators import CrowdedRank, crowded_ranks, survivors, tournament

Costs = tuple[float, ...]


def dominates(a: Costs, b: Costs) -> bool:
    """Whether a is nowhere worse than b and somewhere better."""
    return all(x <= y for x, y in zip(a, b, strict=True)) and a != b


def naive_ranks(costs: list[Costs]) -> list[int]:
    """Find front after front by comparing all pairs."""
    ranks: dict[int, int] = {}
    while len(ranks) < len(costs):
        left = [index for index in range(len(costs)) if index not in ranks]
        front = [i for i in left if not any(dominates(costs[j], costs[i]) for j in left)]
        ranks.update(dict.fromkeys(front, max(ranks.values(), default=-1) + 1))
    return [ranks[index] for index in range(len(costs))]


@st.composite
def populations(draw: st.DrawFn) -> list[Costs | None]:
    """Draw costs with many ties, some very large or small, some failed."""
    objectives = draw(st.integers(1, 4))
    number = st.one_of(st.integers(0, 3).map(float), st.floats(-1e300, 1e300))
    row = st.tuples(*[number] * objectives)
    return draw(st.lists(st.one_of(row, row, row, st.none()), max_size=20))


@given(populations())
def test_ranks_are_those_of_a_naive_sort(costs: list[Costs | None]) -> None:
    """Ranks are those of comparing all pairs; failed candidates come last."""
    valid = [cost for cost in costs if cost is not None]
    expected = iter(naive_ranks(valid))
    ranks = [each.rank for each in crowded_ranks(costs)]
    last = max(naive_ranks(valid), default=-1) + 1
    assert ranks == [last if cost is None else next(expected) for cost in costs]


@given(populations(), st.integers(0, 25))
def test_whole_fronts_survive_and_failures_come_last(costs: list[Costs | None], count: int) -> None:
    """As many survive as asked, none twice, and no survivor ranks below one that does not."""
    chosen = survivors(costs, count)
    assert len(chosen) == len(set(chosen)) == min(count, len(costs))
    ranks = [each.rank for each in crowded_ranks(costs)]
    left = set(range(len(costs))) - set(chosen)
    assert all(ranks[a] <= ranks[b] for a in chosen for b in left)
    assert all(ranks[a] <= ranks[b] for a, b in pairwise(chosen))


@given(
    st.lists(
        st.tuples(st.integers(0, 9).map(float), st.integers(0, 9).map(float)),
        min_size=1,
        max_size=12,
        unique=True,
    )
)
def test_crowding_is_the_distance_between_the_neighbours(costs: list[Costs]) -> None:
    """On each front it is infinite at the ends, and Deb's formula elsewhere."""
    ranks = naive_ranks(costs)
    for index, ranked in enumerate(crowded_ranks(costs)):
        front = sorted(
            cost for cost, rank in zip(costs, ranks, strict=True) if rank == ranks[index]
        )
        place = front.index(costs[index])
        if place in {0, len(front) - 1}:
            assert ranked.crowding == np.inf
            continue
        spans = [abs(front[-1][k] - front[0][k]) for k in (0, 1)]
        gaps = [abs(front[place + 1][k] - front[place - 1][k]) for k in (0, 1)]
        expected = sum(gap / span / 2 for gap, span in zip(gaps, spans, strict=True))
        assert ranked.crowding == pytest.approx(expected)


def test_of_equals_the_first_survive() -> None:
    """With equal costs the order of the candidates decides, also for one objective."""
    assert sorted(survivors([(1.0,)] * 4, 2)) != [2, 3]
    assert survivors([(2.0,), (1.0,), None, (1.0,)], 3)[:2] in ([1, 3], [3, 1])


def test_the_better_of_two_becomes_a_parent() -> None:
    """The lower rank is chosen, then the larger crowding distance."""
    ranks = [
        CrowdedRank(0, 1.0),
        CrowdedRank(0, np.inf),
        CrowdedRank(1, np.inf),
        CrowdedRank(2, 0.0),
    ]
    rng = np.random.default_rng(0)
    wins = np.bincount([tournament(ranks, rng) for _ in range(8000)], minlength=4) / 8000
    assert np.allclose(wins, [5 / 16, 7 / 16, 3 / 16, 1 / 16], atol=0.02)
