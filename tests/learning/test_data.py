"""Data sets are checked when they are made."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo.errors import DataError
from neuroevo.learning import Columns, DataSet, Optimization, TrainingSettings
from neuroevo.learning.architecture import Architecture
from neuroevo.learning.data import balance_of, labels_of
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train

ONES = np.ones((3, 2))
COLUMNS = Columns(("a", "b"), ("c", "d"))
VALID: dict[str, Any] = {
    "training_inputs": ONES,
    "training_targets": ONES,
    "validation_inputs": ONES,
    "validation_targets": ONES,
    "columns": COLUMNS,
}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"training_inputs": np.ones((3, 1))},
            "training_inputs: must have the shape (samples, 2), but got (3, 1)",
        ),
        (
            {"validation_targets": np.ones((0, 2)), "validation_inputs": np.ones((0, 2))},
            "validation_targets: must have the shape (samples, 2), but got (0, 2)",
        ),
        (
            {"training_targets": np.array([[1, 2], [np.nan, 4], [5, 6]])},
            "training_targets: must be finite numbers, but got [nan, 4.0] in row 1",
        ),
        (
            {"validation_inputs": np.ones((4, 2))},
            "validation: must have as many inputs as targets, but got 4 and 3 samples",
        ),
        (
            {"training_weights": np.ones((3, 1))},
            "training_weights: must have the shape (3,), but got (3, 1)",
        ),
        (
            {"training_weights": np.array([1, -0.5, 1])},
            "training_weights: must be finite numbers of at least 0, but got -0.5 in row 1",
        ),
        (
            {"training_weights": np.array([1, 1, np.inf])},
            "training_weights: must be finite numbers of at least 0, but got inf in row 2",
        ),
        (
            {"training_weights": np.zeros(3)},
            "training_weights: must not all be 0, but got only zeros",
        ),
        (
            {"columns": replace(COLUMNS, classes=("e", "f", "g"))},
            "columns: must have a class for each of 2 outputs, but got 3",
        ),
        (
            {"columns": replace(COLUMNS, classes=("e", "f"))},
            (
                "validation_targets: must be class probabilities if there are classes, each at "
                "least 0 and their sum 1, but got [1.0, 1.0] in row 0"
            ),
        ),
    ],
)
def test_wrong_data_are_refused(changes: dict[str, Any], problem: str) -> None:
    """The message has the rule, the value and its row."""
    with pytest.raises(DataError) as error:
        DataSet(**{**VALID, **changes})
    assert problem in error.value.problems


def test_data_cannot_be_changed() -> None:
    """A data set keeps copies, which are read-only."""
    weights = np.ones(3)
    data = DataSet(**VALID, training_weights=weights)
    weights[0] = 7
    assert data.training_weights is not None
    assert data.training_weights.tolist() == [1, 1, 1]
    for array in (data.training_inputs, data.validation_targets, data.training_weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7


def test_classes_of_the_validation_samples() -> None:
    """A label is the most probable class; each class with weights has the same sum of products."""
    labels = labels_of(np.array([[0, 1, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0.9, 0.1]]))
    assert labels.tolist() == [1, 0, 1, 1]
    assert balance_of(labels, np.ones(4)).tolist() == pytest.approx([2 / 3, 2, 2 / 3, 2 / 3])
    weights = np.array([2.0, 1.0, 1.0, 0.0])
    assert (weights * balance_of(labels, weights)).tolist() == pytest.approx([4 / 3, 2, 2 / 3, 0])


def test_only_ratios_of_weights_count(weighted: DataSet) -> None:
    """Four times the weights give the same bits, and equal weights those of none."""
    architecture = Architecture(inputs=3, hidden=(4,), outputs=2, activation="tanh")
    lane = Lane(0, 0.05, Optimization(optimizer="adam", batch_size=4))

    def parameters(weights: np.ndarray | None) -> bytes:
        stream = sample_stream(
            replace(weighted, training_weights=weights), TrainingSettings(samples=200), (1, 0)
        )
        return train(architecture, [lane], stream).parameters.tobytes()

    weights = weighted.training_weights
    assert weights is not None
    assert parameters(4 * weights) == parameters(weights) != parameters(None)
    assert parameters(np.full_like(weights, 0.3)) == parameters(None)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"columns": Columns(("a", "x"), ("c", "d"))},
            "fold 2: must have the columns and test samples of fold 1",
        ),
        (
            {"test_inputs": ONES, "test_targets": ONES},
            "fold 2: must have the columns and test samples of fold 1",
        ),
        ({"other_folds": (DataSet(**VALID),)}, "fold 2: must not have folds of its own"),
    ],
)
def test_folds_must_fit_each_other(changes: dict[str, Any], problem: str) -> None:
    """Another fold with other columns, other test samples or folds of its own is refused."""
    with pytest.raises(DataError) as caught:
        DataSet(**VALID, other_folds=(DataSet(**VALID | changes),))
    assert caught.value.problems == (problem,)
    assert DataSet(**VALID, other_folds=(DataSet(**VALID),)).size.folds == 2
