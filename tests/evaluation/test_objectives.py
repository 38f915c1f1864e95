"""Objectives against numbers computed by hand, and their properties."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.objectives import LearningCurves, score
from neuroevo.learning import samples_seen

BUDGET = 1000


def curves(*mse: list[float], seen: list[int] | None = None) -> LearningCurves:
    """Make the learning curves of some replicates for a target of 1e-3."""
    points = samples_seen(BUDGET) if seen is None else np.array(seen)
    return LearningCurves(points, np.array(mse), 1e-3, 26)


def value(name: str, learning: LearningCurves, reduction: str = "median") -> float:
    """Compute one objective of some curves."""
    return score(learning, OBJECTIVES[name], reduction)


def test_final_mse_is_the_last_point() -> None:
    """The final MSE is the last error of the learning curve."""
    assert value("final_mse", curves([1.0, 0.25], seen=[1, 10])) == 0.25


def test_samples_to_target_is_interpolated_on_the_log_curve() -> None:
    """A curve that falls from 1e-2 at 10 samples to 1e-4 at 1000 crosses 1e-3 at 100."""
    learning = curves([1.0, 1e-2, 1e-4], seen=[1, 10, 1000])
    assert value("samples_to_target", learning) == pytest.approx(100, rel=1e-5)


def test_samples_to_target_of_a_first_point_at_the_target() -> None:
    """A network that reaches the target with the first sample took one sample."""
    assert value("samples_to_target", curves([1e-4, 1e-4], seen=[1, 10])) == 1


def test_samples_to_target_grows_with_the_final_mse_beyond_the_budget() -> None:
    """If the target is not reached, the budget is multiplied by 1 + the missing decades."""
    learning = curves([1.0, 1e-1], seen=[1, 1000])
    assert value("samples_to_target", learning) == pytest.approx(1000 * (1 + 2), rel=1e-6)


def test_diverged_networks_have_no_samples_to_target() -> None:
    """A network that diverged at its first sample has no samples to target."""
    learning = curves([math.inf, math.inf], seen=[1, 1000])
    assert math.isnan(value("samples_to_target", learning))


def test_curve_area_is_the_mean_height_on_the_log_curve() -> None:
    """A curve that falls by two decades over two decades of samples has the mean -1."""
    assert value("curve_area", curves([1.0, 1e-2], seen=[1, 100])) == pytest.approx(-1)


def test_parameters_is_the_number_of_parameters() -> None:
    """The objective is the number of trained parameters."""
    assert value("parameters", curves([1.0, 0.1], seen=[1, 10])) == 26


@pytest.mark.parametrize("name", ["error_rate", "log_loss", "balanced_error"])
def test_class_objectives_are_the_last_points(name: str) -> None:
    """Each is the last point of the curve of its own name."""
    measures = {"error_rate": 0.1, "log_loss": 0.2, "balanced_error": 0.3}
    rows = {measure: np.array([[1.0, number]]) for measure, number in measures.items()}
    learning = replace(curves([1.0, 0.5], seen=[1, 10]), class_curves=rows)
    assert value(name, learning) == measures[name]
    assert OBJECTIVES[name].fitness(0.1) == (-1 if name == "log_loss" else 0.1)
    diverged = {measure: np.full((1, 2), math.inf) for measure in measures}
    assert math.isnan(value(name, replace(learning, class_curves=diverged)))


@pytest.mark.parametrize(
    ("reduction", "expected"), [("median", 0.3), ("mean", 0.35), ("best", 0.1), ("worst", 0.7)]
)
def test_reductions(reduction: str, expected: float) -> None:
    """Each reduction computes the number of its name."""
    learning = curves([0.1], [0.2], [0.4], [0.7], seen=[1000])
    assert value("final_mse", learning, reduction) == pytest.approx(expected, rel=1e-6)


def test_too_many_diverged_replicates_give_no_value() -> None:
    """The median is finite if fewer than half of the replicates have diverged, else NaN."""
    finite, diverged = [0.5, 0.1], [0.5, math.inf]
    assert value("final_mse", curves(finite, finite, diverged, seen=[1, 10])) == pytest.approx(0.1)
    assert math.isnan(value("final_mse", curves(finite, diverged, diverged, seen=[1, 10])))


positive = st.floats(1e-12, 1e6)


@given(st.lists(positive, min_size=2, max_size=2), positive)
def test_a_lower_curve_is_never_worse(mse: list[float], lower: float) -> None:
    """Lowering a point of a curve makes no objective of it larger."""
    better = [mse[0], min(mse[1], lower)]
    for name in OBJECTIVES:
        if OBJECTIVES[name].of_classes:
            continue
        before, after = (value(name, curves(each, seen=[1, 1000])) for each in (mse, better))
        assert after <= before + 1e-9 * abs(before)


@given(st.integers(1, 1_000_000))
def test_the_points_of_learning_curves(budget: int) -> None:
    """Points are ascending, include 1 to 12 and the budget, and have no gap above 13%."""
    points = samples_seen(budget)
    assert points[-1] == budget
    assert (np.diff(points) > 0).all()
    assert points[: min(budget, 12)].tolist() == list(range(1, min(budget, 12) + 1))
    assert (points[12:] <= np.ceil(points[11:-1] * 1.13)).all()
