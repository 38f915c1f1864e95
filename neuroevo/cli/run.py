"""``neuroevo run``: search for the best configuration of an experiment."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from neuroevo.cli.options import (
    RESULTS,
    Backend,
    Generations,
    Jobs,
    Patience,
    Quiet,
    Results,
    Scheduler,
    Target,
    TimeLimit,
    TrialTimeout,
    ends,
    examples,
    gathered,
)
from neuroevo.cli.searching import echo_folder, print_outcome, watched
from neuroevo.cli.terminal import reference, say
from neuroevo.errors import UsageError

EXAMPLES = examples(
    "neuroevo run experiments/mouse.toml",
    "neuroevo run experiments/mouse.toml --seed 7 --set evolution.generations=5",
    "neuroevo run experiments/mouse.toml --time-limit 8h --target samples_to_target=30",
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
    jobs: Jobs = -1,
    backend: Backend = "threading",
    scheduler: Scheduler = None,
    trial_timeout: TrialTimeout = None,
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
    generations: Generations = None,
    time_limit: TimeLimit = None,
    target: Target = None,
    patience: Patience = None,
    quiet: Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Search for the best configuration of an experiment.

    Ctrl-C, a crash or a power cut loses nothing that was finished: see resume.

    Prints the new run's folder to stdout; progress and results go to stderr.
    """
    from neuroevo.experiment import load_experiment
    from neuroevo.workers import Workers

    problems: list[str] = []
    changes: dict[str, object] = {}
    with gathered(problems):
        changes = ends(generations, time_limit, target, patience)
    named = {"seed": seed, "name": name, "evolution": changes}
    with gathered(problems):
        workers = Workers(jobs, backend, scheduler, trial_timeout)
    with gathered(problems):
        asked = load_experiment(experiment, [*(overrides or ()), *_overrides(named)])
    if problems:
        raise UsageError(*problems)

    # After the checks: what is wrong with the arguments shall be said at once.
    from neuroevo.api import Seeds, read_seeds
    from neuroevo.api import run as search

    seeds = Seeds() if seed_from is None else read_seeds(seed_from, asked, results)
    if seeds.note and not quiet:
        say(seeds.note)

    begin = partial(search, asked, results=results, seed_from=seeds)
    found, _ = watched(begin, workers, quiet=quiet)
    if not quiet:
        again = f"run {quote(str(experiment))} --seed-from {reference(found.folder.path)}"
        print_outcome(found, again)
    echo_folder(found)


def _overrides(settings: Mapping[str, object], table: str = "") -> list[str]:
    """Write settings as overrides, where the same rules check them; None is none."""
    overrides = []
    for key, value in settings.items():
        if key == "evolution" and isinstance(value, Mapping):
            overrides += _overrides(value, "evolution.")
        elif isinstance(value, Mapping):
            pairs = ", ".join(f"{name} = {number!r}" for name, number in value.items())
            overrides.append(f"{table}{key}={{ {pairs} }}")
        elif value is not None:  # JSON's strings and numbers are TOML's as well
            overrides.append(f"{table}{key}={json.dumps(value, ensure_ascii=False)}")
    return overrides
