"""``neuroevo resume``: resume an interrupted run."""

from collections.abc import Mapping
from functools import partial

import typer

from neuroevo.cli import options
from neuroevo.cli.searching import print_outcome, search_shown
from neuroevo.cli.sweep import finish
from neuroevo.cli.terminal import local_path, say
from neuroevo.errors import UsageError

EXAMPLES = options.examples(
    "neuroevo resume latest",
    "neuroevo resume latest --generations 60",
    "neuroevo resume latest --generations 60 --target none",
    "neuroevo resume latest --data moved.csv",
    "neuroevo resume results/learning-rates-20261122-154455",
)


def resume(  # noqa: PLR0913, PLR0917 - the options that the documentation promises
    run: options.RunReference,
    results: options.Results = options.RESULTS,
    jobs: options.Jobs = -1,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    trial_timeout: options.TrialTimeout = None,
    generations: options.Generations = None,
    time_limit: options.NewTimeLimit = None,
    target: options.NewTarget = None,
    patience: options.NewPatience = None,
    data: options.Data = None,
    log: options.Log = None,
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Resume an interrupted run, or a sweep.

    Finished trials are not trained again; the results are the same as without the interruption,
    bit for bit. The options that end the search replace the settings of the run, so that a
    complete run can be continued; if it would end at once again, a line says why. With --log the
    trials from before are shown there too. Of a sweep, all runs that are not complete are resumed
    or begun.

    Prints the run's folder to stdout; progress and results go to stderr.
    """
    changes = options.changed_ends(generations, time_limit, target, patience)

    # Imported after the checks, so that wrong arguments are reported at once.
    from neuroevo import api
    from neuroevo.runs import find_sweep, read_status
    from neuroevo.workers import Workers

    workers = Workers(jobs, backend, scheduler, trial_timeout)
    if find_sweep(run, results) is not None:
        _check_no_changes({**dict.fromkeys(changes, True), "data": data, "log": log})
        begin_sweep = partial(api.resume_sweep, run, results=results)
        whole, resumed = search_shown(begin_sweep, workers, quiet=quiet)
        finish(whole, quiet=quiet or not resumed)
        return
    found = api.load_run(run, results)
    begin = partial(api.resume, found, ends=changes, data=data, log=log or ())
    finished, resumed = search_shown(begin, workers, quiet=quiet)
    if not quiet and resumed:
        print_outcome(finished)
    elif not quiet:
        reason = read_status(finished.folder).reason
        say(f"{finished.folder.id} is complete: {reason}; there is nothing to resume")
    typer.echo(local_path(finished.folder.path))


def _check_no_changes(given: Mapping[str, object]) -> None:
    lines = [
        f"--{name.replace('_', '-')}: must be left out for a sweep, whose runs keep their settings"
        for name, value in given.items()
        if value is not None
    ]
    if lines:
        raise UsageError(*lines)
