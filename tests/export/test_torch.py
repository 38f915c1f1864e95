"""PyTorch predicts the same with an exported module."""

from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from tests.export.cases import TOLERANCE, Case, case_named, every_case


def module_of(case: Case) -> Any:  # noqa: ANN401 - its names are not known
    """Run the exported file as a module."""
    pytest.importorskip("torch")
    module = ModuleType("exported")
    exec(compile(case.model.to("torch"), "exported.py", "exec"), vars(module))  # noqa: S102 - our file
    return module


def columns_of(rows: pd.DataFrame) -> dict[str, list[object]]:
    """Return rows as lists of cells by column."""
    return {str(name): rows[name].tolist() for name in rows}


@every_case
def test_pytorch_predicts_the_same(name: str) -> None:
    """For random and edge rows, outputs are within 1e-6 and classes are equal."""
    case = case_named(name)
    network = module_of(case).Network()
    columns = columns_of(case.rows)
    assert case.largest_difference(network.outputs(columns).numpy()) < TOLERANCE
    if case.labels:
        assert network.predict(columns) == case.labels
