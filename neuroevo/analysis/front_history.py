"""The trials, the front and the baselines by their scores, and the front after each generation."""

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
from neuroevo.runs import trial_violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

NEAR = 0.03  # of the difference between the best and the median trial
MOST_MEMBERS = 500
MOST_STEPS, MOST_IN_STEP = 50, 50  # of the slider, and trials of the front at each step


@dataclass(frozen=True, slots=True)
class FrontHistory:
    """The trials, the front and the baselines by their scores.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    points
        A row for each trial: ``number``, ``generation``, ``role`` (``trial``, ``front``,
        ``infeasible``, ``baseline``), ``name``, ``is_drawn`` (of many trials, some are chosen
        evenly), ``label`` (if it is drawn) and a column for each objective. The front is sorted,
        best first.
    missing
        Number of trials of the search without objectives that are measured and finite.
    stopped
        How many of them were stopped early.
    undrawn
        Names of the baselines without finite objectives.
    dominated
        Number of trials of the front that a baseline dominates.
    lacks_feasible
        Whether no trial keeps the constraints, so that the front is the nearest to it.
    steps
        Generations, the last one included, each with a table like ``points``: the front then.
    """

    objectives: "tuple[Objective, ...]"
    points: pd.DataFrame
    missing: int
    stopped: int = 0
    undrawn: tuple[str, ...] = ()
    dominated: int = 0
    lacks_feasible: bool = False
    steps: tuple[tuple[int, pd.DataFrame], ...] = ()

    def role(self, role: str) -> pd.DataFrame:
        """Return the rows of one role."""
        return self.points[self.points["role"] == role]


def front_history(findings: "Findings") -> FrontHistory:
    """Collect the complete trials with their roles."""
    on_front = {trial.number for trial in findings.front}
    baselines = [trial for trial in findings.baselines if findings.is_complete(trial)]
    behind = [trial for trial in findings.complete if trial.number not in on_front]
    infeasible = [trial for trial in behind if not findings.is_feasible(trial)]
    behind = [trial for trial in behind if findings.is_feasible(trial)]
    panels = max(len(findings.objectives) - 1, 1)
    tables = [
        _table(findings, "trial", behind, MOST_POINTS // panels),
        _table(findings, "front", sorted(findings.front, key=findings.costs), MOST_MEMBERS),
        _table(findings, "infeasible", infeasible, MOST_POINTS // panels),
        _table(findings, "baseline", baselines, len(baselines)),
    ]
    return FrontHistory(
        findings.objectives,
        pd.concat(tables, ignore_index=True),
        missing=len(findings.searched) - len(findings.complete),
        stopped=findings.stopped,
        undrawn=tuple(each.name for each in findings.baselines if not findings.is_complete(each)),
        dominated=len(dominated_by_baselines(findings)),
        lacks_feasible=findings.lacks_feasible,
        steps=_steps(findings),
    )


def is_one_sided(front: FrontHistory) -> bool:
    """Whether one trial is best, or nearly best (`NEAR`), in every objective on its own scale."""
    if len(front.objectives) == 1:
        return True
    members = front.role("front")
    everyone = front.points[front.points["role"] != "baseline"]
    near = np.ones(len(members), dtype=bool)
    for item in front.objectives:
        scale = _scale(item, everyone[item.name])
        near &= _scale(item, members[item.name]) - scale.min() <= NEAR * (
            np.median(scale) - scale.min()
        )
    return bool(near.any())


def _table(findings: "Findings", role: str, trials: "Sequence[Trial]", most: int) -> pd.DataFrame:
    """Return a row for each trial; at most ``most`` are drawn and have a label."""
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
    """Return the front after some generations, evenly spaced."""
    fronts: list[tuple[int, list[Trial]]] = []
    front: list[Trial] = []
    key = attrgetter("generation")
    for generation, trials in groupby(sorted(findings.complete, key=key), key=key):
        candidates = [*front, *trials]
        kept = nondominated(
            [findings.costs(trial) for trial in candidates],
            [trial_violation(trial, findings.constraints) for trial in candidates],
        )
        front = [candidates[place] for place in np.flatnonzero(kept)]
        fronts.append((generation, sorted(front, key=findings.costs)))
    steps = []
    for place in thinned(len(fronts), MOST_STEPS):
        generation, members = fronts[place]
        most = MOST_MEMBERS if place == len(fronts) - 1 else MOST_IN_STEP
        table = _table(findings, "front", members, most)
        steps.append((generation, table[table["is_drawn"]]))
    return tuple(steps)


def _scale(item: "Objective", values: pd.Series) -> np.ndarray:
    """Return values on the objective's own scale, where less is better."""
    array = values.to_numpy(float)
    return item.cost(np.log10(np.maximum(array, 1e-300)) if item.logarithmic else array)
