"""Runs a sweep: one run after the other in its folder, those that are complete left out.

Knows which runs a sweep has; does not know what they are compared by.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from neuroevo.experiment import Sweep, SweepRun
from neuroevo.runs import RunFolder, RunLock, SweepFolder, read_start, read_sweep
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

    Parameters and errors are those of `resume`; runs of the same task must have the same data, or
    the same function, as the first one of them.
    """
    resumed = False
    with RunLock(RunFolder(folder.path)):
        sweep = read_sweep(folder)
        begun = folder.runs_of(sweep)
        firsts = {
            _task(run): existing
            for run, existing in reversed([*zip(sweep.runs, begun, strict=True)])
            if existing is not None
        }
        for run, existing in zip(sweep.runs, begun, strict=True):
            if existing is not None:
                resumed |= resume(existing, workers=workers, observer=observer, stop=stop)
                continue
            first = firsts.get(_task(run))
            beside = None if first is None else read_start(first.start_file)
            made = search(
                run.experiment,
                folder.path,
                workers=workers,
                beginning=Beginning(run.initial, beside=beside),
                observer=observer,
                stop=stop,
            )
            firsts.setdefault(_task(run), made)
            resumed = True
    return resumed


def _task(run: SweepRun) -> str:
    return repr(run.experiment.task.model_dump())
