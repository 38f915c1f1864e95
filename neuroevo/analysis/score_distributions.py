"""Distributions of the scores: of all trials, the first and the last generations."""

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

LAST_SHARE = 10  # the last generations are a tenth of all


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group of trials."""

    name: str
    total: int  # number of trials, those without finite objectives included
    scores: tuple[NDArray[np.float64], ...]  # for each objective the finite scores, ascending


@dataclass(frozen=True, slots=True)
class ScoreDistributions:
    """The objectives, and groups of trials with their scores."""

    objectives: "tuple[Objective, ...]"
    groups: tuple[Group, ...]


def score_distributions(findings: "Findings") -> ScoreDistributions:
    """Group the trials: random search, first generation, all, last generations."""
    generations = list(findings.by_generation.values())
    count = max(len(generations) // LAST_SHARE, 1)
    groups = [("random search", findings.random)]
    if len(generations) > 1:
        groups += [("first generation", generations[0])]
    groups += [("all of the search", findings.searched)]
    if len(generations) > 1:
        name = "last generation" if count == 1 else f"last {count:,} generations"
        groups += [(name, tuple(chain.from_iterable(generations[-count:])))]
    return ScoreDistributions(
        findings.objectives,
        tuple(_group(findings, name, trials) for name, trials in groups if trials),
    )


def reached(group: Group, place: int, value: float) -> float:
    """Return the share of a group with an objective at most as large as a value."""
    return float(np.searchsorted(group.scores[place], value, side="right")) / group.total


def _group(findings: "Findings", name: str, trials: "Sequence[Trial]") -> Group:
    columns = (column[np.isfinite(column)] for column in findings.score_table(trials).T)
    return Group(name, len(trials), tuple(np.sort(column) for column in columns))
