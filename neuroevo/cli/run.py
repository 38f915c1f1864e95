"""``neuroevo run``: search for the best configuration of an experiment."""

import json
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from neuroevo.cli.options import RESULTS, Results, examples
from neuroevo.cli.terminal import called, print_heading, say
from neuroevo.errors import UsageError

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment
    from neuroevo.search import Progress

EXAMPLES = examples(
    "neuroevo run experiments/mouse.toml",
    "neuroevo run experiments/mouse.toml --seed 7 --set evolution.generations=5",
    "neuroevo run experiments/mouse.toml --seed-from latest",
    "RUN=$(neuroevo run experiments/mouse.toml --quiet)",
)


def run(  # noqa: PLR0913, PLR0917 - the options that the documentation promises
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="The experiment file.")
    ],
    results: Results = RESULTS,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name the run other than its experiment.")
    ] = None,
    jobs: Annotated[
        int, typer.Option(metavar="N", help="Networks are trained on N cores; -1 for all.")
    ] = -1,
    backend: Annotated[
        Literal["threading", "loky"], typer.Option(help="Train in threads or in processes.")
    ] = "threading",
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Seed of the search and of all starting weights."),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="TABLE.KEY=VALUE", help="Override a setting; may be repeated."
        ),
    ] = None,
    seed_from: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|best.toml", help="Start from the best of another run, or from a file."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Search for the best configuration of an experiment.

    Prints the new run's folder to stdout; progress and results go to stderr.
    """
    asked = _checked(experiment, _overrides(overrides, seed, name), jobs)

    # After the checks: what is wrong with the arguments shall be said at once.
    from neuroevo.api import Seeds, read_seeds
    from neuroevo.api import run as search
    from neuroevo.cli.progress import watch
    from neuroevo.cli.summary import print_findings

    seeds = Seeds() if seed_from is None else read_seeds(seed_from, asked, results)
    if seeds.note and not quiet:
        say(seeds.note)
    with watch(quiet=quiet) as display:
        try:
            found = search(
                asked,
                results=results,
                n_jobs=jobs,
                backend=backend,
                seed_from=seeds,
                observer=display,
            )
        except KeyboardInterrupt as interrupt:
            raise type(interrupt)(_how_far(display.latest)) from None
    if not quiet:
        print_findings(found, sys.stderr)
        _say_what_next(found.folder.path, experiment)
    typer.echo(found.folder.path)


def _overrides(given: list[str] | None, seed: int | None, name: str | None) -> list[str]:
    """Put --seed and --name among the overrides, where the same rules check them."""
    overrides = list(given or ())
    if seed is not None:
        overrides.append(f"seed={seed}")
    if name is not None:
        overrides.append(f"name={json.dumps(name, ensure_ascii=False)}")  # a TOML string as well
    return overrides


def _checked(experiment: Path, overrides: list[str], jobs: int) -> "Experiment":
    """Load the experiment, and refuse what is wrong with other options together with it."""
    from neuroevo.evaluation import Workers
    from neuroevo.experiment import load_experiment

    problems: list[str] = []
    try:
        Workers(jobs)
    except UsageError as error:
        problems += error.problems
    try:
        loaded = load_experiment(experiment, overrides)
    except UsageError as error:
        raise UsageError(*problems, *error.problems) from error
    if problems:
        raise UsageError(*problems)
    return loaded


def _how_far(progress: "Progress | None") -> str:
    if progress is None or progress.folder is None:
        return "stopped before the search began"
    generations = progress.experiment.evolution.generations
    return (
        f"stopped in generation {progress.generation + 1} of {generations}; "
        f"{progress.trials:,} trials are kept in {progress.folder.path}"
    )


def _say_what_next(folder: Path, experiment: Path) -> None:
    reference = quote(folder.name if folder.parent == RESULTS else str(folder))
    command = called()
    print_heading("Reuse it", sys.stderr)
    say(f"{command} best {reference}")
    say(f"{command} run {quote(str(experiment))} --seed-from {reference}")
    say()
