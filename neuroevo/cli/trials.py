"""``neuroevo trials``: all trials of a run as a table for other programs."""

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.errors import NeuroevoError, UsageError

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = examples(
    "neuroevo trials latest > trials.csv",
    "neuroevo trials latest --format json | jq '.[].learning_rate'",
    "neuroevo trials latest --format parquet > trials.parquet",
    "neuroevo trials latest --replicates > replicates.csv",
)


def trials(
    run: RunReference,
    form: Annotated[
        Literal["csv", "json", "parquet"], typer.Option("--format", help="Format of the output.")
    ] = "csv",
    replicates: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--replicates", help="Write a row for each replicate of each trial.")
    ] = False,
    results: Results = RESULTS,
) -> None:
    """Write all trials of a run as a table.

    Each trial is a row, baselines included. With --replicates each of its replicates is a row, with
    its number and its own value of each objective; genes are as in the other table, by the number
    of the trial.

    Prints CSV, a JSON array or a Parquet file to stdout. Lists (hidden layers, parents) are JSON
    lists in CSV too; in Parquet a layer with its activation is a struct, and a gene with values of
    several types has them as JSON.
    """
    from neuroevo.report.run import load_run

    if form == "parquet" and sys.stdout.isatty():
        raise UsageError("--format: parquet must go to a file or a pipe, but got a terminal")
    found = load_run(run, results)
    table = found.replicates() if replicates else found.trials()
    if form == "csv":
        typer.echo(_texts(table).to_csv(index=False), nl=False)
    elif form == "json":
        typer.echo(_json(table))
    else:
        sys.stdout.buffer.write(parquet_of(table))


def _texts(table: "pd.DataFrame") -> "pd.DataFrame":
    return table.map(lambda cell: json.dumps(cell) if isinstance(cell, tuple) else cell)


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


def _json(table: "pd.DataFrame") -> str:
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
