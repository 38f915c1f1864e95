"""PyTorch predicts the same with an exported module."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neuroevo.errors import DataError
from tests.export.cases import (
    LONG_NAMES,
    REFUSED,
    SPELLINGS,
    TOLERANCE,
    UNUSABLE,
    Case,
    case_named,
    every_case,
    refusing_case,
    spelled_case,
    unusual_case,
)


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


def test_rows_that_cannot_be_prepared_are_refused() -> None:
    """Each row that predict refuses raises a ValueError; the others are predicted."""
    case = refusing_case()
    network = module_of(case).Network()
    for place, column in enumerate(REFUSED):
        columns = columns_of(case.rows.iloc[[place]])
        if column:
            with pytest.raises(ValueError, match="must"):
                network.outputs(columns)
        else:
            assert network.predict(columns) == case.model.predict(case.rows[:1]).tolist()


def test_cells_may_be_spelled_differently() -> None:
    """Numbers and categories as texts, and truth as words, mean the same as in predict."""
    case = spelled_case()
    network = module_of(case).Network()
    for row in SPELLINGS:
        outputs = network.outputs({name: [cell] for name, cell in row.items()})
        assert case.largest_difference(outputs.numpy()) < TOLERANCE


@pytest.mark.parametrize(
    "cell", [None, float("nan"), pd.NA, pd.NaT, np.float32("nan"), " ", np.ma.masked]
)
def test_whatever_is_missing_in_predict_is_missing_here(cell: object) -> None:
    """Cells that pandas takes for missing are filled."""
    case = spelled_case()
    row: dict[str, list[object]] = {name: [cell] for name in SPELLINGS[0]}
    outputs = module_of(case).Network().outputs(row)
    missing = pd.DataFrame({name: [None] for name in row})
    assert case.largest_difference(outputs.numpy(), missing) < TOLERANCE


@pytest.mark.parametrize("cell", [True, "True", "1_000", "\u0661", "0x1"])
def test_what_is_no_number_for_predict_is_none_here(cell: object) -> None:
    """Python reads these as numbers; a table does not."""
    case = spelled_case()
    row = {name: [each] for name, each in SPELLINGS[0].items()} | {"int": [cell]}
    with pytest.raises(DataError, match="must be a number"):
        case.model.predict(pd.DataFrame(row))
    with pytest.raises(ValueError, match="column 'int': must be a number"):
        module_of(case).Network().outputs(row)


@pytest.mark.parametrize("cells", UNUSABLE)
def test_cells_that_cannot_be_used_are_refused(cells: dict[str, object]) -> None:
    """Lists, and numbers too large to be read, also where quantiles would take them as the last."""
    case = spelled_case(scaling="quantile")
    row = {name: [cell] for name, cell in {**SPELLINGS[0], **cells}.items()}
    with pytest.raises(DataError, match="must be"):
        case.model.predict(pd.DataFrame(row))
    with pytest.raises(ValueError, match=f"^column '{next(iter(cells))}': must be"):
        module_of(case).Network().outputs(row)


def test_long_categories_keep_their_digits() -> None:
    """Whole numbers that are one float are different categories, as in predict."""
    case = unusual_case(LONG_NAMES)
    outputs = module_of(case).Network().outputs(columns_of(case.rows))
    assert case.largest_difference(outputs.numpy()) == 0


def test_the_state_dict_can_be_saved_and_learned_further(tmp_path: Path) -> None:
    """The weights are in the state_dict by their usual names, and gradients reach them."""
    torch = pytest.importorskip("torch")
    module = module_of(case_named("array, tanh"))
    network = module.Network()
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    loaded = torch.load(tmp_path / "weights.pt", weights_only=True)
    assert list(loaded) == [
        f"networks.0.{place}.{name}" for place in range(3) for name in ("weight", "bias")
    ]
    network(torch.ones(1, 3)).sum().backward()
    assert all(each.grad.abs().sum() > 0 for each in network.parameters())
