"""The tasks dataset and function: their tables, and what they refuse."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from neuroevo import DataError, DatasetTask, FunctionTask, UsageError
from neuroevo.learning import DataSet

SHIPPED = {
    "diabetes": (442, 10, 1),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "linnerud": (20, 3, 3),
}
GENERATED = ("friedman1", "friedman2", "friedman3", "moons", "circles", "spiral")


def parts(data: DataSet) -> list[np.ndarray]:
    """Return the inputs of the three parts."""
    assert data.test_inputs is not None
    return [data.training_inputs, data.validation_inputs, data.test_inputs]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_set_is_whole(name: str) -> None:
    """Every row of scikit-learn's set is in one of the parts, with all columns."""
    data = DatasetTask(name=name).load().data_set
    rows, inputs, outputs = SHIPPED[name]
    assert sum(map(len, parts(data))) == rows
    assert (data.size.inputs, data.size.outputs) == (inputs, outputs)


def test_classes_of_a_shipped_set_have_their_names_and_shares() -> None:
    """Iris has its three species, each in the same share in every part."""
    data = DatasetTask(name="iris").load().data_set
    assert data.columns.classes == ("setosa", "versicolor", "virginica")
    assert data.test_targets is not None
    assert data.test_targets.sum(axis=0).tolist() == [10, 10, 10]
    assert data.validation_targets.sum(axis=0).tolist() == [10, 10, 10]


def test_digits_have_ten_classes_and_no_constant_pixels() -> None:
    """Pixels that are equal in all training rows are left out, with a warning each."""
    loaded = DatasetTask(name="digits").load()
    assert len(loaded.data_set.columns.classes) == 10
    assert 55 < loaded.data_set.size.inputs < 64
    assert all("is left out" in warning for warning in loaded.warnings)


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_set_is_the_same_again(name: str) -> None:
    """The same seed gives the same bits, another one other rows."""
    task = DatasetTask(name=name, rows=50, noise=0.1)
    first, again, other = (
        each.load().data_set.training_inputs.tobytes()
        for each in (task, task.replace(), task.replace(seed=1))
    )
    assert first == again != other


def test_friedmans_function_is_that_of_scikit_learn() -> None:
    """Without noise, raw inputs and values of all parts are those of scikit-learn, rounded."""
    loaded = DatasetTask(name="friedman1", rows=200).load()
    data, scaling = loaded.data_set, loaded.data_set.columns.output_scaling
    assert scaling is not None
    assert data.test_targets is not None
    values = np.concatenate([data.training_targets, data.validation_targets, data.test_targets])
    _, expected = datasets.make_friedman1(200, random_state=np.random.RandomState(0))
    np.testing.assert_allclose(np.sort(scaling.raw(values)[:, 0]), np.sort(expected), rtol=1e-6)


def test_a_function_gives_its_values() -> None:
    """Prepared inputs and targets, scaled back, fulfil the formula in single precision."""
    inputs = {"x": {"low": -1, "high": 2}, "k": [1, 2, 5]}
    task = FunctionTask.of({"formula": "sin(x) * k + 1", "inputs": inputs, "rows": 300})
    loaded = task.load()
    data, columns = loaded.data_set, loaded.data_set.columns
    assert columns.output_scaling is not None
    fitted = {each["name"]: each for each in loaded.preparation["inputs"]}
    x, k = (
        data.training_inputs[:, place] * fitted[name]["scale"] + fitted[name]["offset"]
        for place, name in enumerate(columns.inputs)
    )
    values = columns.output_scaling.raw(data.training_targets)[:, 0]
    np.testing.assert_allclose(values, np.sin(x) * k + 1, atol=1e-5)
    assert set(np.round(k).astype(int)) == {1, 2, 5}
    assert -1 <= x.min() < -0.9 < 1.9 < x.max() <= 2


def test_noise_of_a_function_has_its_standard_deviation() -> None:
    """The noise is added to y alone."""
    task = FunctionTask(formula="0 * x", inputs={"x": (0, 1)}, rows=20_000, noise=0.5)
    scaling = task.load().data_set.columns.output_scaling
    assert scaling is not None
    assert scaling.scales[0] == pytest.approx(0.5, rel=0.02)


def test_xor_has_two_classes() -> None:
    """A formula with few values may have classes."""
    inputs = {"a": (0.0, 1.0), "b": (0.0, 1.0)}
    data = FunctionTask(formula="a != b", inputs=inputs, problem="classes").load().data_set
    assert data.columns.classes == ("0", "1")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"formula": "z"}, "formula: a name must be one of 'x', 'pi', 'e', but got 'z'"),
        ({"inputs": {}}, "inputs: must have a length of at least 1, but got {}"),
        (
            {"inputs": {"sin": [0]}},
            "inputs.sin: must be letters, digits and '_', and no other name of formulas",
        ),
        (
            {"inputs": {"x": {"low": 1, "high": 1}}},
            "inputs.x.high: must be greater than low, 1, but got 1",
        ),
        (
            {"validation": 0.5, "test": 0.5},
            "test: must leave rows for training beside validation = 0.5, but got 0.5",
        ),
        ({"inputs": {"x": [0, math.nan]}}, "inputs.x[1]: must be a finite number, but got nan"),
        ({"inputs": {"x": 3}}, "inputs.x: must be a list of values, or a table with low and high"),
        ({"inputs": {"if": [0, 1]}}, "inputs.if: must be letters, digits and '_', and no other"),
        ({"inputs": {"\ufb01": [0, 1]}}, "inputs.'\ufb01': must be letters, digits and '_'"),
        ({"folds": 1}, "folds: must be 0, for none, or at least 2, but got 1"),
        ({"folds": 3, "validation": 0.1}, "validation: must be left out with folds"),
        ({"compare_with": ["svm"]}, "compare_with[0]: must be one of"),
    ],
)
def test_wrong_functions_are_refused(settings: dict[str, Any], problem: str) -> None:
    """A wrong setting gives one line with its key."""
    whole: dict[str, Any] = {"formula": "x", "inputs": {"x": [0, 1]}} | settings
    with pytest.raises(UsageError) as caught:
        FunctionTask(**whole)
    assert caught.value.problems[0].startswith(problem)


@pytest.mark.parametrize("formula", ["log(x)", "x + 1 / 0", "x + 1 % 0", "x * (2 / (1 - 1))"])
def test_values_that_are_not_finite_are_refused(formula: str) -> None:
    """The error names the inputs at which the formula has no value."""
    with pytest.raises(DataError, match=r"^task\.formula: must be finite, but got .* at x = "):
        FunctionTask(formula=formula, inputs={"x": (-1, 1)}).load()


def test_a_set_that_is_not_cached_is_not_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """California is used only if it is in scikit-learn's data folder."""
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    with pytest.raises(DataError, match="must be in scikit-learn's data folder"):
        DatasetTask(name="california").load()


def test_settings_of_generated_sets_are_refused_for_others() -> None:
    """A shipped set has its own rows and noise."""
    with pytest.raises(UsageError) as caught:
        DatasetTask(name="iris", rows=100, noise=0.5)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["rows", "noise"]
