"""``neuroevo show``: the experiment and the results of one run."""

import json
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import typer

from neuroevo.cli.options import RESULTS, AsJson, Results, RunReference, examples
from neuroevo.cli.sweep import found_sweep, print_sweep, table_as_json
from neuroevo.cli.terminal import local_path, print_heading, print_pairs, program, reference

if TYPE_CHECKING:
    from neuroevo.report.run import Run
    from neuroevo.runs import Trial

EXAMPLES = examples(
    "neuroevo show latest",
    "neuroevo show latest --json | jq .front[0].genome",
    "neuroevo show learning-rates-20261122-154455 --json > settings.json",
)


def show(run: RunReference, results: Results = RESULTS, as_json: AsJson = False) -> None:  # noqa: FBT002 - an option
    """Show the experiment and the results of a run, or of a sweep.

    The experiment in words, the machine, the Pareto front and the baselines.

    Prints text to stdout, or a JSON object with --json. If there is a test part, its key "test"
    has the scores of all models there: value, low and high of each metric (95% intervals). Of a
    sweep, it prints what differs between its settings, or a JSON array with a row for each.
    """
    from neuroevo.cli.outcome import print_findings
    from neuroevo.report.run import load_run

    sweep = found_sweep(run, results)
    if sweep is not None:
        if as_json:
            typer.echo(table_as_json(sweep))
        else:
            print_sweep(sweep, sys.stdout)
        return
    found = load_run(run, results)
    found.findings  # noqa: B018 - reads all files, so that a damaged one is reported first
    if as_json:
        typer.echo(json.dumps(_described(found), indent=2))
        return
    about = [("Run", local_path(found.folder.path)), ("State", _state(found)), *_experiment(found)]
    print_pairs(about, sys.stdout)
    print_heading("Ran on", sys.stdout)
    print_pairs(_environment(found), sys.stdout)
    print_findings(found, sys.stdout)


def _state(run: "Run") -> str:
    """Return the state of a run, the reason for it, and how to resume the run."""
    from neuroevo import wording
    from neuroevo.runs import holder

    status = run.status
    why = f": {status.reason}" if status.reason else ""
    if status.state == "complete":
        return f"complete{why}"
    generations = run.experiment.evolution.generations
    begun = wording.generations_begun(run.findings.generations, generations)
    if status.state == "running":
        return f"running, {begun}, by {holder(run.folder) or 'a process that has just ended'}"
    problems = [*status.problems, *([status.lost] if status.lost else [])]
    advice = f"resume with: {program()} resume {reference(run.folder.path)}"
    return "; ".join([f"interrupted{why}, {begun}", *problems, advice])


def _experiment(run: "Run") -> list[tuple[str, str]]:
    from neuroevo import wording

    rows, findings = wording.experiment_rows(run.experiment), run.findings
    given = wording.first_genomes(findings.initial, findings.initial_from).replace("`", "")
    further = {"First genomes": given, "Warm start": wording.warm_start(findings.earlier_runs)}
    return [*rows, *((name, text) for name, text in further.items() if text)]


def _environment(run: "Run") -> list[tuple[str, str]]:
    from neuroevo import wording

    described = run.findings.environment
    libraries, cores = described.get("libraries"), described.get("cores")
    count = wording.counted(cores, "core") if isinstance(cores, int) else "? cores"
    pairs = [
        ("Machine", f"{described.get('cpu', 'unknown')}, {count}"),
        ("System", str(described.get("platform", "unknown"))),
        ("Python", str(described.get("python", "unknown"))),
    ]
    if isinstance(libraries, dict):
        versions = {"neuroevo": described.get("neuroevo"), **libraries}
        known = (f"{name} {version}" for name, version in versions.items() if version)
        pairs.append(("Versions", ", ".join(known)))
    pairs.append(("Started", wording.local_moment(str(described.get("started", "unknown")))))
    return pairs


def _described(run: "Run") -> dict[str, Any]:
    from neuroevo.report.held_out_table import held_out_values

    findings = run.findings
    tested = held_out_values(findings)
    return {
        "id": run.folder.id,
        "path": str(run.folder.path),
        "state": run.status.state,
        "reason": run.status.reason,
        "experiment": tomllib.loads(run.experiment.to_toml()),
        "environment": dict(findings.environment),
        "first_genomes": {
            "given": [dict(genome) for genome in findings.initial],
            "from": findings.initial_from or None,
        },
        "warm_start": {each.run: len(each.trials) for each in findings.earlier_runs},
        "trials": len(findings.trials),
        "networks": findings.networks,
        "front": [
            {"rank": rank, **_described_trial(run, trial)}
            for rank, trial in enumerate(findings.front, start=1)
        ],
        "baselines": [_described_trial(run, trial) for trial in findings.baselines],
        **({} if tested is None else {"test": tested}),
    }


def _described_trial(run: "Run", trial: "Trial") -> dict[str, Any]:
    """Return a trial as in the journal, without its curves, with the scores on fresh seeds."""
    from neuroevo.cli.outcome import described_scores, times_fewer_samples

    described: dict[str, Any] = json.loads(trial.to_json())
    del described["curve"]
    described.pop("class_curves", None)
    if run.findings.constraints:
        described["feasible"] = run.findings.feasibility(trial)
    described |= described_scores(run, trial)
    if trial.operator == "baseline":
        described["times_fewer_samples"] = times_fewer_samples(run, trial)
    return described
