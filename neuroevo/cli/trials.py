"""``neuroevo trials``: all trials of a run as a table for other programs."""

import sys
from typing import Annotated, Literal

import typer

from neuroevo.cli.data_frames import csv_of, json_of, parquet_of
from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.cli.sweep import found_sweep
from neuroevo.errors import UsageError

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
    """Write all trials of a run, or all settings of a sweep, as a table.

    Each trial is a row, baselines included. With --replicates each replicate is a row, with the
    genes of its trial and its own objectives, or the settings of the sweep.

    Prints CSV, a JSON array or a Parquet file to stdout. Lists (hidden layers, parents) are JSON
    lists in CSV too; in Parquet a layer with its activation is a struct, and a gene with values of
    several types has them as JSON.
    """
    from neuroevo.report.run import load_run

    if form == "parquet" and sys.stdout.isatty():
        raise UsageError("--format: parquet must go to a file or a pipe, but got a terminal")
    sweep = found_sweep(run, results)
    if sweep is not None:
        table = sweep.replicates if replicates else sweep.table
    else:
        table = load_run(run, results).trials(replicates=replicates)
    if form == "csv":
        typer.echo(csv_of(table), nl=False)
    elif form == "json":
        typer.echo(json_of(table))
    else:
        sys.stdout.buffer.write(parquet_of(table))
