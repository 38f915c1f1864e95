"""``neuroevo list``: the runs in a results folder."""

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from neuroevo.cli.options import RESULTS, AsJson, Results, examples
from neuroevo.cli.terminal import Column, Table, print_table, say
from neuroevo.errors import NeuroevoError

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.runs import RunFolder

EXAMPLES = examples("neuroevo list", "neuroevo list --json | jq -r '.[-1].id'")


def list_runs(results: Results = RESULTS, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option
    """List the runs and the best score of each.

    The oldest is first; each objective has a column with the best score on the front.

    Prints a table to stdout, or a JSON array with --json.
    """
    from neuroevo.runs import list_runs as folders

    summaries = [_summary(folder) for folder in folders(results)]
    if as_json:
        typer.echo(json.dumps(summaries, indent=2))
    elif not summaries:
        say(f"no runs in {results} yet")
    else:
        print_table(_table(summaries), sys.stdout)


def _summary(folder: "RunFolder") -> dict[str, Any]:
    """Describe a run; one that can't be read is listed too, with the reason."""
    from neuroevo.report.run import load_run

    summary: dict[str, Any] = {"id": folder.id, "path": str(folder.path)}
    try:
        run = load_run(str(folder.path))
        front = run.pareto_front()
        summary |= {
            "name": run.experiment.name,
            "state": run.status.state,
            "trials": len(run.all_trials),
            "started": str(run.findings.environment.get("started", "")) or None,
            "best": {
                name: min((trial.objectives[name] for trial in front), default=None)
                for name in run.experiment.evolution.objectives
            },
        }
    except NeuroevoError as error:
        summary |= {"state": "damaged", "problems": list(error.problems)}
    return summary


def _table(summaries: list[dict[str, Any]]) -> Table:
    from neuroevo.evaluation import OBJECTIVES
    from neuroevo.report.drawing import objective_name

    named = (name for summary in summaries for name in summary.get("best", ()))
    objectives = [OBJECTIVES[name] for name in dict.fromkeys(named)]
    columns = (
        Column("run"),
        Column("experiment", dispensable=4),
        Column("state", dispensable=1),
        Column("trials", right=True, dispensable=2),
        *(Column(objective_name(objective), right=True) for objective in objectives),
        Column("when", dispensable=3),
    )
    return Table(columns, tuple(_row(summary, objectives) for summary in summaries))


def _row(summary: dict[str, Any], objectives: "list[Objective]") -> tuple[str, ...]:
    from neuroevo.report import wording

    scores = [(summary.get("best", {}).get(item.name), item.unit) for item in objectives]
    return (
        summary["id"],
        summary.get("name", ""),
        summary["state"],
        f"{summary['trials']:,}" if "trials" in summary else "",
        *("" if score is None else wording.measured(score, unit) for score, unit in scores),
        (summary.get("started") or "")[:16].replace("T", " "),
    )
