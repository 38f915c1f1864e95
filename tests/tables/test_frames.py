"""Tables from Python: arrays, series and frames, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import neuroevo
from neuroevo import DataError, NeuroevoError, UsageError
from neuroevo.experiment import experiment_for_table
from neuroevo.tables import TableModel, frame_of

SMALL = (
    "training.samples=300",
    "training.replicates=2",
    "evolution.population=4",
    "evolution.generations=1",
    "task.compare_with=[]",
)
INPUTS = pd.DataFrame(np.random.default_rng(9).normal(size=(60, 3)), columns=list("abc"))
RAGGED: Any = [[1, 2], [3]] * 30


@pytest.fixture(scope="module")
def model() -> TableModel:
    """Learn which rows have a positive a."""
    labels = np.where(INPUTS["a"] > 0, "p", "q")
    champion = neuroevo.fit(INPUTS, labels, overrides=SMALL).champion()
    assert isinstance(champion, TableModel)
    return champion


def test_arrays_get_names() -> None:
    """Columns of arrays are numbered; a series keeps its name unless a column has it."""
    frame, targets = frame_of(np.ones((4, 2)), np.zeros((4, 2)))
    assert [*frame.columns] == ["x1", "x2", "y1", "y2"]
    assert targets == ("y1", "y2")
    assert frame_of(INPUTS, INPUTS["a"] * 2)[1] == ("y",)
    assert frame_of(INPUTS, (INPUTS["a"] * 2).rename("twice"))[1] == ("twice",)
    unnamed = pd.DataFrame(np.ones((4, 2))), pd.DataFrame(np.zeros((4, 1)))
    assert frame_of(*unnamed)[1] == ("y",)
    assert frame_of(unnamed[0], pd.Series(np.zeros(4), name=0))[1] == ("y",)
    whole = pd.DataFrame(np.arange(28).reshape(4, 7))
    for last in (whole[[6]], whole.loc[:, 6:], whole.drop(columns=[*range(6)])):
        assert frame_of(whole[[0, 1]], last)[1] == ("y",)
    assert frame_of(whole[[0, 1]], whole[[3, 5, 6]])[1] == ("y1", "y2", "y3")
    assert frame_of(whole[[0, 1]], pd.Series(np.zeros(4), name=whole.columns[6]))[1] == ("y",)


@pytest.mark.parametrize("targets", [np.zeros(60), pd.Series(np.zeros(60), name=0)])
def test_targets_without_a_name_get_one_that_is_free(targets: Any) -> None:  # noqa: ANN401 - an array or a series
    """A column y of the inputs is no reason to refuse them."""
    assert frame_of(INPUTS.rename(columns={"a": "y"}), targets)[1] == ("y_",)


def test_masked_cells_are_missing() -> None:
    """The mask of an array hides numbers that are none."""
    mask = np.arange(60) % 7 == 0
    inputs = np.ma.MaskedArray(INPUTS.to_numpy(), np.stack([mask] * 3, axis=1))
    targets = np.ma.MaskedArray(np.where(mask, -9999, 1), mask)
    frame = frame_of(inputs, np.arange(60))[0]
    assert (frame[["x1", "x2", "x3"]].isna().all(axis=1) == mask).all()
    words = np.ma.MaskedArray(np.where(mask, "?", "p").astype(object), mask)
    truths = np.ma.MaskedArray(mask, mask)
    for each in (targets, words, truths):
        assert (frame_of(INPUTS, each)[0]["y"].isna() == mask).all()
    assert (frame_of([*inputs], np.arange(60))[0]["x1"].isna() == mask).all()
    long = np.ma.MaskedArray(np.full(60, 2**60 + 1), mask)
    assert set(frame_of(INPUTS, long)[0]["y"].dropna()) == {2**60 + 1}
    unmasked = np.ma.MaskedArray(mask)
    assert frame_of(INPUTS, unmasked)[0]["y"].tolist() == mask.tolist()
    assert frame_of(INPUTS, unmasked)[0]["y"].dtype == np.bool_


def test_only_models_of_classes_have_classes(model: TableModel) -> None:
    """A program that asks whether a model has the attribute gets an answer."""
    champion = neuroevo.fit(INPUTS, np.sin(INPUTS["b"]), overrides=SMALL).champion()
    assert hasattr(model, "classes_")
    assert getattr(champion, "classes_", None) is None


@pytest.mark.parametrize(
    ("inputs", "targets", "problem"),
    [
        (RAGGED, np.ones(60), "X: must have rows of one length"),
        (INPUTS, RAGGED, "y: must have rows of one length"),
        (np.ones(5), np.ones(5), "X: must have the shape (rows, columns), but got (5,)"),
        (INPUTS, np.ones(7), "X and y: must have as many rows, but got 60 and 7"),
        (INPUTS, INPUTS[["a"]], "y: must have other names than the columns of X, but got 'a'"),
    ],
)
def test_what_is_no_table_is_refused(inputs: Any, targets: Any, problem: str) -> None:  # noqa: ANN401 - anything may be tried
    """Arrays that are no table are one line."""
    with pytest.raises(DataError) as caught:
        neuroevo.fit(inputs, targets)
    assert caught.value.problems[0].startswith(problem)


@pytest.mark.parametrize("override", ["task=5", "evolution=[]", "task.target=b", "task.kind=mouse"])
def test_overrides_of_the_table_itself_are_refused(override: str) -> None:
    """Settings that the table decides, and values in place of tables, are one line."""
    with pytest.raises(NeuroevoError, match=r"^(task|evolution)[.a-z]*: must be"):
        experiment_for_table(INPUTS, ["a"], [override])


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "string", "object", "boolean"])
def test_missing_cells_of_any_type_are_named(model: TableModel, dtype: str) -> None:
    """A missing cell is an empty cell, whatever pandas calls it."""
    wrong = INPUTS.assign(a=pd.Series([pd.NA] * 60, dtype=dtype))
    with pytest.raises(DataError, match="row 0, column 'a': must not be missing"):
        model.predict(wrong)


@pytest.mark.parametrize("value", [1e60, -1e99, 1e12])
def test_cells_far_from_the_training_rows_are_refused(model: TableModel, value: float) -> None:
    """A number that single precision could not hold gives no prediction."""
    with pytest.raises(DataError, match="column 'a': must be closer to the numbers"):
        model.predict(INPUTS.assign(a=value))


def test_a_guess_about_the_target_is_told() -> None:
    """Whole numbers that are taken for classes give a warning."""
    counts = np.tile(np.arange(4), 15)
    with pytest.warns(UserWarning, match="its numbers are taken for 4 classes"):
        neuroevo.fit(INPUTS, counts, overrides=SMALL)
    with pytest.warns(UserWarning, match="its 4 different numbers are taken for quantities"):
        neuroevo.fit(INPUTS, 10 * counts, overrides=SMALL)


def test_the_name_can_be_chosen() -> None:
    """The name of an experiment on a table is that of its file unless it is given."""
    assert experiment_for_table(INPUTS, ["a"])[0].name == "data"
    assert experiment_for_table(INPUTS, ["a"], ["name=mine"])[0].name == "mine"


def test_wrong_settings_of_the_table_are_named_with_their_keys() -> None:
    """Keys are those of the experiment, whichever of its settings refuses them."""
    for key, value in (("compare_with", '["x"]'), ("scaling", "x"), ("strange", "1")):
        with pytest.raises(UsageError, match=rf"^task\.{key}"):
            neuroevo.fit(INPUTS, np.arange(60.0), overrides=[f"task.{key}={value}"])
