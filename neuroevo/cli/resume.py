"""``neuroevo resume``: resume an interrupted run."""

from functools import partial

import typer

from neuroevo.cli import options
from neuroevo.cli.searching import print_outcome, search_shown
from neuroevo.cli.terminal import local_path, say

EXAMPLES = options.examples(
    "neuroevo resume latest",
    "neuroevo resume latest --generations 60",
    "neuroevo resume latest --data moved.csv",
)


def resume(  # noqa: PLR0913, PLR0917 - the options that the documentation promises
    run: options.RunReference,
    results: options.Results = options.RESULTS,
    jobs: options.Jobs = -1,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    trial_timeout: options.TrialTimeout = None,
    generations: options.Generations = None,
    time_limit: options.TimeLimit = None,
    target: options.Target = None,
    patience: options.Patience = None,
    data: options.Data = None,
    log: options.Log = None,
    quiet: options.Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Resume an interrupted run.

    Finished trials are not trained again; the results are the same as without the interruption,
    bit for bit. The options that end the search replace the settings of the run, so that a
    complete run can be continued. With --log the trials from before are shown there too.

    Prints the run's folder to stdout; progress and results go to stderr.
    """
    changes = options.ends(generations, time_limit, target, patience)

    # Imported after the checks, so that wrong arguments are reported at once.
    from neuroevo import api
    from neuroevo.runs import read_status
    from neuroevo.workers import Workers

    workers = Workers(jobs, backend, scheduler, trial_timeout)
    found = api.load_run(run, results)
    begin = partial(api.resume, found, ends=changes, data=data, log=log or ())
    finished, resumed = search_shown(begin, workers, quiet=quiet)
    if not quiet and resumed:
        print_outcome(finished)
    elif not quiet:
        reason = read_status(finished.folder).reason
        say(f"{finished.folder.id} is complete: {reason}; there is nothing to resume")
    typer.echo(local_path(finished.folder.path))
