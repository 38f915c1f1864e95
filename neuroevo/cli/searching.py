"""What `run` and `resume` have in common: the search is shown, can be stopped, and is reported.

Knows the terminal and signals; how a search is started or resumed is passed in.
"""

import sys
import warnings
from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING, TypeVar

from neuroevo.cli.signals import Interrupted, Interruption
from neuroevo.cli.terminal import print_heading, program, reference, say
from neuroevo.errors import NeuroevoError

if TYPE_CHECKING:
    from collections.abc import Callable

    from neuroevo.report.run import Run
    from neuroevo.search import Progress
    from neuroevo.workers import Workers

Found = TypeVar("Found")


def search_shown(
    begin: "Callable[..., Found]", workers: "Workers", *, quiet: bool
) -> "tuple[Found, bool]":
    """Search to the end and show the progress.

    Parameters
    ----------
    begin
        `neuroevo.run`, `neuroevo.resume` or one of a sweep, with all arguments but workers,
        observer and stop.
    workers
        Who trains; the command that is suggested for resuming has the same.
    quiet
        Whether to show errors only.

    Returns
    -------
    The run or sweep, and whether there was anything to do.

    Raises
    ------
    Interrupted
        If it was stopped by a signal; the message says how to resume.
    NeuroevoError
        If something went wrong; if the run can be resumed, the last line says how.
    """
    from neuroevo.cli.display import watch
    from neuroevo.search import StoppedError

    display = watch(quiet=quiet)

    def asked() -> None:
        display.say("finishing the running trials, then stopping; a second signal stops at once")

    def forced() -> None:
        display.close()
        say(f"neuroevo: {_stopped_message(display.latest, workers, interruption)}")

    interruption = Interruption(asked, forced)
    with display, interruption, warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: display.say(f"warning: {message}")
        try:
            found = begin(**asdict(workers), observer=display, stop=interruption)
        except StoppedError:
            message = _stopped_message(display.latest, workers, interruption)
            raise Interrupted(interruption.number, message) from None
        except NeuroevoError as error:
            if display.latest is not None and display.latest.folder is not None:
                error.problems = (*error.problems, _stopped_message(display.latest, workers))
            raise
    return found, display.latest is not None


def print_outcome(run: "Run", *next_steps: str) -> None:
    """Write the results of a run, and commands that reuse its best configuration, to stderr."""
    from neuroevo.cli.outcome import print_findings

    print_findings(run, sys.stderr)
    if run.pareto_front():
        print_heading("Reuse it", sys.stderr)
        for step in (f"best {reference(run.folder.path)}", *next_steps):
            say(f"{program()} {step}")
    say()


def _stopped_message(
    progress: "Progress | None", workers: "Workers", interruption: Interruption | None = None
) -> str:
    stopped = "stopped" if interruption is None else f"stopped by {interruption.name}"
    if progress is None or progress.folder is None:
        return f"{stopped} before the search began"
    from neuroevo import wording
    from neuroevo.runs import SweepFolder

    generations = progress.experiment.evolution.generations
    run, sweep = progress.folder.path, SweepFolder(progress.folder.path.parent)
    whole = sweep.path if sweep.exists() else run
    parts = [
        f"{stopped}, {wording.generations_begun(progress.begun, generations)}",
        f"{progress.trials:,} trials are kept",
        *([f"see them with: {program()} report {reference(run)}"] if progress.trials else []),
        f"resume with: {program()} resume {reference(whole)}{_options(workers)}",
    ]
    return "; ".join(parts)


def _options(workers: "Workers") -> str:
    """Return the options that resume with the same workers."""
    options = {
        "--backend": workers.backend or "",
        "--scheduler": workers.scheduler or "",
        "--trial-timeout": "" if workers.trial_timeout is None else f"{workers.trial_timeout:g}",
    }
    return "".join(f" {name} {quote(value)}" for name, value in options.items() if value)
