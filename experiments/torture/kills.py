"""Faults: kill -9 at any time, of runs, of resumed runs, in the middle of a write."""

import time

import numpy as np

from experiments.torture.driver import Moment
from experiments.torture.folders import run_folder
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.processes import fork, fresh
from experiments.torture.rows import Row
from experiments.torture.stage import Case, Size, Stage, stage

_FRESH = 10  # every tenth run is a process of its own from the start
_EARLY = 7  # every seventh is killed at an instant from its very start on
SIZE = Size(6, 3)  # fewer trials than its report trains forests for
_STALLS = (("write", "trials.jsonl"), ("", "checkpoint"), ("", ""))  # calls on files; any
_BEFORE = "before there was anything to resume"


def kills(times: int) -> list[Row]:
    """Kill runs and resumes, half of them with two jobs, resume them and compare."""
    with stage(SIZE, on_disk=True) as ours:
        return killed(ours, times)


def killed(ours: Stage, times: int, runs: str = "") -> list[Row]:
    """Kill the runs of a stage, whose faults are named with a text at their end."""
    stalls, twice = times * 3 // 10, times // 5
    instants = times - stalls - twice
    return [
        row(f"kill -9 at a random instant{runs}", each(lambda n: _at_instant(ours, n), instants)),
        row(f"kill -9 in a stalled write{runs}", each(lambda n: _in_write(ours, n), stalls)),
        row(f"kill -9 of the resume too{runs}", each(lambda n: _resume_too(ours, n), twice)),
    ]


def _at_instant(ours: Stage, index: int) -> Outcome:
    generator = np.random.default_rng([1, index])
    with ours.case() as case:
        if not _kill_run(case, index, generator):
            return Outcome(problems=case.run().end().problems(0), remark=_BEFORE)
        return case.mended(case.journal(), "--jobs", _jobs(index // 2))


def _in_write(ours: Stage, index: int) -> Outcome:
    generator = np.random.default_rng([2, index])
    kind, file = _STALLS[index % len(_STALLS)]
    calls = [
        call for call in ours.calls if call.kind.startswith(kind) and call.file.startswith(file)
    ]
    moment = Moment(int(generator.integers(1, len(calls) + 1)), kind, file)
    with ours.case() as case:
        come = case.stop_at(moment, half_way=True, jobs=1 + index % 2)
        if run_folder(case.results) is None:
            return Outcome(problems=case.run().end().problems(0), remark=_BEFORE)
        remark = "" if come else "over before so many calls"
        return case.mended(case.journal(), "--jobs", _jobs(index // 2), remark=remark)


def _resume_too(ours: Stage, index: int) -> Outcome:
    """Kill the run early, then each resume a little later, then let one end."""
    generator = np.random.default_rng([3, index])
    lost = 0
    with ours.case() as case:
        at = int(generator.integers(1, len(ours.reference.trials)))
        case.stop_at(Moment(at, "write", "trials.jsonl"), jobs=1 + index % 2)
        for _ in range(int(generator.integers(1, 4))):
            earlier = case.journal()
            running = case.resume("--jobs", _jobs(index // 2))
            time.sleep(generator.uniform(0, ours.search_seconds))
            running.kill()
            lost += len(set(earlier) - set(case.journal()))
        outcome = case.mended(case.journal(), "--jobs", _jobs(index))
        return Outcome(outcome.lost + lost, outcome.problems)


def _kill_run(case: Case, index: int, generator: np.random.Generator) -> bool:
    """Kill a run, in most cases after it has a folder; returns whether it can be resumed."""
    running = case.run("--jobs", _jobs(index), start=fork if index % _FRESH else fresh)
    if index % _EARLY:
        running.until(lambda: run_folder(case.results) is not None)
    time.sleep(generator.uniform(0, case.stage.search_seconds))
    running.kill()
    return run_folder(case.results) is not None


def _jobs(index: int) -> str:
    return str(1 + index % 2)
