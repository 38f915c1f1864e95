"""How the scores of the trials are distributed: of all, of the first and of the last of them.

It knows scores and no line.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

LAST_SHARE = 10  # of the generations, those that count as the last


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some trials.

    Parameters
    ----------
    name
        What they are called.
    total
        How many they are, those without finite objectives among them.
    scores
        For each objective the finite scores, ascending.
    """

    name: str
    total: int
    scores: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True)
class ScoreDistributions:
    """The objectives, and groups of trials with their scores."""

    objectives: "tuple[Objective, ...]"
    groups: tuple[Group, ...]


def score_distributions(findings: "Findings") -> ScoreDistributions:
    """Group the trials: random search, first generation, all, last generations."""
    born = list(findings.by_generation.values())
    count = max(len(born) // LAST_SHARE, 1)
    groups = [("random search", findings.random)]
    if len(born) > 1:
        groups += [("first generation", born[0])]
    groups += [("all of the search", findings.searched)]
    if len(born) > 1:
        name = "last generation" if count == 1 else f"last {count:,} generations"
        groups += [(name, tuple(trial for trials in born[-count:] for trial in trials))]
    return ScoreDistributions(
        findings.objectives,
        tuple(_group(findings, name, trials) for name, trials in groups if trials),
    )


def reached(group: Group, place: int, value: float) -> float:
    """Return the share of a group that has an objective as low as a value, or lower."""
    return float(np.searchsorted(group.scores[place], value, side="right")) / group.total


def _group(findings: "Findings", name: str, trials: "Sequence[Trial]") -> Group:
    scores = np.array([findings.scores(trial) for trial in trials], dtype=np.float64)
    columns = (column[np.isfinite(column)] for column in scores.T)
    return Group(name, len(trials), tuple(np.sort(column) for column in columns))
