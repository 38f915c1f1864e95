"""Faults: the system clock is changed by a day, during a run or before it is resumed."""

from functools import partial

import numpy as np

from experiments.torture.driver import Moment, ShiftClock, intercept, shift_clock
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.rows import Row
from experiments.torture.stage import Size, Stage, stage

_DAY = 86_400.0  # seconds
_LIMIT = "time_limit = 3600"  # would be reached, or never, if the system clock counted


def clock(times: int) -> list[Row]:
    """Set the clock back this many times, and forward as often."""
    with stage(Size(6, 3), setting=_LIMIT) as ours:
        return [
            row(f"clock set {way} a day", each(partial(_shifted, ours, seconds), times))
            for way, seconds in (("back", -_DAY), ("forward", _DAY))
        ]


def _shifted(ours: Stage, seconds: float, index: int) -> Outcome:
    generator = np.random.default_rng([8, index])
    with ours.case() as case:
        moment = Moment(int(generator.integers(1, 20)), "write", "trials.jsonl")
        prepare = partial(intercept, case.results, moment, ShiftClock(seconds))
        ended = case.run("--jobs", str(1 + index % 2), prepare=prepare).end()
        through = case.judged((), ended.problems(0))
    with ours.case() as case:
        case.stop_at(moment)
        earlier = case.journal()
        resumed = case.resume("--jobs", "1", prepare=partial(shift_clock, seconds)).end()
        outcome = case.judged(earlier, resumed.problems(0))
    return Outcome(through.lost + outcome.lost, (*through.problems, *outcome.problems))
