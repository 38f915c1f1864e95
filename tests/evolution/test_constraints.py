import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_ndtr

from neuroevo.evolution import Constraint, Individual, front_of, violation_of
from neuroevo.evolution.constraints import excesses_of
from neuroevo.evolution.front import front_numbers, nondominated
from neuroevo.evolution.kriging import Prediction, log_feasibility
from neuroevo.evolution.operators import crowded_ranks, survivors
from neuroevo.kernel.kriging import arrays
from neuroevo.space import Genome

Point = tuple[tuple[float, float], float]
POINTS = st.lists(
    st.tuples(
        st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from([0.0, 1.0, 2.0])),
        st.sampled_from([0.0, 0.0, 0.5, 2.0]),
    ),
    min_size=1,
    max_size=12,
)


def dominates(one: Point, other: Point) -> bool:
    """Compare two points by the definition of Deb et al. 2002."""
    (costs, violation), (others, other_violation) = one, other
    if violation != other_violation:
        return violation < other_violation
    return all(map(float.__le__, costs, others)) and costs != others


def test_an_excess_is_relative_to_the_bound() -> None:
    """At the bound it is 0; on a log scale it counts factors of ten; NaN stays NaN."""
    assert Constraint("size", most=100.0).excesses(150.0) == (0.5,)
    assert Constraint("size", least=10.0, most=100.0).excesses(100.0) == (-9.0, 0.0)
    assert Constraint("size", most=0.0).excesses(-3.0) == (-3.0,)
    assert Constraint("mse", most=0.01, logarithmic=True).excesses(0.1) == (1.0,)
    assert Constraint("mse", least=0.01, logarithmic=True).excesses(0.1) == (-1.0,)
    assert math.isnan(Constraint("size", most=1.0).excesses(math.inf)[0])
    assert Constraint("size", most=1e-300).excesses(1e300) == (1e300,)


def test_violations_are_added_and_missing_quantities_are_infinite() -> None:
    """What is kept with room to spare makes up for nothing."""
    both = [Constraint("a", most=1.0), Constraint("b", least=2.0)]
    assert violation_of(excesses_of(both, {"a": 1.5, "b": 1.0})) == 1.0
    assert violation_of(excesses_of(both, {"a": 1.5, "b": 100.0})) == 0.5
    assert violation_of(excesses_of(both, {"a": 0.0})) == math.inf


def test_constraints_are_described() -> None:
    """One bound or two, in the order of reading."""
    assert str(Constraint("final_mse", most=0.1, label="final MSE")) == "final MSE ≤ 0.1"
    assert str(Constraint("peak_memory", most=0.1)) == "peak memory ≤ 0.1"
    assert str(Constraint("parameters", least=3)) == "parameters ≥ 3"
    assert str(Constraint("parameters", least=3, most=100)) == "3 ≤ parameters ≤ 100"


@given(POINTS)
def test_the_front_is_that_of_a_naive_comparison(points: list[Point]) -> None:
    """A point is on it if no other dominates it; of equal points, the first."""
    expected = [
        not any(dominates(other, point) for other in points) and point not in points[:place]
        for place, point in enumerate(points)
    ]
    found = nondominated([costs for costs, _ in points], [broken for _, broken in points])
    assert found.tolist() == expected


@given(POINTS, st.integers(0, 12))
def test_a_front_in_parts_is_the_same(points: list[Point], cut: int) -> None:
    """Whether points come at once or in two parts changes nothing."""
    members = list(enumerate(points))

    def front(some: list[tuple[int, Point]]) -> list[tuple[int, Point]]:
        return front_of(some, lambda each: each[1][0], lambda each: each[1][1])

    assert front([*front(members[:cut]), *members[cut:]]) == front(members)


@given(POINTS, st.integers(1, 12))
def test_a_feasible_point_never_loses_to_an_infeasible_one(points: list[Point], count: int) -> None:
    """In fronts, ranks and survival feasible points come first, then lower violations."""
    costs, violations = [each[0] for each in points], [each[1] for each in points]
    numbers, ranks = front_numbers(costs, violations), crowded_ranks(costs, violations)
    chosen = survivors(costs, count, violations)
    assert len(set(chosen)) == len(chosen) == min(count, len(points))
    for one in range(len(points)):
        for other in range(len(points)):
            nearer = violations[one] < violations[other]
            if nearer or (not violations[one] and dominates(points[one], points[other])):
                assert numbers[one] < numbers[other]
                assert ranks[one].rank < ranks[other].rank
            if nearer and other in chosen:
                assert one in chosen
    failed = survivors([*costs, None], count, [*violations, math.inf])
    assert failed == [*chosen, *[len(points)] * (count > len(points))]


def test_an_individual_with_an_unknown_excess_has_failed() -> None:
    """It is not feasible, and infinitely far from it."""
    genome = Genome({"x": 1})
    assert Individual(0, genome, (1.0,), (-1.0, 0.0)).feasible
    broken, failed = (Individual(0, genome, (1.0,), (0.5, each)) for each in (-1.0, math.nan))
    assert (broken.violation, broken.failed) == (0.5, False)
    assert (failed.violation, failed.failed) == (math.inf, True)


@pytest.mark.parametrize("z", [-40.0, -3.0, -0.5, 0.5, 3.0, 40.0])
def test_the_probability_of_a_bound_is_that_of_scipy(z: float) -> None:
    """Its logarithm is accurate where the probability itself would be 0."""
    mean, deviation = np.array([[2.0]]), np.array([[0.5]])
    rows = arrays.padded(np.concatenate([mean, deviation]), 1.0)
    found = log_feasibility([Prediction(rows, 1)], [2.0 + 0.5 * z])
    assert found[0] == pytest.approx(log_ndtr(z), rel=1e-9, abs=1e-15)
