"""``neuroevo best``: the configuration of a trial of the front, to be reused."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from neuroevo.cli.options import RESULTS, Results, RunReference, examples
from neuroevo.errors import NeuroevoError, UsageError

if TYPE_CHECKING:
    from neuroevo.report.run import Run
    from neuroevo.runs import Trial

EXAMPLES = examples(
    "neuroevo best latest > best.toml",
    "neuroevo best latest --rank 2",
    "neuroevo best latest --format json | jq .genome.hidden",
)


def best(
    run: RunReference,
    rank: Annotated[
        int, typer.Option(metavar="K", help="Rank on the front, 1 for the champion.")
    ] = 1,
    form: Annotated[
        Literal["toml", "json"], typer.Option("--format", help="Format of the output.")
    ] = "toml",
    results: Results = RESULTS,
) -> None:
    """Write the best configuration of a run, that of its champion.

    The champion is the trial of the front that reaches the target MSE with the fewest samples and
    still holds it at the end; if none does, or samples to target is no objective, the one that is
    best in the first objective. Scores on fresh seeds decide, and the target must be held on the
    seeds of the search too.

    Prints an experiment file with every gene fixed to stdout, or a JSON object.
    """
    from neuroevo.report.run import load_run

    found = load_run(run, results)
    trial = _ranked(found, rank)
    if form == "toml":
        typer.echo(found.findings.configuration_file(trial), nl=False)
    else:
        typer.echo(json.dumps(_described(found, trial, rank), indent=2))


def _ranked(run: "Run", rank: int) -> "Trial":
    front = run.pareto_front()
    if not front:
        raise NeuroevoError(f"{run.folder.id}: must have a completed trial, but has none")
    if not 1 <= rank <= len(front):
        rule = f"must be between 1 and {len(front)}, the size of the front"
        raise UsageError(f"--rank: {rule}, but got {rank}")
    return front[rank - 1]


def _described(run: "Run", trial: "Trial", rank: int) -> dict[str, object]:
    from neuroevo.cli.outcome import described_scores

    recorded = json.loads(trial.to_json())
    return {
        "run": run.folder.id,
        "rank": rank,
        "number": trial.number,
        "genome": recorded["genome"],
        "objectives": recorded["objectives"],
        **described_scores(run, trial),
        "origin": run.findings.origin(trial).model_dump(mode="json"),
    }
