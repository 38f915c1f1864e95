"""Data frames as CSV, JSON or Parquet, for other programs; knows no run."""

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from neuroevo.errors import NeuroevoError

if TYPE_CHECKING:
    import pandas as pd


def csv_of(table: "pd.DataFrame") -> str:
    """Return a table as CSV, with lists as JSON."""
    texts = table.map(lambda cell: json.dumps(cell) if isinstance(cell, tuple | list) else cell)
    text: str = texts.to_csv(index=False)
    return text


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table as objects for JSON, with None for missing values."""
    import pandas as pd

    return [
        {
            str(name): None if pd.api.types.is_scalar(cell) and pd.isna(cell) else cell
            for name, cell in row.items()
        }
        for row in table.to_dict(orient="records")
    ]


def json_of(table: "pd.DataFrame") -> str:
    """Return a table as a JSON array with an object for each row, a line each."""
    rows = (json.dumps(row, allow_nan=False) for row in records(table))
    return "[\n" + ",\n".join(rows) + "\n]"


def parquet_of(table: "pd.DataFrame") -> bytes:
    """Return a Parquet file of trials; NeuroevoError without pyarrow."""
    if find_spec("pyarrow") is None:
        raise NeuroevoError(
            "--format: parquet must have pyarrow, but it is not installed; pip install pyarrow"
        )
    return table.apply(_typed).to_parquet(index=False)


def _typed(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Turn tuples into lists whose items have one type, as a Parquet column requires.

    Cells of several types, such as numbers and texts, become JSON.
    """
    from neuroevo.evaluation import layers_of

    if len({_kind(cell) for cell in column.dropna()}) > 1:
        return column.map(json.dumps, na_action="ignore")
    paired = any(layer.activation for cell in column for layer in layers_of({"hidden": cell}))

    def typed(cell: Any) -> object:  # noqa: ANN401 - any cell of a table
        if not isinstance(cell, tuple):
            return cell
        if not paired:
            return list(cell)
        layers = layers_of({"hidden": cell})
        return [{"width": each.width, "activation": each.activation or None} for each in layers]

    return column.map(typed)


def _kind(cell: object) -> type:
    """Return the type of a cell; whole numbers and others are one type."""
    return float if type(cell) is int else type(cell)
