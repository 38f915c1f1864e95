"""Faults: scores that are NaN or infinite, at every trial of a run."""

import math
from functools import partial

import numpy as np

from experiments.torture.driver import Moment
from experiments.torture.full_disk import spread
from experiments.torture.outcomes import Outcome, each, row
from experiments.torture.poison import poison
from experiments.torture.rows import Row
from experiments.torture.stage import Size, Stage, stage

_BASELINES = 6


def fitness(times: int) -> list[Row]:
    """Give each trial in turn such a score, or this many of them."""
    with stage(Size(4, 4)) as ours:
        positions = spread(len(ours.reference.trials), times)
        return [
            row(
                f"{value} as a fitness",
                each(partial(_poisoned, ours, value, positions), len(positions)),
            )
            for value in (math.nan, math.inf, -math.inf)
        ]


def _poisoned(ours: Stage, value: float, positions: list[int], index: int) -> Outcome:
    """Run with such scores, then with a kill and a resume, and compare the two."""
    number = positions[index] - 1
    objectives = ours.reference.trials[number]["objectives"]
    name = list(objectives)[index % len(objectives)]
    prepare = partial(poison, name, objectives[name], value)
    with ours.case() as undisturbed, ours.case() as case:
        ended = undisturbed.run("--jobs", "1", prepare=prepare).end()
        if problems := ended.problems(0):
            return Outcome(problems=problems)
        reference = undisturbed.result()
        trial = reference.trials[number]
        problems = ()
        if trial["objectives"][name] is not None or trial["state"] != "diverged":
            problems = (f"trial {number} is {trial['state']} with {trial['objectives']}",)
        at = int(np.random.default_rng([9, index]).integers(1, len(reference.trials)))
        case.stop_at(Moment(at, "write", "trials.jsonl"), also=prepare)
        earlier = case.journal()
        ended = case.resume("--jobs", "2", prepare=prepare).end()
        outcome = case.judged(earlier, ended.problems(0), reference=reference)
        return Outcome(outcome.lost, (*problems, *outcome.problems))
