"""Runs a sweep: one run after the other in its folder, those that are complete left out.

Knows which runs a sweep has; does not know what they are compared by.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from neuroevo.experiment import Sweep
from neuroevo.runs import RunFolder, RunLock, SweepFolder, read_sweep
from neuroevo.search.beginning import Beginning
from neuroevo.search.progress import Observer, StoppedError, ignore_progress
from neuroevo.search.start_and_resume import resume, search
from neuroevo.workers import Workers
from neuroevo.workers.pool import never


def run_sweep(
    sweep: Sweep,
    results: Path,
    *,
    workers: Workers | None = None,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> SweepFolder:
    """Run a sweep in a new folder and return it.

    Parameters
    ----------
    sweep
        The sweep.
    results
        The results folder, in which the folder is made.
    workers, observer, stop
        As for `search`, of each run.

    Raises
    ------
    NeuroevoError
        As `search` does; a sweep that has begun can be resumed.
    """
    if stop():
        raise StoppedError(f"{sweep.name}: stopped before the sweep began")
    folder = SweepFolder.create(results, sweep, moment=datetime.now().astimezone())
    resume_sweep(folder, workers=workers, observer=observer, stop=stop)
    return folder


def resume_sweep(
    folder: SweepFolder,
    *,
    workers: Workers | None = None,
    observer: Observer = ignore_progress,
    stop: Callable[[], bool] = never,
) -> bool:
    """Run all of a sweep that is not complete; return whether there was anything.

    Parameters and errors are those of `resume`.
    """
    resumed = False
    with RunLock(RunFolder(folder.path)):
        sweep = read_sweep(folder)
        for run, existing in zip(sweep.runs, folder.runs_of(sweep), strict=True):
            if existing is not None:
                resumed |= resume(existing, workers=workers, observer=observer, stop=stop)
                continue
            search(
                run.experiment,
                folder.path,
                workers=workers,
                beginning=Beginning(run.initial),
                observer=observer,
                stop=stop,
            )
            resumed = True
    return resumed
