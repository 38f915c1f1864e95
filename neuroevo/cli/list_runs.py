"""``neuroevo list``: the runs in a results folder."""

import json
import sys
import warnings
from typing import TYPE_CHECKING

import typer

from neuroevo.cli.options import RESULTS, AsJson, Results, examples
from neuroevo.cli.terminal import Column, Table, print_table, program, reference, say
from neuroevo.errors import NeuroevoError

if TYPE_CHECKING:
    from neuroevo.analysis.summary import Summary
    from neuroevo.runs import SweepFolder

EXAMPLES = examples("neuroevo list", "neuroevo list --json | jq -r '.[0].id'")


def list_runs(results: Results = RESULTS, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option
    """List the runs and the best scores of each.

    The newest run is first. Each objective has a column with the best score on the front, which
    may be that of another trial than the best score in the next column. The test score is that of
    the best trial, on rows that no search has seen.

    Prints a table to stdout, or a JSON array with --json. What can't be read is a warning on
    stderr, with the reason.
    """
    from neuroevo.analysis.run_reader import RunReader
    from neuroevo.runs import list_runs as folders
    from neuroevo.runs import list_sweeps, permission_problems

    protected = permission_problems(results)
    summaries = [RunReader(folder).summary() for folder in reversed(folders(results))]
    unreadable = [each for each in summaries if each.state == "unreadable"]
    for problem in (*protected, *(line for each in unreadable for line in each.problems)):
        warnings.warn(problem, stacklevel=2)
    if as_json:
        typer.echo(json.dumps([summary.described() for summary in summaries], indent=2))
    elif summaries:
        print_table(_table(summaries), sys.stdout)
    sweeps = list_sweeps(results)
    for sweep in sweeps:
        say(
            f"a sweep: {sweep.id}, {_progress(sweep)}; see {program()} show {reference(sweep.path)}"
        )
    if not (summaries or sweeps or protected or as_json):
        say(f"no runs in {results} yet")


def _progress(sweep: "SweepFolder") -> str:
    from neuroevo.runs import read_progress

    try:
        found = read_progress(sweep)
    except NeuroevoError as error:
        for problem in error.problems:
            warnings.warn(problem, stacklevel=3)
        return "unreadable"
    return f"{found.state}, {found.complete:,} of {found.runs:,} runs complete"


def _table(summaries: "list[Summary]") -> Table:
    has_tests = any(each.test for each in summaries)
    best = list(dict.fromkeys(item.best_label for each in summaries for item in each.objectives))
    columns = (
        Column("run"),
        Column("experiment", dispensable=4),
        Column("state", dispensable=1),
        Column("trials", right=True, dispensable=2),
        *(Column(label, right=True) for label in best),
        *[Column("test score")] * has_tests,
        Column("ended", wraps=True, dispensable=5),
        Column("when", dispensable=3),
    )
    rows = tuple(_row(summary, best, has_tests=has_tests) for summary in summaries)
    return Table(columns, rows)


def _row(summary: "Summary", labels: list[str], *, has_tests: bool) -> tuple[str, ...]:
    from neuroevo import wording
    from neuroevo.report.held_out_texts import test_score

    best = {
        item.best_label: wording.measured(score, item)
        for item in summary.objectives
        if (score := summary.best.get(item.name)) is not None
    }
    return (
        summary.folder.id,
        summary.experiment.name if summary.experiment else "",
        summary.state,
        f"{summary.trials:,}" if summary.experiment else "",
        *(best.get(label, "") for label in labels),
        *[test_score(summary.test, interval=True)] * has_tests,
        summary.outcome,
        wording.local_moment(summary.started),
    )
