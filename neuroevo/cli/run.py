"""``neuroevo run``: search for the best configuration of an experiment."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from neuroevo.cli import options
from neuroevo.cli.searching import print_outcome, search_shown
from neuroevo.cli.sweep import finish
from neuroevo.cli.terminal import local_path, reference, say
from neuroevo.errors import UsageError, collected
from neuroevo.files import is_pipe, with_home

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment

EXAMPLES = options.examples(
    "neuroevo run experiments/mouse.toml",
    "neuroevo run experiments/mouse.toml --seed 7 --set evolution.generations=5",
    "neuroevo run experiments/mouse.toml --time-limit 8h --target samples_to_target=30",
    "neuroevo run experiments/mouse.toml --seed-from latest",
    "neuroevo run experiments/boosting.toml --warm-start latest",
    "neuroevo run houses.csv --target price --time-limit 1m",
    "neuroevo run experiments/mouse.toml --log tensorboard",
    "neuroevo run experiments/mouse.toml --seeds 20",
    "RUN=$(neuroevo run experiments/mouse.toml --quiet)",
)


def run(  # noqa: PLR0913, PLR0917 - the options that the documentation promises
    experiment: Annotated[
        Path,
        typer.Argument(
            parser=with_home,
            metavar="EXPERIMENT.toml|TABLE.csv",
            help="The experiment file, - for stdin; or a table, .csv, .tsv, .gz or .parquet, with "
            "--target.",
        ),
    ],
    results: options.Results = options.RESULTS,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the run, if not its experiment's.")
    ] = None,
    jobs: options.Jobs = -1,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    trial_timeout: options.TrialTimeout = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Seed of the search and of all starting weights."),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Search with each of N seeds, one after the other, and compare them."
        ),
    ] = None,
    overrides: options.Overrides = None,
    seed_from: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|best.toml",
            help="Put the best configurations of a run or a file into the first generation.",
        ),
    ] = None,
    warm_start: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUN",
            help="Of strategy screened: let the model learn from the trials of an earlier run of "
            "the same search space or one that overlaps; may be repeated.",
        ),
    ] = None,
    generations: options.Generations = None,
    time_limit: options.TimeLimit = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="COLUMN|OBJECTIVE=VALUE",
            help="Of a table: the column to predict; may be repeated. With a value: "
            "end after the generation in which a trial reaches it; may be repeated, one trial must "
            "reach all.",
        ),
    ] = None,
    patience: options.Patience = None,
    log: options.Log = None,
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Search for the best configuration of an experiment, or for a table.

    For a table, an experiment is made from what is found in it: see new --from to edit it first.
    Validation takes at most a fifth of the work then, which --set training.validation_share=0.1
    changes.

    After Ctrl-C or a crash no finished trial is lost, after a power cut at most those of the last
    50 ms: see resume.

    Prints the new run's folder to stdout, of several seeds that of all their runs; progress and
    results go to stderr.
    """
    from neuroevo.experiment import Sweep
    from neuroevo.tracking import check_trackers
    from neuroevo.workers import Workers

    problems: list[str] = []
    settings: dict[str, object] = {"seed": seed, "name": name}
    columns, values = _divided(experiment, target or ())
    with collected(problems):
        settings["evolution"] = options.ends(generations, time_limit, values, patience)
    with collected(problems):
        workers = Workers(jobs, backend, scheduler, trial_timeout)
    with collected(problems):
        check_trackers(log or ())
    with collected(problems):
        given = [*(overrides or ()), *_overrides(settings)]
        loaded, notes = _load(experiment, columns, given)
    if seeds is not None and seeds < 2:  # noqa: PLR2004 - what a comparison needs
        problems.append(f"--seeds: must be at least 2, but got {seeds}")
    for option, value in (("--log", log), ("--warm-start", warm_start)):
        if seeds is not None and value:
            problems.append(f"{option}: must be left out with --seeds")
    if problems:
        raise UsageError(*problems)
    for note in () if quiet else notes:
        say(f"warning: {note}")

    # Imported after the checks, so that wrong arguments are reported at once.
    from neuroevo import api

    first = api.read_beginning(loaded, results, seed_from, warm_start or ())
    if first.note and not quiet:
        say(first.note)

    if seeds is not None:
        planned = Sweep.of_seeds(loaded, seeds, first.beginning.genomes)
        begin_sweep = partial(api.sweep, planned, results=results)
        finish(search_shown(begin_sweep, workers, quiet=quiet)[0], quiet=quiet)
        return
    begin = partial(api.run, loaded, results=results, seed_from=first, log=log or ())
    found, _ = search_shown(begin, workers, quiet=quiet)
    if not quiet:
        run = reference(found.folder.path)
        is_all = not (columns or given or is_pipe(experiment))
        source = str(experiment) if is_all else local_path(found.folder.experiment_file)
        again = f"run {quote(source)} --seed-from {run}"
        print_outcome(found, *_steps_with_a_table(loaded, run), again)
    typer.echo(local_path(found.folder.path))


def _steps_with_a_table(experiment: "Experiment", run: str) -> list[str]:
    """Return the commands that predict and that train the most careful model, for a table."""
    if experiment.task.kind != "table":
        return []
    predict, train = f"predict {run} NEW.csv", f"train {run} --all-rows"
    crosses = experiment.training.patience > 0
    return [predict, train + " --ensemble 16 --cross-validate 16" * crosses]


def _divided(path: Path, targets: Sequence[str]) -> tuple[list[str], list[str]]:
    """Divide the values of --target into columns of a table and values of objectives."""
    from neuroevo.evaluation import OBJECTIVES
    from neuroevo.tables import SUFFIXES

    if not path.name.lower().endswith(SUFFIXES):
        return [], list(targets)
    columns = [
        text
        for text in targets
        if "=" not in text or text.partition("=")[0].strip() not in OBJECTIVES
    ]
    return columns, [text for text in targets if text not in columns]


def _load(
    path: Path, columns: Sequence[str], overrides: Sequence[str]
) -> "tuple[Experiment, Sequence[str]]":
    """Load an experiment, or make one for a table; with notes on what was found in it."""
    from neuroevo.experiment import experiment_for_table, load_experiment
    from neuroevo.tables import SUFFIXES

    if not path.name.lower().endswith(SUFFIXES):
        return load_experiment(path, overrides), ()
    experiment, suggestion = experiment_for_table(path, options.columns(columns), overrides)
    return experiment, suggestion.notes


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
