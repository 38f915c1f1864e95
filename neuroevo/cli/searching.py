"""What the commands that search have in common: it is watched, can be stopped, and gone on with.

It knows the terminal and signals; how a search is begun or resumed is handed in.
"""

import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING, Protocol

import typer

from neuroevo.cli.signals import Interrupted, Interruption
from neuroevo.cli.terminal import called, print_heading, reference, say
from neuroevo.errors import NeuroevoError

if TYPE_CHECKING:
    from neuroevo.cli.display import Display
    from neuroevo.report.run import Run
    from neuroevo.search import Progress
    from neuroevo.workers import Backend, Workers


class Begin(Protocol):
    """Searches, or goes on with a search, to its end."""

    def __call__(  # noqa: PLR0913 - what both commands hand over, by name
        self,
        *,
        n_jobs: int,
        backend: "Backend",
        scheduler: str | None,
        trial_timeout: float | None,
        observer: "Display",
        stop: Callable[[], bool],
    ) -> "Run":
        """Return the finished run; all is as for `neuroevo.run`."""


def watched(begin: Begin, workers: "Workers", *, quiet: bool) -> "tuple[Run, bool]":
    """Let a search go on to its end, and show it.

    Returns the run, and whether there was anything left to do.

    Parameters
    ----------
    begin
        Begins it.
    workers
        Who trains; whoever goes on is told to take them again.
    quiet
        Whether nothing but errors shall be said.

    Raises
    ------
    Interrupted
        If it was stopped by a signal; it says how to go on.
    NeuroevoError
        If something went wrong; where the run can be resumed, it says how.
    """
    from neuroevo.cli.display import watch
    from neuroevo.search import StoppedError

    display = watch(quiet=quiet)

    def how_far() -> str:
        return _how_far(display.latest, workers)

    def asked() -> None:
        display.say("finishing the running trials, then stopping; once more: at once")

    def forced() -> None:
        display.close()
        say(f"neuroevo: {how_far()}")

    with display, Interruption(asked, forced) as interruption, warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: display.say(f"warning: {message}")
        try:
            run = begin(**asdict(workers), observer=display, stop=interruption)
        except StoppedError:
            raise Interrupted(interruption.number, how_far()) from None
        except NeuroevoError as error:
            if display.latest is not None and display.latest.folder is not None:
                error.problems = (*error.problems, how_far())
            raise
    return run, display.latest is not None


def print_outcome(run: "Run", *next_steps: str) -> None:
    """Write what a run found, and what can be done with its best, to stderr."""
    from neuroevo.cli.outcome import print_findings

    print_findings(run, sys.stderr)
    if run.pareto_front():
        print_heading("Reuse it", sys.stderr)
        for step in (f"best {reference(run.folder.path)}", *next_steps):
            say(f"{called()} {step}")
    say()


def echo_folder(run: "Run") -> None:
    """Print a run's folder to stdout."""
    typer.echo(run.folder.path)


def _how_far(progress: "Progress | None", workers: "Workers") -> str:
    if progress is None or progress.folder is None:
        return "stopped before the search began"
    generations = progress.experiment.evolution.generations
    generation = min(progress.generation + 1, generations)
    run = reference(progress.folder.path)
    parts = [
        f"stopped in generation {generation} of {generations}",
        f"{progress.trials:,} trials are kept",
        *([f"see them with: {called()} report {run}"] if progress.trials else []),
        f"go on with: {called()} resume {run}{_options(workers)}",
    ]
    return "; ".join(parts)


def _options(workers: "Workers") -> str:
    """Write the options that matter for where a search can go on."""
    options = {
        "--backend": "" if workers.backend == "threading" else workers.backend,
        "--scheduler": workers.scheduler or "",
        "--trial-timeout": "" if workers.trial_timeout is None else f"{workers.trial_timeout:g}",
    }
    return "".join(f" {name} {quote(value)}" for name, value in options.items() if value)
