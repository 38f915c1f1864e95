"""The Pareto front among all trials and the baselines, at last and after earlier generations.

It knows scores and no point of a figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.dominance import dominated_by_baselines
from neuroevo.analysis.thinning import MOST_POINTS, thinned
from neuroevo.evolution.front import nondominated

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

NEAR = 0.03  # of the spread between the best and the median trial
MOST_MEMBERS = 500
MOST_STEPS, MOST_IN_STEP = 50, 50  # of the slider, and networks of the front at each


@dataclass(frozen=True, slots=True)
class FrontHistory:
    """The trials, the front and the baselines by their scores.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    points
        A row a trial: ``number``, ``generation``, ``role`` (``trial``, ``front``, ``baseline``),
        ``name``, ``is_drawn`` (of too many trials, or networks of the front, some are chosen
        evenly), ``label`` (of what is drawn) and a column an objective. The front is in its
        order, best first.
    missing
        How many trials of the search have no finite objectives.
    budget
        Samples that a training may see.
    undrawn
        Names of the baselines that have no finite objectives.
    dominated
        How many networks of the front a baseline beats.
    steps
        Generations, the last one among them, each with a table like ``points``: the front as it
        stood then.
    """

    objectives: "tuple[Objective, ...]"
    points: pd.DataFrame
    missing: int
    budget: int
    undrawn: tuple[str, ...] = ()
    dominated: int = 0
    steps: tuple[tuple[int, pd.DataFrame], ...] = ()

    def role(self, role: str) -> pd.DataFrame:
        """Return the rows of one role."""
        return self.points[self.points["role"] == role]


def front_history(findings: "Findings") -> FrontHistory:
    """Collect the completed trials with their roles."""
    on_front = {trial.number for trial in findings.front}
    baselines = [trial for trial in findings.baselines if findings.is_complete(trial)]
    behind = [trial for trial in findings.complete if trial.number not in on_front]
    panels = max(len(findings.objectives) - 1, 1)
    tables = [
        _table(findings, "trial", behind, MOST_POINTS // panels),
        _table(findings, "front", findings.front, MOST_MEMBERS),
        _table(findings, "baseline", baselines, len(baselines)),
    ]
    return FrontHistory(
        findings.objectives,
        pd.concat(tables, ignore_index=True),
        missing=len(findings.searched) - len(findings.complete),
        budget=findings.experiment.training.samples,
        undrawn=tuple(each.name for each in findings.baselines if not findings.is_complete(each)),
        dominated=len(dominated_by_baselines(findings)),
        steps=_steps(findings),
    )


def is_one_sided(front: FrontHistory) -> bool:
    """Tell whether one network is best, or within a hair of it, in every objective.

    A hair is a small part of the spread between the best and the median trial, on the
    objective's own scale.
    """
    if len(front.objectives) == 1:
        return True
    members = front.role("front")
    everyone = front.points[front.points["role"] != "baseline"]
    near = np.ones(len(members), dtype=bool)
    for item in front.objectives:
        scale = _scale(item, everyone[item.name].to_numpy(float))
        spread = float(np.median(scale) - scale.min())
        own = _scale(item, members[item.name].to_numpy(float))
        near &= own - scale.min() <= NEAR * spread
    return bool(near.any())


def _table(findings: "Findings", role: str, trials: "Sequence[Trial]", most: int) -> pd.DataFrame:
    """Return a row a trial; at most so many are drawn, and have a label."""
    drawn = set(thinned(len(trials), most))
    rows = [
        [
            trial.number,
            trial.generation,
            role,
            trial.name,
            place in drawn,
            wording.configuration(trial.genome) if place in drawn else "",
            *findings.scores(trial),
        ]
        for place, trial in enumerate(trials)
    ]
    columns = ["number", "generation", "role", "name", "is_drawn", "label"]
    names = [item.name for item in findings.objectives]
    return pd.DataFrame(rows, columns=[*columns, *names])


def _steps(findings: "Findings") -> tuple[tuple[int, pd.DataFrame], ...]:
    """Return the front after some generations, evenly chosen."""
    fronts: list[tuple[int, list[Trial]]] = []
    front: list[Trial] = []
    born = attrgetter("generation")
    for generation, trials in groupby(sorted(findings.complete, key=born), key=born):
        candidates = [*front, *trials]
        kept = nondominated([findings.scores(trial) for trial in candidates])
        front = [candidates[place] for place in np.flatnonzero(kept)]
        fronts.append((generation, sorted(front, key=findings.scores)))
    steps = []
    for place in thinned(len(fronts), MOST_STEPS):
        generation, members = fronts[place]
        most = MOST_MEMBERS if place == len(fronts) - 1 else MOST_IN_STEP
        table = _table(findings, "front", members, most)
        steps.append((generation, table[table["is_drawn"]]))
    return tuple(steps)


def _scale(item: "Objective", values: Sequence[float] | np.ndarray) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    return np.log10(np.maximum(array, 1e-300)) if item.logarithmic else array
