"""Objectives against numbers computed by hand, and their properties."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import r2_score

from neuroevo.evaluation import OBJECTIVES
from neuroevo.evaluation.objectives import LearningCurves, median, scored
from neuroevo.learning import (
    Architecture,
    DataSet,
    Network,
    Precision,
    TrainingSettings,
    samples_seen,
)
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

BUDGET = 1000


def curves(*mse: list[float], seen: list[int] | None = None) -> LearningCurves:
    """Make the learning curves of some replicates for a target of 1e-3."""
    points = samples_seen(BUDGET) if seen is None else np.array(seen)
    return LearningCurves(points, np.array(mse), 1e-3, 26, np.full(len(mse), 0.5))


def value(name: str, learning: LearningCurves, reduction: str = "median") -> float:
    """Compute one objective of some curves."""
    return scored(learning, OBJECTIVES[name], reduction)[0]


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


def test_r2_is_the_explained_share_of_the_variance() -> None:
    """It is 1 - MSE / variance, negative for a network worse than the mean; more is better."""
    item = OBJECTIVES["r2"]
    assert value("r2", curves([1.0, 0.05], seen=[1, 10])) == 0.9
    assert value("r2", curves([1.0, 2.0], seen=[1, 10])) == -3
    assert item.fitness(0.9) < item.fitness(0.5) < item.fitness(-3)
    assert (item.best_of([0.5, math.nan, 0.9]), item.best) == (0.9, "highest")
    assert item.cost(item.cost(0.9)) == 0.9


@pytest.mark.parametrize("weighs", [False, True])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_r2_is_that_of_scikit_learn(precision: Precision, data: DataSet, *, weighs: bool) -> None:
    """Of what trained networks predict, it is `r2_score` with weights by variance."""
    weights = np.arange(float(len(data.validation_inputs))) if weighs else None
    stretched = replace(
        data,
        validation_targets=data.validation_targets * [1, 3] + 2,
        validation_weights=weights,
    )
    settings = TrainingSettings(samples=200, precision=precision)
    stream = sample_stream(stretched, settings, (0, 0))
    architecture = Architecture(inputs=2, hidden=(6,), outputs=2, activation="tanh")
    trained = train(architecture, [Lane(lane, 0.05) for lane in range(4)], stream)
    variance = np.full(4, stream.target_variance)
    learning = LearningCurves(
        stream.samples_seen, trained.curves.astype(np.float64), 1e-3, 26, variance
    )
    for parameters, ours in zip(trained.parameters, OBJECTIVES["r2"].scores(learning), strict=True):
        predicted = Network(architecture, parameters).predict(stretched.validation_inputs)
        theirs = r2_score(
            stretched.validation_targets,
            predicted,
            sample_weight=weights,
            multioutput="variance_weighted",
        )
        tolerance = 1e-6 if precision == "float32" else 1e-12
        assert ours == pytest.approx(theirs, rel=tolerance, abs=tolerance)


def test_constant_targets_have_no_variance(data: DataSet) -> None:
    """Targets that are all the same have the variance 0, without any rounding error."""
    constant = replace(data, validation_targets=np.full_like(data.validation_targets, 0.1))
    assert sample_stream(constant, TrainingSettings(), (0, 0)).target_variance == 0


def test_r2_of_constant_targets_is_nought() -> None:
    """Without variance to explain it is 0, unless the network diverged."""
    constant = replace(curves([0.1], [1e-9], seen=[10]), target_variance=np.zeros(1))
    assert value("r2", constant, "worst") == value("r2", constant, "best") == 0
    assert math.isnan(value("r2", replace(constant, mse=np.array([[math.inf]]))))


@pytest.mark.parametrize("variance", [0.0, 0.5])
def test_too_many_diverged_replicates_have_no_r2(variance: float) -> None:
    """Diverged replicates are the worst ones: the best one counts as long as it is finite."""
    learning = curves([0.05], [math.inf], [math.inf], seen=[10])
    learning = replace(learning, target_variance=np.full(3, variance))
    assert math.isnan(value("r2", learning))
    assert math.isnan(value("r2", learning, "worst"))
    assert value("r2", learning, "best") == (0.9 if variance else 0)


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
    """Each reduction computes the number of its name, from the best to the worst value."""
    learning = curves([0.1], [0.2], [0.4], [0.7], seen=[1000])
    assert value("final_mse", learning, reduction) == pytest.approx(expected, rel=1e-6)
    assert value("r2", learning, reduction) == pytest.approx(1 - expected / 0.5, rel=1e-5)


def test_too_many_diverged_replicates_give_no_value() -> None:
    """The median is finite if fewer than half of the replicates have diverged, else NaN."""
    finite, diverged = [0.5, 0.1], [0.5, math.inf]
    assert value("final_mse", curves(finite, finite, diverged, seen=[1, 10])) == pytest.approx(0.1)
    assert math.isnan(value("final_mse", curves(finite, diverged, diverged, seen=[1, 10])))


positive = st.floats(1e-12, 1e6)


@given(st.lists(positive, min_size=2, max_size=2), positive)
def test_a_lower_curve_is_never_worse(mse: list[float], lower: float) -> None:
    """Lowering a point of a curve makes no objective of it worse."""
    better = [mse[0], min(mse[1], lower)]
    for name in OBJECTIVES:
        if OBJECTIVES[name].of_classes:
            continue
        before, after = (
            OBJECTIVES[name].cost(value(name, curves(each, seen=[1, 1000])))
            for each in (mse, better)
        )
        assert after <= before + 1e-9 * abs(before)


@given(st.integers(1, 1_000_000))
def test_the_points_of_learning_curves(budget: int) -> None:
    """Points are ascending, include 1 to 12 and the budget, and have no gap above 13%."""
    points = samples_seen(budget)
    assert points[-1] == budget
    assert (np.diff(points) > 0).all()
    assert points[: min(budget, 12)].tolist() == list(range(1, min(budget, 12) + 1))
    assert (points[12:] <= np.ceil(points[11:-1] * 1.13)).all()


@given(
    arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(1, 9), st.integers(1, 4)),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=False) | st.just(np.inf),
    )
)
def test_median_is_that_of_numpy_to_the_bit(values: npt.NDArray[np.floating]) -> None:
    """Over any number of replicates, with diverged and missing values, in both precisions."""
    with np.errstate(over="ignore", invalid="ignore"):
        ours, theirs = median(values), np.median(values, axis=0)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)
