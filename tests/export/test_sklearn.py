"""scikit-learn predicts the same with an exported Pipeline, which skops loads without neuroevo."""

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import NeuroevoError
from neuroevo.tables.records import label_name
from tests.export.cases import (
    REFUSED,
    TOLERANCE,
    Case,
    array_case,
    averaged,
    case_named,
    refusing_case,
    spelled_case,
    table_case,
    unusual_case,
)

_KNOWN = ("tanh", "relu", "leaky_relu")

CASES = {
    "array, linear": lambda: array_case("linear"),
    "array, sigmoid": lambda: array_case("sigmoid"),
    "array, relu, scaled": lambda: array_case("relu", scaled=True),
    "array, leaky_relu": lambda: array_case("leaky_relu"),
    "array, leaky_relu and linear": lambda: array_case(("leaky_relu", "linear")),
    "array, linear and relu": lambda: array_case(("linear", "relu")),
    "array, sigmoid and tanh": lambda: array_case(("sigmoid", "tanh"), scaled=True),
    "table, classes, tanh and sigmoid": lambda: table_case(
        ("level",), activation=("tanh", "sigmoid")
    ),
    "array, no hidden layer": lambda: array_case((), ()),
    "array, softmax": lambda: array_case("tanh", output="softmax"),
    "table, standard": lambda: table_case(activation="tanh"),
    "table, quantile": lambda: table_case(activation="relu", scaling="quantile", unseen="zeros"),
    "table, two targets": lambda: table_case(
        ("rent", "x"), activation="relu", columns=["int", "floor"]
    ),
    "table, classes": lambda: table_case(("level",), activation="tanh", unseen="refuse"),
    "table, two classes": lambda: table_case(("is new",), activation="tanh"),
    "table, classes in another order": lambda: case_named("table, classes in another order"),
    "table, mean of networks": lambda: averaged(table_case(), _KNOWN),
    "table, classes, mean of networks": lambda: averaged(table_case(("level",)), _KNOWN),
    "table, two classes, mean of networks": lambda: averaged(table_case(("is new",)), _KNOWN),
    "table, float64": lambda: table_case(activation="tanh", precision="float64"),
}


def pipeline_of(case: Case) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Load the exported Pipeline; no type has to be trusted."""
    skops = pytest.importorskip("skops.io")
    content = case.model.to("sklearn")
    assert set(skops.get_untrusted_types(data=content)) <= {"numpy.dtype"}
    return skops.loads(content, trusted=["numpy.dtype"])


@pytest.mark.parametrize("name", CASES)
def test_scikit_learn_predicts_the_same(name: str) -> None:
    """For random and edge rows, outputs are within 1e-6 and classes are equal."""
    case = CASES[name]()
    pipeline = pipeline_of(case)
    predicted = pipeline.predict(case.rows)
    if case.labels:
        # For scikit-learn numbers that are not whole are no classes, so they become texts.
        are_texts = isinstance(case.classes[0], float)
        labels, classes = (
            list(map(label_name, each)) if are_texts else each
            for each in (case.labels, case.classes)
        )
        assert predicted.tolist() == labels
        order = [pipeline.classes_.tolist().index(each) for each in classes]
        outputs = pipeline.predict_proba(case.rows)[:, order]
    else:
        outputs = predicted.reshape(len(case.rows), -1)
    assert case.largest_difference(outputs) < TOLERANCE


def test_a_network_that_scikit_learn_has_not_is_refused() -> None:
    """A message says which activations are possible, and which the network has."""
    pytest.importorskip("skops")
    for activation, got in (("silu", "silu"), (("tanh", "relu"), "tanh and relu")):
        rule = (
            "linear, relu, leaky_relu or of tanh, sigmoid in the hidden layers, but the network has"
        )
        with pytest.raises(NeuroevoError, match=f"^sklearn: .* {rule} {got}$"):
            array_case(activation).model.to("sklearn")


def test_several_targets_of_several_networks_are_refused() -> None:
    """scikit-learn averages one target only; a message says so."""
    pytest.importorskip("skops")
    case = averaged(table_case(("rent", "x"), columns=["int", "floor"]), _KNOWN)
    with pytest.raises(NeuroevoError, match=r"^sklearn: must have one target to average networks"):
        case.model.to("sklearn")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without skops the message says what to install."""
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(NeuroevoError, match=r"pip install 'neuroevo\[sklearn\]'"):
        array_case("relu").model.to("sklearn")


@pytest.mark.parametrize(
    ("garden", "number"),
    [("bool", "int64"), ("boolean", "Int64"), ("int64", "int8"), ("object", "object")],
)
def test_columns_may_have_any_type_that_holds_their_cells(garden: str, number: str) -> None:
    """Whole numbers, true and false are filled and predicted as floats are, with an indicator."""
    case = spelled_case()
    rows = pd.concat([case.rows] * 4, ignore_index=True)
    gardens: list[bool | None] = [True, False, True, False]
    numbers: list[int | None] = [1, 2, 3, 4]
    if number[0] in "Io":  # types with missing cells
        gardens[3] = numbers[3] = None
    typed = rows.assign(
        garden=pd.Series(gardens, dtype=garden), int=pd.Series(numbers, dtype=number)
    )
    found = pipeline_of(case).predict(typed)
    expected = case.model.predict(typed)
    assert np.abs(found - expected).max() < TOLERANCE * np.abs(expected).max()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([9, 10, 100, 11], "int64"),
        ([9, 10, None, 11], "float64"),
        ([9, 10, 100, 11], "Int64"),
        ([9, 10, None, 11], "category"),
        (["9", "10.0", None, "11"], "str"),
        (["9", "10.0", "100", "11"], "string"),
        (["9", "10", None, "eleven"], "category"),
        ([9, "10", None, np.nan], "object"),
        ([True, False, True, False], "bool"),
    ],
)
@pytest.mark.parametrize("unseen", ["rare", "zeros"])
def test_columns_of_categories_may_have_any_type(
    cells: list[object], kind: str, unseen: str
) -> None:
    """Numbers, as pandas reads them from a file, are the categories that they are in predict."""
    case = table_case(columns=["int", "floor"], activation="tanh", unseen=unseen)
    rows = pd.DataFrame({"int": [2.0] * 4, "floor": pd.Series(cells, dtype=kind)})
    found = pipeline_of(case).predict(rows)[:, np.newaxis]
    assert case.largest_difference(found, rows) < TOLERANCE


@pytest.mark.parametrize("indicator", [False, True])
@pytest.mark.parametrize(
    "record",
    [
        {"fill": "red"},
        {"fill": "1", "gathers": True},
        {"fill": "blue", "gathers": True, "gathered": ["blue", "7"]},
        {"fill": "blue", "gathers": True, "gathered": ["blue", "7"], "names": ()},
        {"gathers": True, "names": ()},
        {"fill": "pink", "gathers": True, "gathered": ["blue", "7"], "unseen": "zeros"},
        {"fill": "pink", "gathers": True, "gathered": ["blue"], "unseen": "zeros", "names": ()},
    ],
)
def test_spellings_and_missing_cells_are_those_of_predict(
    record: dict[str, Any], *, indicator: bool
) -> None:
    """None, NaN and empty texts are missing, each alone in a frame as beside other cells."""
    settings = {"names": ("red", "1"), "unseen": "rare"} | record
    case = unusual_case(**settings, indicator=indicator)
    cells = [
        "red",
        "1",
        "1.0",
        1,
        1.0,
        "blue",
        7,
        8,
        "green",
        *[None, np.nan, ""] * bool("fill" in record),
    ]
    rows = pd.DataFrame({"code": pd.Series(cells, dtype=object)})
    pipeline = pipeline_of(case)
    found = pipeline.predict(rows)
    assert case.largest_difference(found[:, np.newaxis], rows) < TOLERANCE
    alone = [pipeline.predict(rows.iloc[[place]])[0] for place in range(len(rows))]
    assert alone == pytest.approx(found)


@pytest.mark.parametrize("cell", [None, np.nan])
def test_a_missing_category_that_cannot_be_filled_is_refused(cell: object) -> None:
    """It is not taken for a category that no training row has, though these are no problem."""
    pipeline = pipeline_of(unusual_case(("red", "1"), "zeros"))
    assert pipeline.predict(pd.DataFrame({"code": ["blue"]})).shape == (1,)
    with pytest.raises(ValueError, match="NaN"):
        pipeline.predict(pd.DataFrame({"code": pd.Series(["red", cell], dtype=object)}))


@pytest.mark.parametrize("record", [{}, {"fill": "red"}])
@pytest.mark.parametrize(("cell", "kind"), [("red", "string"), (1, "Int64")])
def test_na_of_pandas_is_refused_among_categories(
    record: dict[str, Any], cell: object, kind: str
) -> None:
    """It raises the TypeError that the page names, and becomes None as the page says."""
    case = unusual_case(("red", "1"), "zeros", **record)
    pipeline = pipeline_of(case)
    column = pd.Series([cell, None], dtype=kind)
    with pytest.raises(TypeError, match="NA is ambiguous"):
        pipeline.predict(pd.DataFrame({"code": column}))
    if record:
        rows = pd.DataFrame({"code": column.astype(object).where(column.notna(), None)})
        found = pipeline.predict(rows)[:, np.newaxis]
        assert case.largest_difference(found, rows) < TOLERANCE


def test_booleans_are_the_words_unless_numbers_are_categories() -> None:
    """scikit-learn can't tell True from 1, so it is 1 if there are both."""
    rows = pd.DataFrame({"code": [True, False]})
    case = unusual_case(("false", "true", "red"), "refuse")
    found = pipeline_of(case).predict(rows)[:, np.newaxis]
    assert case.largest_difference(found, rows) < TOLERANCE
    both = unusual_case(("0", "1", "false", "true"), "refuse")
    numbers = both.model.predict(pd.DataFrame({"code": [1, 0]}))
    assert pipeline_of(both).predict(rows) == pytest.approx(numbers)


def test_rows_that_cannot_be_prepared_are_refused() -> None:
    """Missing cells, unseen categories, and 2 for true raise a ValueError, as in predict."""
    case = refusing_case("tanh")
    pipeline = pipeline_of(case)
    too_far = 5  # which scikit-learn doesn't refuse
    for place, column in enumerate(REFUSED):
        if column and place != too_far:
            with pytest.raises(ValueError, match=r"NaN|unknown categories"):
                pipeline.predict(case.rows.iloc[[place]])
    assert pipeline.predict(case.rows[:1]).tolist() == case.model.predict(case.rows[:1]).tolist()
