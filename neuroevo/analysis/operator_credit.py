"""The effect of each operator, and of each round of screening, on the trials that came of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.analysis.ancestry import Ancestry

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

QUANTILE = 1.959964  # of the normal distribution, for 95% intervals


@dataclass(frozen=True, slots=True, eq=False)
class OperatorCredit:
    """The children of each operator, or of each round of screening.

    ``credit`` has a row for each operator, most children first: ``operator`` (or the round),
    ``children``,
    ``with_parents`` (those whose parents are known), ``on_front`` (those on the final front),
    ``led_to_front`` (those on it or among the ancestors of its trials); for each objective
    ``improved.NAME`` (children better than their better parent) and ``gain.NAME`` (the median
    over the complete children of the gain on that parent, on the objective's own scale; NaN if
    there are none).
    """

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    credit: pd.DataFrame
    are_rounds: bool = False


def operator_credit(findings: "Findings") -> OperatorCredit:
    """Compare the children of each operator with their parents, see `_credit`."""
    return OperatorCredit(
        findings.objectives, _credit(findings, [trial.operator for trial in findings.searched])
    )


def round_credit(findings: "Findings") -> OperatorCredit:
    """Compare the children of each round of screening with their parents, see `_credit`.

    Rounds are ``unscreened``, ``round 1`` and so on; trials that no model has seen are left out.
    """
    numbers = [None if each.forecast is None else each.forecast.round for each in findings.searched]
    names = {number: f"round {number}" if number else "unscreened" for number in numbers}
    order = [names[number] for number in sorted(number for number in names if number is not None)]
    credit = _credit(findings, ["" if number is None else names[number] for number in numbers])
    credit = credit.set_index("operator").loc[order].reset_index()
    return OperatorCredit(findings.objectives, credit, are_rounds=True)


def _credit(findings: "Findings", kinds: Sequence[str]) -> pd.DataFrame:
    """Compare the children of each kind with their parents; a kind for each trial of the search.

    A child without a finite score has not improved. The better parent is that in each objective
    alone; a parent without a finite score is worse than any child with one, but has no gain.
    """
    front = {trial.number for trial in findings.front}
    led = front | {trial.number for trial in Ancestry(findings).ancestors(findings.front)}
    trials = findings.searched
    better = _better_parents(findings)
    fitness = findings.fitnesses(trials)
    columns: dict[str, Any] = {
        "operator": list(kinds),
        "children": 1,
        "with_parents": ~np.isnan(better).all(axis=1),
        "on_front": [trial.number in front for trial in trials],
        "led_to_front": [trial.number in led for trial in trials],
    }
    for item, own, best in zip(findings.objectives, fitness.T, better.T, strict=True):
        columns[f"improved.{item.name}"] = np.nan_to_num(own, nan=np.inf) < best
        columns[f"gain.{item.name}"] = np.where(np.isfinite(best), best - own, np.nan)
    table = pd.DataFrame(columns)
    methods = {name: "median" if name.startswith("gain.") else "sum" for name in list(columns)[1:]}
    credit = table.groupby("operator").agg(methods).reset_index()
    credit = credit.sort_values(["children", "operator"], ascending=[False, True])
    return credit.reset_index(drop=True)


def _better_parents(findings: "Findings") -> NDArray[np.float64]:
    """Return for each trial of the search its parents' best fitness, array (trials, objectives).

    Infinite if no parent has a finite one, NaN without a parent.
    """
    places = {trial.number: place for place, trial in enumerate(findings.trials)}
    known = [
        [places[number] for number in trial.parents if number < trial.number and number in places]
        for trial in findings.searched
    ]
    counts = np.array([len(parents) for parents in known], dtype=np.int64)
    best = np.full((len(known), len(findings.objectives)), np.nan)
    if counts.any():
        fitness = np.nan_to_num(findings.fitnesses(findings.trials), nan=np.inf)
        parents = fitness[np.concatenate([np.array(each, dtype=np.int64) for each in known])]
        starts = (np.cumsum(counts) - counts)[counts > 0]
        best[counts > 0] = np.minimum.reduceat(parents, starts, axis=0)
    return best


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95% interval for a share (Wilson 1927, JASA 22, 209); 0 to 1 without trials."""
    if not trials:
        return 0.0, 1.0
    share, z2 = successes / trials, QUANTILE**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = QUANTILE * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    half /= 1 + z2 / trials
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
