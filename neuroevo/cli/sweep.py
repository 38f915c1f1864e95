"""``neuroevo sweep``: one experiment with each of several settings, and what differs."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli import options
from neuroevo.cli.data_frames import json_of
from neuroevo.cli.searching import search_shown
from neuroevo.cli.terminal import (
    Column,
    Table,
    local_path,
    print_heading,
    print_table,
    print_text,
    program,
    reference,
    say,
)
from neuroevo.errors import UsageError, collected
from neuroevo.files import with_home

if TYPE_CHECKING:
    from typing import TextIO

    from neuroevo.report.sweep import SweepReport

EXAMPLES = options.examples(
    "neuroevo sweep experiments/article/learning-rate.toml",
    "neuroevo sweep rates.toml --set training.replicates=256 --baseline space.learning_rate=0.05",
    "neuroevo sweep rates.toml --json | jq '.[] | [.\"space.learning_rate\", .final_mse]'",
)


def sweep(  # noqa: PLR0913, PLR0917 - the options that users may give
    path: Annotated[
        Path,
        typer.Argument(
            parser=with_home,
            metavar="SWEEP.toml",
            help="An experiment file with a table [sweep], - for stdin.",
        ),
    ],
    results: options.Results = options.RESULTS,
    jobs: options.Jobs = -1,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    trial_timeout: options.TrialTimeout = None,
    overrides: options.Overrides = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE.KEY=VALUE",
            help="Compare with the settings that have this value; may be repeated.",
        ),
    ] = None,
    as_json: options.AsJson = False,  # noqa: FBT002 - an option
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Run one experiment with each of several settings, and compare them.

    The table [sweep] of the file says which. Its axes have a list of values for any key of the
    experiment, such as space.learning_rate, task.normalise or seed, and all combinations are run;
    its configurations are a list of tables with such keys, and its baseline is one with which
    others are compared. Where every gene is fixed, a setting is trained as one trial; otherwise it
    is searched.

    Prints the new folder to stdout, or the table of settings with --json; progress and results go
    to stderr.
    """
    from neuroevo.experiment import read_sweep_file
    from neuroevo.workers import Workers

    problems: list[str] = []
    with collected(problems):
        workers = Workers(jobs, backend, scheduler, trial_timeout)
    with collected(problems):
        planned = read_sweep_file(path, overrides or (), baseline or ())
    if problems:
        raise UsageError(*problems)

    # Imported after the checks, so that wrong arguments are reported at once.
    from neuroevo import api

    begin = partial(api.sweep, planned, results=results)
    found, _ = search_shown(begin, workers, quiet=quiet)
    finish(found, as_json=as_json, quiet=quiet)


def found_sweep(reference: str, results: Path) -> "SweepReport | None":
    """Open a sweep by the name or the path of its folder; None if there is none."""
    from neuroevo.runs import find_sweep

    folder = find_sweep(reference, results)
    if folder is None:
        return None

    from neuroevo.report.sweep import SweepReport

    return SweepReport(folder)


def finish(found: "SweepReport", *, as_json: bool = False, quiet: bool = False) -> None:
    """Print what a sweep found to stderr, and its folder or its table to stdout."""
    if not quiet:
        print_sweep(found, sys.stderr)
        say(f"{program()} show {reference(found.folder.path)}")
        say()
    typer.echo(table_as_json(found) if as_json else local_path(found.folder.path))


def print_sweep(found: "SweepReport", stream: "TextIO") -> None:
    """Print what the page of a sweep says first, and its table."""
    from neuroevo.cli.compare import print_comparison
    from neuroevo.report.sweep import tables
    from neuroevo.report.sweep.texts import against_baseline, opening

    if found.comparison is not None:
        print_comparison(found.comparison, stream)
        if sentences := against_baseline(found.results):
            print_text(sentences, stream)
        return
    words = opening(found.results)
    print_heading(words.title, stream)
    print_text(words.lead, stream)
    board = tables.settings(found.results)
    groups = [name for name, span in board.groups for _ in range(span)]
    several = len(found.results.objectives) > 1
    columns = tuple(
        Column(
            f"{group}, {cell.text}" if group and several else cell.text,
            right=cell.numeric,
            wraps=not cell.numeric,
            dispensable=place if group and cell.text != "median" else 0,
        )
        for place, (group, cell) in enumerate(zip(groups, board.columns, strict=True))
    )
    rows = tuple(
        tuple(f"{cell.text} ({cell.under})" if cell.under else cell.text for cell in row)
        for row in board.rows
    )
    print_heading("Settings", stream)
    print_table(Table(columns, rows), stream)


def table_as_json(found: "SweepReport") -> str:
    """Return the table of a sweep's settings as JSON."""
    import numpy as np

    table = found.table.replace([np.inf, -np.inf], np.nan)
    return json_of(table)
