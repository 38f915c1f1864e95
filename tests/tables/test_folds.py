"""Each fold of a table is prepared as its training rows say, into the same inputs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import DataError
from neuroevo.tables import PreparedFold, TableSettings, prepare

ROWS, FOLDS = 90, 3
CHOICES: list[Mapping[str, object]] = [
    {"target": "price", "leave_out": ["label"]},
    {"target": "price", "leave_out": ["label"], "scaling": "robust", "target_scaling": "robust"},
    {"target": "price", "leave_out": ["label"], "scaling": "quantile", "missing_indicator": True},
    {"target": "label", "leave_out": ["price"], "weight": "balanced"},
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Make a frame with groups of five rows, categories and missing cells in each fold."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "size": random.normal(1e3, 30, ROWS),
            "colour": random.choice(["red", "blue", "green"], ROWS),
            "garden": random.random(ROWS) < 0.5,
            "group": np.arange(ROWS) // 5,
            "price": random.normal(5, 2, ROWS),
            "label": random.choice(["a", "b"], ROWS),
        }
    )
    frame.loc[::5, "size"] = None
    frame.loc[1::5, "colour"] = None
    return frame


def folds_of(frame: pd.DataFrame, choice: Mapping[str, object]) -> tuple[PreparedFold, ...]:
    """Prepare the folds of a frame by its groups."""
    by_groups = {"split": "groups", "split_column": "group", "folds": FOLDS, "missing": "median"}
    found = prepare(frame, TableSettings.of({**by_groups, **choice}))
    return found, *found.other_folds


@pytest.mark.parametrize("choice", CHOICES)
def test_a_fold_is_prepared_as_a_table_with_its_parts(
    frame: pd.DataFrame, choice: Mapping[str, object]
) -> None:
    """Preparation, arrays and weights are those of the same parts, named in a column."""
    for fold in folds_of(frame, choice):
        words = np.full(ROWS, "train", dtype=object)
        words[fold.validation.rows], words[fold.test.rows] = "validation", "test"
        named = frame.drop(columns="group").assign(part=words)
        by_words = {"split": "column", "split_column": "part", "missing": "median"}
        alone = prepare(named, TableSettings.of({**by_words, **choice}))
        assert fold.preparation == alone.preparation
        for name in ("training", "validation", "test"):
            ours, theirs = getattr(fold, name), getattr(alone, name)
            assert ours.inputs.tobytes() == theirs.inputs.tobytes()
            assert ours.targets.tobytes() == theirs.targets.tobytes()
        np.testing.assert_equal(fold.weights, alone.weights)
        assert (fold.weights.training is None) == (choice["target"] == "price")


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("number", range(FOLDS))
def test_validation_rows_change_nothing_that_is_fitted_for_their_fold(
    frame: pd.DataFrame, choice: Mapping[str, object], number: int
) -> None:
    """Poisoned inputs and targets of a fold's validation rows change no bit of its training."""
    honest = folds_of(frame, choice)[number]
    poisoned = frame.copy()
    rows = honest.validation.rows
    poisoned.loc[rows, ["size", "price"]] = [[-1e6, 1e9]]
    poisoned.loc[rows, "colour"] = "red"
    poisoned.loc[rows, "garden"] = True
    poisoned.loc[rows, "label"] = "b"
    changed = folds_of(poisoned, choice)[number]
    assert changed.preparation == honest.preparation
    assert changed.training.inputs.tobytes() == honest.training.inputs.tobytes()
    assert changed.training.targets.tobytes() == honest.training.targets.tobytes()
    assert changed.validation.inputs.tobytes() != honest.validation.inputs.tobytes()


def test_all_folds_have_the_same_inputs(frame: pd.DataFrame) -> None:
    """Which categories and indicators there are is decided by all rows outside the test part."""
    [first, *_] = folds_of(frame, CHOICES[0])
    other = frame.copy()
    held = first.validation.rows
    other["size"] = other["size"].fillna(1000.0)
    other.loc[held[0], "size"] = None  # missing in no training row of the first fold
    other.loc[held[1:3], "colour"] = "violet"  # as this category
    other.loc[held[4], "colour"] = "white"
    choice = {**CHOICES[0], "missing_indicator": True, "rare": 0.02}
    folds = folds_of(other, choice)
    names = folds[0].preparation.input_names
    assert {"size missing", "colour=violet", "colour rare"} <= set(names)
    assert "colour=white" not in names
    assert all(fold.preparation.input_names == names for fold in folds)
    scalings = {fold.preparation.to_plain()["inputs"][0]["offset"] for fold in folds}
    assert len(scalings) == FOLDS


def test_a_column_that_is_constant_in_the_training_rows_of_a_fold_is_left_out(
    frame: pd.DataFrame,
) -> None:
    """It is left out in all folds, with a warning; without any other column that is an error."""
    [first, *_] = folds_of(frame, CHOICES[0])
    odd = np.zeros(ROWS)
    odd[first.validation.rows[0]] = 1
    folds = {"split": "groups", "split_column": "group", "folds": FOLDS, "missing": "median"}
    found = prepare(frame.assign(odd=odd), TableSettings.of({**folds, **CHOICES[0]}))
    text = "is left out: the training rows of a fold have no two different values"
    assert found.warnings == (f"data, column 'odd': {text}",)
    assert "odd" not in found.preparation.input_names
    with pytest.raises(DataError, match="must have an input with at least two different values"):
        folds_of(frame.assign(odd=odd), {"target": "price", "columns": ["odd"]})


def test_a_problem_of_several_folds_is_one_line(frame: pd.DataFrame) -> None:
    """A target that is constant in the training rows of two folds is named once."""
    [first, *_] = folds_of(frame, CHOICES[0])
    price = np.where(np.isin(np.arange(ROWS), first.test.rows[:1]), 1.0, 2.0)
    with pytest.raises(DataError) as caught:
        folds_of(frame.assign(price=price), {**CHOICES[0], "problem": "regression"})
    text = "must have at least two different values in the training rows, but got only 2"
    assert caught.value.problems == (f"data, column 'price': {text}",)
