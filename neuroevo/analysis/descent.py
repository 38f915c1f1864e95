"""The ancestors of trials of the front: their lines of better parents, and other relatives."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.ancestry import Ancestry

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

MOST_STEPS = 900  # of all lines in all panels
MOST_RELATIVES = 40


@dataclass(frozen=True, slots=True)
class Step:
    """A trial of a line."""

    number: int
    generation: int
    operator: str
    scores: tuple[float, ...]  # the objectives, in the experiment's order
    changes: str = ""  # the differences of its genome from its better parent's, in words


@dataclass(frozen=True, slots=True)
class Line:
    """The ancestors of a trial of the front."""

    rank: int  # of the trial on the front
    steps: tuple[Step, ...]  # the line of better parents, the trial itself last
    relatives: tuple[Step, ...]  # the nearest of the other ancestors
    edges: tuple[tuple[int, int], ...]  # parents and children among these, except along the line
    ancestors: int  # number of all ancestors


@dataclass(frozen=True, slots=True)
class Descent:
    """Lines of some trials of the front, from one end to the other; the champion's is the first."""

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    lines: tuple[Line, ...]


def descent(findings: "Findings") -> Descent:
    """Trace the champion and as many other trials of the front as can be shown."""
    if not findings.front:
        return Descent(findings.objectives, ())
    ancestry = Ancestry(findings)
    longest = len(ancestry.line(findings.front[0])) * len(findings.objectives)
    most = max(2, min(10, MOST_STEPS // longest))
    ranks = findings.excerpt(most)
    if longest > MOST_STEPS:
        ranks = ranks[:1]
    lines = tuple(_line(findings, ancestry, rank) for rank in ranks)
    return Descent(findings.objectives, lines)


def gains(lineage: Descent, line: Line, place: int) -> NDArray[np.float64]:
    """Return the gain of each step in an objective on its own scale, array (steps,).

    Positive if a child is better than its better parent; 0 for the first, which has none.
    """
    item = lineage.objectives[place]
    scores = np.array([step.scores[place] for step in line.steps])
    with np.errstate(invalid="ignore", divide="ignore"):
        heights = item.cost(np.log10(scores) if item.logarithmic else scores)
        gained = -np.diff(heights, prepend=heights[:1])
    return np.where(np.isfinite(gained), gained, 0.0)


def _line(findings: "Findings", ancestry: Ancestry, rank: int) -> Line:
    line = ancestry.line(findings.front[rank - 1])
    on_line = {trial.number for trial in line}
    ancestors = ancestry.ancestors(line[-1:])
    # From the whole line, so that the other parents of its last steps come first.
    relatives = ancestry.ancestors(line)[:MOST_RELATIVES]
    shown = on_line | {trial.number for trial in relatives}
    edges = {
        (parent.number, trial.number)
        for trial in (*line, *relatives)
        for parent in ancestry.parents(trial)
        if parent.number in shown
    } - {(parent.number, child.number) for parent, child in pairwise(line)}
    changes = [wording.changes(parent.genome, child.genome) for parent, child in pairwise(line)]
    return Line(
        rank,
        tuple(map(partial(_step, findings), line, ["", *changes])),
        tuple(_step(findings, trial) for trial in relatives),
        tuple(sorted(edges)),
        len(ancestors),
    )


def _step(findings: "Findings", trial: "Trial", changes: str = "") -> Step:
    return Step(trial.number, trial.generation, trial.operator, findings.scores(trial), changes)
