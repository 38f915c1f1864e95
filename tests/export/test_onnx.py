"""onnxruntime predicts the same with an exported graph."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.export.cases import TOLERANCE, Case, case_named, every_case


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
        assert classes == [str(label).lower() for label in case.labels]
        assert case.largest_difference(outputs["probabilities"]) < TOLERANCE
    else:
        assert case.largest_difference(outputs["predicted"]) < TOLERANCE
