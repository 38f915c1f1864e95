"""Test scores equal scikit-learn's, and their intervals cover what they should."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn import config_context, metrics

from neuroevo.evaluation.diagnosis import MOST_PERMUTED, calibration, confusion, importance
from neuroevo.evaluation.scores import Resampling, Targets, scores_of
from neuroevo.report.held_out_texts import LEAST_UNITS

Array = npt.NDArray[np.float64]


def regression(samples: int, outputs: int, noise: float = 0.5) -> tuple[Targets, Array]:
    """Draw targets of a regression in units of 3, and predictions of them."""
    random = np.random.default_rng(1)
    values = random.normal(size=(samples, outputs))
    predicted = values + random.normal(scale=noise, size=values.shape)
    return Targets(values, is_classes=False, scale=3.0), predicted


def weights_of(samples: int) -> Array:
    """Draw weights, some of them 0."""
    return np.random.default_rng(3).integers(0, 4, samples) / 2


def classes(samples: int, count: int) -> tuple[Targets, Array]:
    """Draw classes, the last ones rare, and probabilities that favour the true ones."""
    random = np.random.default_rng(2)
    labels = np.minimum(random.geometric(0.4, size=samples) - 1, count - 1)
    raw = random.normal(size=(samples, count)) + 1.5 * np.eye(count)[labels]
    exponentials = np.exp(raw)
    return (
        Targets(np.eye(count)[labels], is_classes=True),
        exponentials / exponentials.sum(axis=1, keepdims=True),
    )


@pytest.mark.parametrize("weighs", [False, True])
@pytest.mark.parametrize("samples", [7, 5003])
def test_scores_of_a_regression_are_those_of_scikit_learn(samples: int, *, weighs: bool) -> None:
    """R², RMSE and MAE equal scikit-learn's, the last two in the unit of the target."""
    targets, predicted = regression(samples, 1)
    weights = weights_of(samples) if weighs else None
    raw, wanted = predicted * 3, targets.values * 3
    assert scores_of(replace(targets, weights=weights), predicted) == pytest.approx(
        {
            "r2": metrics.r2_score(wanted, raw, sample_weight=weights),
            "rmse": metrics.root_mean_squared_error(wanted, raw, sample_weight=weights),
            "mae": metrics.mean_absolute_error(wanted, raw, sample_weight=weights),
        },
        rel=1e-5,
    )


def test_r2_of_several_targets_is_weighted_by_variance() -> None:
    """Several targets have no common unit, but an R²."""
    targets, predicted = regression(50, 3)
    expected = metrics.r2_score(targets.values, predicted, multioutput="variance_weighted")
    assert scores_of(targets, predicted) == pytest.approx({"r2": expected}, rel=1e-5)


@pytest.mark.parametrize("weighs", [False, True])
@pytest.mark.parametrize("count", [2, 5])
def test_scores_of_classes_are_those_of_scikit_learn(count: int, *, weighs: bool) -> None:
    """Accuracy, balanced accuracy, log loss and ROC AUC equal scikit-learn's."""
    targets, outputs = classes(300, count)
    weights = weights_of(300) if weighs else None
    labels, predicted = targets.values.argmax(axis=1), outputs.argmax(axis=1)
    given: dict[str, Any] = {"sample_weight": weights}
    assert scores_of(replace(targets, weights=weights), outputs) == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(labels, predicted, **given),
            "balanced_accuracy": metrics.balanced_accuracy_score(labels, predicted, **given),
            "log_loss": metrics.log_loss(labels, outputs, labels=range(count), **given),
            "roc_auc": metrics.roc_auc_score(
                labels, outputs[:, 1] if count == 2 else outputs, multi_class="ovr", **given
            ),
        },
        rel=1e-5,
    )
    assert np.array_equal(confusion(targets, outputs), metrics.confusion_matrix(labels, predicted))


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_classes_that_do_not_occur_are_not_balanced() -> None:
    """Balanced accuracy is the mean over the classes that occur, as scikit-learn's."""
    targets, outputs = classes(300, 4)
    occurring = targets.values.argmax(axis=1) != 3
    some = Targets(targets.values[occurring], is_classes=True)
    labels, predicted = some.values.argmax(axis=1), outputs[occurring].argmax(axis=1)
    assert 3 in predicted
    expected = metrics.balanced_accuracy_score(labels, predicted)
    found = scores_of(some, outputs[occurring])["balanced_accuracy"]
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("digits", [1, 15])
def test_equal_outputs_count_a_half_in_roc_auc(digits: int) -> None:
    """Also where many outputs are the same, it is that of scikit-learn."""
    targets, outputs = classes(200, 2)
    shares = np.round(outputs[:, 1], digits)
    found = scores_of(targets, np.column_stack([1 - shares, shares]))["roc_auc"]
    expected = metrics.roc_auc_score(targets.values.argmax(axis=1), shares)
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("samples", [60, 3000])
def test_intervals_of_roc_auc_are_those_of_drawn_rows(samples: int) -> None:
    """A naive twin draws rows and lets scikit-learn score them; the width is the same to 10%."""
    targets, outputs = classes(samples, 2)
    labels, random = targets.values.argmax(axis=1), np.random.default_rng(5)
    found = Resampling(samples, (3,)).scores(targets, outputs[np.newaxis])["roc_auc"]
    with config_context(assume_finite=True, skip_parameter_validation=True):
        drawn = [
            metrics.roc_auc_score(labels[rows], outputs[rows, 1])
            for rows in random.integers(0, samples, (1000, samples))
        ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    assert found.high - found.low == pytest.approx(high - low, rel=0.1)
    assert found.low < found.value < found.high <= 1


def test_a_model_that_ranks_all_rightly_has_the_area_1() -> None:
    """Value and interval are 1; a class alone has no area."""
    targets, _ = classes(30, 3)
    found = Resampling(30, (0,)).scores(targets, targets.values[np.newaxis])["roc_auc"]
    assert (found.value, found.low, found.high) == (1, 1, 1)
    alone = Targets(np.tile([1.0, 0.0], (9, 1)), is_classes=True)
    assert "roc_auc" not in scores_of(alone, np.full((9, 2), 0.5))


def test_undefined_scores_are_left_out() -> None:
    """R² is not defined if all targets are equal; the other scores are."""
    targets = Targets(np.ones((4, 1)), is_classes=False)
    outputs = np.zeros((4, 1))
    assert set(scores_of(targets, outputs)) == {"rmse", "mae"}
    assert set(Resampling(4, (0,)).scores(targets, outputs[np.newaxis])) == {"rmse", "mae"}


@pytest.mark.parametrize("offset", [0, 1e7, -1e9])
def test_r2_does_not_depend_on_the_origin(offset: float) -> None:
    """Targets far from zero lose no digits."""
    targets, predicted = regression(50, 1)
    moved = Targets(targets.values + offset, is_classes=False)
    found = scores_of(moved, predicted + offset)["r2"]
    assert found == pytest.approx(scores_of(targets, predicted)["r2"], rel=1e-4)


@pytest.mark.parametrize("samples", [2, 3, 5])
def test_resamples_of_equal_targets_have_no_r2(samples: int) -> None:
    """Intervals of few rows are wide, but no rounding error."""
    targets, predicted = regression(samples, 1)
    found = Resampling(samples, (0,)).scores(targets, predicted[np.newaxis])
    assert "r2" not in found or found["r2"].low > -1e4


@pytest.mark.parametrize("draw", [lambda: regression(60, 1), lambda: classes(60, 3)])
def test_differences_are_those_of_the_same_bootstrap_samples(
    draw: Callable[[], tuple[Targets, Any]],
) -> None:
    """A naive twin draws rows, scores both models on them, and subtracts."""
    targets, one = draw()
    other = one * 0.9 + 0.05
    resampling = Resampling(60, (4,))
    ours, theirs = (resampling.resampled(targets, each[np.newaxis]) for each in (one, other))
    found = ours.differences(theirs)
    drawn = [np.repeat(np.arange(60), counts.astype(int)) for counts in resampling._counts]  # noqa: SLF001 - the same draws
    scored = [
        [scores_of(_rows(targets, rows), outputs[rows]) for outputs in (one, other)]
        for rows in (resampling._groups.argsort()[each] for each in drawn)  # noqa: SLF001 - as above
    ]
    for name, difference in found.items():
        values = [first[name] - second[name] for first, second in scored]
        low, high = np.percentile(values, [2.5, 97.5])
        whole = scores_of(targets, one)[name] - scores_of(targets, other)[name]
        bounds = (difference.value, difference.low, difference.high)
        assert bounds == pytest.approx((whole, low, high), rel=1e-3, abs=1e-5)
    assert {(each.low, each.high) for each in ours.differences(ours).values()} == {(0, 0)}


def false_differences(groups: int) -> float:
    """Return how often equally good models, whose errors share a part in each group, differ."""
    random, different, draws = np.random.default_rng(6), 0, 200
    members = np.repeat(np.arange(groups), 20)
    for draw in range(draws):
        values = random.normal(size=(len(members), 1))
        errors = random.normal(size=(2, groups, 1))[:, members]
        errors += 0.5 * random.normal(size=errors.shape)
        resampling = Resampling(len(members), (draw,), members)
        targets = Targets(values, is_classes=False)
        one, other = (resampling.resampled(targets, values + each / 2) for each in errors[:, None])
        difference = one.differences(other)["r2"]
        different += not difference.low <= 0 <= difference.high
    return different / draws


def test_with_few_groups_differences_by_chance_are_too_often_found() -> None:
    """The least number of groups for a verdict is one where it is seldom wrong."""
    assert false_differences(5) > 0.15 > false_differences(LEAST_UNITS)


def test_samples_of_a_group_are_drawn_together() -> None:
    """If rows of a group have the same error, the interval is that of as many groups as rows."""
    random = np.random.default_rng(5)
    errors = random.normal(size=12)
    few, many = errors[:, np.newaxis], np.repeat(errors, 50)[:, np.newaxis]
    alone, grouped, single = (
        resampling.scores(Targets(np.zeros_like(each), is_classes=False), each[np.newaxis])["mae"]
        for resampling, each in (
            (Resampling(12, (0,)), few),
            (Resampling(600, (0,), np.repeat(np.arange(12), 50)), many),
            (Resampling(600, (0,)), many),
        )
    )
    assert (grouped.value, grouped.low, grouped.high) == pytest.approx(
        (alone.value, alone.low, alone.high), rel=1e-5
    )
    assert single.high - single.low < 0.3 * (grouped.high - grouped.low)


def test_the_balanced_accuracy_of_a_constant_is_certain() -> None:
    """Bootstrap samples without the rare class tell nothing of it, and are left out."""
    targets = Targets(np.eye(2)[[1] * 3 + [0] * 57], is_classes=True)
    outputs = np.tile([0.9, 0.1], (60, 1))
    found = Resampling(60, (0,)).scores(targets, outputs[np.newaxis])["balanced_accuracy"]
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def _rows(targets: Targets, rows: npt.NDArray[np.int64]) -> Targets:
    return Targets(targets.values[rows], targets.is_classes, targets.scale)


@pytest.mark.parametrize("draw", [lambda: regression(40, 1), lambda: classes(40, 3)])
def test_a_score_is_the_mean_over_replicates(draw: Callable[[], tuple[Targets, Any]]) -> None:
    """The accuracy or MSE of several replicates is their mean, and lies inside its interval."""
    targets, outputs = draw()
    several = np.stack([outputs, outputs[::-1].copy(), outputs * 0.5])
    metric = "accuracy" if targets.is_classes else "mae"
    found = Resampling(40, (0,)).scores(targets, several)[metric]
    expected = np.mean([scores_of(targets, each)[metric] for each in several])
    assert found.value == pytest.approx(expected, rel=1e-5)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("samples", [100, 20_000])
def test_intervals_have_the_width_of_the_binomial_distribution(samples: int) -> None:
    """For one network, the interval of an accuracy has the width that theory gives."""
    random = np.random.default_rng(3)
    hits = random.random(samples) < 0.8
    outputs = np.where(hits[:, np.newaxis], [[0.9, 0.1]], [[0.1, 0.9]])
    targets = Targets(np.tile([1.0, 0.0], (samples, 1)), is_classes=True)
    found = Resampling(samples, (0,)).scores(targets, outputs[np.newaxis])["accuracy"]
    error = np.sqrt(hits.mean() * (1 - hits.mean()) / samples)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_intervals_grow_with_differences_between_replicates() -> None:
    """Replicates that differ give a wider interval than equal ones."""
    targets, predicted = regression(500, 1)
    equal, different = np.stack([predicted] * 4), np.stack([predicted * k for k in (0, 0.5, 1, 1)])
    resampling = Resampling(500, (0,))
    narrow, wide = (resampling.scores(targets, each)["r2"] for each in (equal, different))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_importance_finds_the_columns_that_matter() -> None:
    """A column that is not used has no importance; inputs of one column are permuted together."""
    random = np.random.default_rng(4)
    inputs = random.normal(size=(400, 4))
    values = inputs[:, :1] * 2 + inputs[:, 1:2] - inputs[:, 2:3]
    targets = Targets(values, is_classes=False)

    def predict(rows: Array) -> Array:
        return rows[:, :1] * 2 + rows[:, 1:2] - rows[:, 2:3]

    columns = [("a", [0]), ("b", [1, 2]), ("unused", [3])]
    found = importance(predict, inputs, targets, columns, random)
    assert [each.column for each in found] == ["a", "b", "unused"]
    assert found[-1].decrease == found[-1].low == found[-1].high == 0
    # Permuting an input of variance v doubles its part of the variance: a loses 2·4/6, b 2·2/6.
    assert [each.decrease for each in found[:2]] == pytest.approx([8 / 6, 4 / 6], rel=0.15)


@pytest.mark.parametrize("samples", [400, MOST_PERMUTED + 100])
def test_importance_weighs_samples(samples: int) -> None:
    """Samples without weight change nothing, also of more than are permuted."""
    random = np.random.default_rng(4)
    inputs = random.normal(size=(samples, 2))
    weights = np.where(np.arange(samples) % 4 == 0, 0.0, 1.0)
    values = np.where(weights[:, np.newaxis] > 0, inputs[:, :1], 1e6)
    targets = Targets(values, is_classes=False, weights=weights)
    columns = [("a", [0]), ("unused", [1])]
    found = importance(lambda rows: rows[:, :1], inputs, targets, columns, random)
    assert [each.decrease for each in found] == pytest.approx([2, 0], rel=0.15)


def test_calibration_compares_probabilities_with_accuracies() -> None:
    """Each bin has the mean probability and the accuracy of its samples; all are counted."""
    outputs = np.array([[0.72, 0.28], [0.78, 0.22], [0.05, 0.95], [0.0, 1.0]])
    targets = Targets(np.eye(2)[[0, 1, 1, 1]], is_classes=True)
    found = [
        (each.probability, each.accuracy, each.samples) for each in calibration(targets, outputs)
    ]
    assert found == [(0.75, 0.5, 2), (0.975, 1.0, 2)]
