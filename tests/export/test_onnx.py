"""onnxruntime predicts the same with an exported graph."""

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import NeuroevoError
from neuroevo.export import ExportableNetwork
from neuroevo.learning import Architecture, Columns
from neuroevo.tables.records import label_name
from tests.export.cases import (
    REFUSED,
    TOLERANCE,
    Case,
    case_named,
    every_case,
    refusing_case,
    spelled_case,
    unusual_case,
)


def run(case: Case, rows: pd.DataFrame | None = None) -> dict[str, Any]:
    """Run the exported graph; returns its outputs by name."""
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    content = case.model.to("onnx")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    given = {}
    for each in session.get_inputs():
        cells = (case.rows if rows is None else rows)[each.name]
        is_text = each.type == "tensor(string)"
        column = cells.fillna("").astype(str) if is_text else cells.astype(np.float64)
        given[each.name] = column.to_numpy(object if is_text else np.float64)[:, np.newaxis]
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, given), strict=True))


@every_case
def test_onnxruntime_predicts_the_same(name: str) -> None:
    """For random and edge rows, outputs are within 1e-6 and classes are equal."""
    case = case_named(name)
    outputs = run(case)
    if case.labels:
        classes = outputs["class"][:, 0].tolist()
        assert classes == [label_name(label) for label in case.labels]
        assert case.largest_difference(outputs["probabilities"]) < TOLERANCE
    else:
        assert case.largest_difference(outputs["predicted"]) < TOLERANCE


def test_rows_that_cannot_be_prepared_get_nan() -> None:
    """Rows that predict refuses have NaN for probabilities and an empty class; others do not."""
    case = refusing_case()
    outputs = run(case)
    refused = np.array(REFUSED) > 0
    assert (np.isnan(outputs["probabilities"]).all(axis=1) == refused).all()
    assert ((outputs["class"][:, 0] == "") == refused).all()


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_numbers_that_are_too_large_get_nan(scaling: str) -> None:
    """Infinite ones, and those beyond 1e100, are no place among quantiles."""
    case = spelled_case(scaling=scaling)
    rows = pd.concat([case.rows] * 4, ignore_index=True).assign(int=[2, np.inf, -np.inf, 1e101])
    assert np.isnan(run(case, rows)["predicted"][:, 0]).tolist() == [False, True, True, True]


def test_categories_may_be_texts_of_python() -> None:
    """What pandas' columns of floats and of true and false give as texts is known."""
    case = unusual_case(("1", "2.5", "true", "red"), "refuse")
    rows = pd.DataFrame({"code": ["1", "1.0", "2.5", "true", "True", "TRUE", "red"]})
    assert case.largest_difference(run(case, rows)["predicted"], rows) == 0


@pytest.mark.parametrize("text", [" 1", "01", "1e0", "+1", "red ", "Red", "  "])
def test_other_spellings_are_categories_that_no_training_row_has(text: str) -> None:
    """They get NaN where such ones are refused, as the page and the file say."""
    case = unusual_case(("1", "red"), "refuse", fill="red")
    rows = pd.DataFrame({"code": [text, "red"]})
    assert np.isnan(run(case, rows)["predicted"][:, 0]).tolist() == [True, False]
    assert b"texts with spaces around them, are other categories" in case.model.to("onnx")


def test_outputs_have_other_names_than_columns() -> None:
    """A column called like an output keeps its name; the output gets another."""
    columns = Columns(("predicted", "/0", "predicted_"), ("y",))
    architecture = Architecture(inputs=3, hidden=(), outputs=1, activation="linear")
    network = ExportableNetwork(architecture, np.array([1, 2, 3, 4], np.float32), columns)
    case = Case(network, pd.DataFrame([[1.0, 10.0, 100.0]], columns=list(columns.inputs)))
    assert run(case)["predicted__"].tolist() == [[1 + 2 + 30 + 400]]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without onnx the message says what to install."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NeuroevoError, match=r"pip install 'neuroevo\[onnx\]'"):
        case_named("array, relu").model.to("onnx")
