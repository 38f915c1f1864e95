"""Workers that die: killed one by one and all at once, or with their parent."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from experiments.torture.folders import run_folder
from experiments.torture.outcomes import Outcome, abreast, each, row
from experiments.torture.processes import Running
from experiments.torture.rows import Row
from experiments.torture.stage import Case, Size, Stage, stage
from experiments.torture.trainings import afflict

GRACE = 60.0  # seconds within which workers must exit after their parent

LOKY = ("--jobs", "2", "--backend", "loky")
_SLOW = partial(afflict, "is slow")
_KILLS_A_RUN = 8
_OTHER_KILLS = 20  # a twentieth of the kills one by one, at least one


def workers(times: int) -> list[Row]:
    """Kill this many workers in the middle of generations, and some more in other ways."""
    few = max(1, times // _OTHER_KILLS)
    generations = min(times, _KILLS_A_RUN) + 2
    with stage(Size(8, generations)) as ours:
        return abreast(
            [
                lambda: _one_by_one(ours, times),
                lambda: row(
                    "kill -9 of all workers at once",
                    each(lambda n: _kill_workers(ours, n, 1, all_at_once=True), few),
                ),
                lambda: row(
                    "kill -9 of the parent of workers", each(lambda n: _orphans(ours, n), few)
                ),
            ]
        )


def gone(running: Running, seconds: float = GRACE) -> tuple[str, ...]:
    """Return the processes of a command's session that still exist after some seconds."""
    deadline = time.monotonic() + seconds
    while running.session() and time.monotonic() < deadline:
        time.sleep(0.05)
    orphans = running.session()
    running.kill()
    return (f"{len(orphans)} processes are left after {seconds:g} s",) if orphans else ()


def _one_by_one(ours: Stage, times: int) -> Row:
    """Count kills, of which each run has several."""
    shares = [min(_KILLS_A_RUN, times - first) for first in range(0, times, _KILLS_A_RUN)]
    outcomes = each(lambda n: _kill_workers(ours, n, shares[n], all_at_once=False), len(shares))
    return replace(row("kill -9 of a worker", outcomes), times=times)


def _kill_workers(ours: Stage, index: int, times: int, *, all_at_once: bool) -> Outcome:
    """Kill once per generation: a trial that is hit twice would rightly have failed."""
    generator = np.random.default_rng([4, index])
    with ours.case() as case:
        running = case.run(*LOKY, prepare=_SLOW)
        for kill in range(times):
            population = 8
            begun = 6 + population * kill + int(generator.integers(1, population - 2))
            if not running.until(partial(_has_trials, case, begun)):
                return Outcome(problems=(f"over after {kill} kills", *running.end().problems(0)))
            found = _loky_workers(running)
            for pid in found if all_at_once else generator.permutation(found)[:1]:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        ended = running.end()
        return case.judged((), (*ended.problems(0), *gone(running)))


def _orphans(ours: Stage, index: int) -> Outcome:
    generator = np.random.default_rng([5, index])
    with ours.case() as case:
        running = case.run(*LOKY, prepare=_SLOW)
        at = int(generator.integers(1, 20))
        running.until(partial(_has_trials, case, at))
        running.signal(signal.SIGKILL)
        left = gone(running)
        outcome = case.mended(case.journal(), "--jobs", "2")
        return Outcome(outcome.lost, (*left, *outcome.problems))


def _has_trials(case: Case, count: int) -> bool:
    return run_folder(case.results) is not None and len(case.journal()) >= count


def _loky_workers(running: Running) -> list[int]:
    found = []
    for pid in running.session():
        with suppress(OSError):
            if b"popen_loky" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found
