"""Signals that ask a run to stop, and two commands for one run folder."""

import signal
import time
from functools import partial

import numpy as np

from experiments.torture.driver import Moment
from experiments.torture.folders import committed, run_folder
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.processes import Running, fork, fresh
from experiments.torture.rows import Row
from experiments.torture.stage import Size, Stage, stage
from experiments.torture.trainings import afflict
from experiments.torture.workers import gone

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BUSY = 75
_LOKY_EVERY = 5
_FRESH_EVERY = 4  # of the runs of a signal, begun at another one for each
_SLOW, _STUCK = partial(afflict, "is slow"), partial(afflict, "gets stuck")


def signals(times: int, pairs: int = 4) -> list[Row]:
    """Send each signal so often once and twice; start two commands for a folder some times more.

    Parameters
    ----------
    times
        For each signal, once and twice.
    pairs
        How many pairs of commands there are for each of these times.
    """
    kinds = [(number, twice) for number in _SIGNALS for twice in (False, True)]
    with stage(Size(6, 3)) as ours:
        outcomes = each(
            lambda n: _signalled(ours, *kinds[n % len(kinds)], n // len(kinds)),
            times * len(kinds),
        )
        return [
            *(
                row(f"{number.name} {'twice' if twice else 'once'}", outcomes[n :: len(kinds)])
                for n, (number, twice) in enumerate(kinds)
            ),
            row("two commands on one folder", each(partial(_two_at_once, ours), pairs * times)),
        ]


def _signalled(ours: Stage, number: signal.Signals, twice: bool, index: int) -> Outcome:  # noqa: FBT001 - from a tuple
    generator = np.random.default_rng([6, number, twice, index])
    backend = "loky" if index % _LOKY_EVERY == 1 else "threading"
    options = ("--jobs", str(1 + index % 2), "--backend", backend)
    with ours.case() as case:
        if twice:  # only the second signal can end it
            running = case.run(*options, start=fork, prepare=_STUCK)
        elif (index + _SIGNALS.index(number)) % _FRESH_EVERY:
            running = case.run(*options, start=fork, prepare=_SLOW)
        else:
            running = case.run(*options, start=fresh)
        running.until(lambda: bool(run_folder(case.results)))
        time.sleep(generator.uniform(0, 0.3))
        begun = bool(run_folder(case.results)) and bool(committed(case.run_folder))
        running.signal(number)
        if twice:
            running.until(partial(_signalled_again, running, number, generator.uniform(0, 0.1)))
        ended = running.end()
        # After its last words a command may die of the second signal, which shells tell alike.
        problems = ended.problems(0, 128 + number, *((-number,) if twice else ()))
        if ended.code and not twice and "resume" not in ended.messages:
            problems += (f"does not say how to resume: {ended.messages.strip()}",)
        problems += gone(running)
        outcome = case.mended(case.journal(), "--jobs", "2")
        remark = "" if ended.code else "over before the signal"
        remark = remark if begun else "before the first trial"
        return Outcome(outcome.lost, (*problems, *outcome.problems), remark)


def _signalled_again(running: Running, number: signal.Signals, pause: float) -> bool:
    """Repeat a signal, since a pending one absorbs the next; return whether the command ended."""
    time.sleep(pause)
    running.signal(number)
    return running.is_over


def _two_at_once(ours: Stage, index: int) -> Outcome:
    """Start two commands at once: one does the work, the other reports it or finds it done."""
    generator = np.random.default_rng([7, index])
    with ours.case() as case:
        case.stop_at(Moment(int(generator.integers(1, 12)), "write", "trials.jsonl"))
        earlier = case.journal()
        running = [
            fork(
                ["resume", str(case.run_folder), "--quiet", "--jobs", "1"],
                case.folder / name,
                _SLOW if index % 2 else None,
            )
            for name in ("one", "other")
        ]
        ended = [each.end() for each in running]
        problems = tuple(problem for one in ended for problem in one.problems(0, _BUSY))
        busy = [one for one in ended if one.code == _BUSY]
        if len(busy) == len(ended):
            problems += ("none did the work",)
        pids = [str(one.pid) for one in running]
        if any(not any(f"process {pid}" in one.messages for pid in pids) for one in busy):
            problems += (f"the holder is not named: {busy[0].messages.strip()}",)
        outcome = case.judged(earlier, problems)
        remark = "" if busy else "one after the other"
        return Outcome(outcome.lost, outcome.problems, remark)
