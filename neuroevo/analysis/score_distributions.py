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
    scores: tuple[NDArray[np.float64], ...]  # for each objective the finite ones, the best first


@dataclass(frozen=True, slots=True)
class ScoreDistributions:
    """The objectives, and groups of trials with their scores."""

    objectives: "tuple[Objective, ...]"
    groups: tuple[Group, ...]
    stopped: int = 0  # number of trials that were stopped early, which have no scores


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
        findings.stopped,
    )


def reached(item: "Objective", group: Group, place: int, value: float) -> float:
    """Return the share of a group with an objective, the one at this place, as good as a value."""
    costs = item.cost(group.scores[place])
    return float(np.searchsorted(costs, item.cost(value), side="right")) / group.total


def _group(findings: "Findings", name: str, trials: "Sequence[Trial]") -> Group:
    columns = findings.score_table(trials).T
    return Group(
        name,
        len(trials),
        tuple(
            item.cost(np.sort(item.cost(column[np.isfinite(column)])))
            for item, column in zip(findings.objectives, columns, strict=True)
        ),
    )
