"""A long run: memory and the number of open files must stay constant."""

from functools import partial
from typing import NamedTuple

from experiments.torture.driver import Measure, Moment, intercept
from experiments.torture.outcomes import Outcome, row
from experiments.torture.rows import Row
from experiments.torture.stage import Size, stage

_GROWTH = 1.05  # of memory, from the first quarter of the run to its last: trials are remembered


class _Measurement(NamedTuple):
    """What a process that searches needs when it writes a trial."""

    memory: int  # kB
    files: int  # open


def long(times: int) -> list[Row]:
    """Run this many generations, and measure the process at each trial."""
    with stage(Size(4, times, 10, 1)) as ours, ours.case() as case:
        log = case.folder / "measurements"
        moment = Moment(1, "write", "trials.jsonl", lasting=True)
        prepare = partial(intercept, case.results, moment, Measure(log))
        ended = case.run("--jobs", "1", prepare=prepare).end()
        outcome = case.judged((), ended.problems(0))
        lines = log.read_text(encoding="utf-8").splitlines()
    taken = [_Measurement(*map(int, line.split())) for line in lines]
    early, late = taken[len(taken) // 5 : len(taken) // 3], taken[-len(taken) // 5 :]
    memory = [max(each.memory for each in part) for part in (early, late)]
    files = [max(each.files for each in part) for part in (early, late)]
    problems = outcome.problems
    if memory[1] > _GROWTH * memory[0]:
        problems += ("memory grows",)
    if files[1] > files[0]:
        problems += ("open files grow",)
    measured = (
        f"{memory[0] / 1000:.1f} to {memory[1] / 1000:.1f} MB, {files[0]} to {files[1]} files"
    )
    found = row(f"{times:,} generations", [Outcome(outcome.lost, problems)])
    return [Row(found.fault, found.times, found.lost, found.differing, f"{measured} {found.note}")]
