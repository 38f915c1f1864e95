"""``neuroevo resume``: go on with a run that was stopped, by whatever it was."""

from functools import partial

from neuroevo.cli.options import (
    RESULTS,
    Backend,
    Generations,
    Jobs,
    Patience,
    Quiet,
    Results,
    RunReference,
    Scheduler,
    Target,
    TimeLimit,
    TrialTimeout,
    ends,
    examples,
)
from neuroevo.cli.searching import echo_folder, print_outcome, watched
from neuroevo.cli.terminal import say

EXAMPLES = examples("neuroevo resume latest", "neuroevo resume latest --generations 60")


def resume(  # noqa: PLR0913, PLR0917 - the options that the documentation promises
    run: RunReference,
    results: Results = RESULTS,
    jobs: Jobs = -1,
    backend: Backend = "threading",
    scheduler: Scheduler = None,
    trial_timeout: TrialTimeout = None,
    generations: Generations = None,
    time_limit: TimeLimit = None,
    target: Target = None,
    patience: Patience = None,
    quiet: Quiet = False,  # noqa: FBT002 - an option
) -> None:
    """Go on with a run that was stopped, by whatever it was.

    What is finished is not trained again; what comes out is what would have come out without the
    interruption, bit for bit. An option that ends the search takes the place of what the run
    began with, so that a run that is complete may go on.

    Prints the run's folder to stdout; progress and results go to stderr.
    """
    changes = ends(generations, time_limit, target, patience)

    # After the checks: what is wrong with the arguments shall be said at once.
    from neuroevo.api import load_run
    from neuroevo.api import resume as go_on
    from neuroevo.runs import read_status
    from neuroevo.workers import Workers

    workers = Workers(jobs, backend, scheduler, trial_timeout)
    begin = partial(go_on, load_run(run, results), ends=changes)
    finished, went_on = watched(begin, workers, quiet=quiet)
    if not quiet and went_on:
        print_outcome(finished)
    elif not quiet:
        reason = read_status(finished.folder).reason
        say(f"{finished.folder.id} is complete: {reason}; there is nothing to resume")
    echo_folder(finished)
