"""``neuroevo run``: search for the best configuration of an experiment."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from neuroevo.cli import options
from neuroevo.cli.searching import print_outcome, search_shown
from neuroevo.cli.terminal import reference, say
from neuroevo.errors import UsageError, collected

EXAMPLES = options.examples(
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
    results: options.Results = options.RESULTS,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the run, if not its experiment's.")
    ] = None,
    jobs: options.Jobs = -1,
    backend: options.Backend = "threading",
    scheduler: options.Scheduler = None,
    trial_timeout: options.TrialTimeout = None,
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
            metavar="RUN|best.toml",
            help="Put the best configurations of a run or a file into the first generation.",
        ),
    ] = None,
    generations: options.Generations = None,
    time_limit: options.TimeLimit = None,
    target: options.Target = None,
    patience: options.Patience = None,
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Search for the best configuration of an experiment.

    After Ctrl-C or a crash no finished trial is lost, after a power cut at most those of the last
    50 ms: see resume.

    Prints the new run's folder to stdout; progress and results go to stderr.
    """
    from neuroevo.experiment import load_experiment
    from neuroevo.workers import Workers

    problems: list[str] = []
    settings: dict[str, object] = {"seed": seed, "name": name}
    with collected(problems):
        settings["evolution"] = options.ends(generations, time_limit, target, patience)
    with collected(problems):
        workers = Workers(jobs, backend, scheduler, trial_timeout)
    with collected(problems):
        loaded = load_experiment(experiment, [*(overrides or ()), *_overrides(settings)])
    if problems:
        raise UsageError(*problems)

    # Imported after the checks, so that wrong arguments are reported at once.
    from neuroevo import api

    seeds = api.Seeds() if seed_from is None else api.read_seeds(seed_from, loaded, results)
    if seeds.note and not quiet:
        say(seeds.note)

    begin = partial(api.run, loaded, results=results, seed_from=seeds)
    found, _ = search_shown(begin, workers, quiet=quiet)
    if not quiet:
        again = f"run {quote(str(experiment))} --seed-from {reference(found.folder.path)}"
        print_outcome(found, again)
    typer.echo(found.folder.path)


def _overrides(settings: Mapping[str, object], table: str = "") -> list[str]:
    """Write settings as overrides, so that they are checked like those; None is left out."""
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
