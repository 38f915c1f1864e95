"""Where networks of the front come from: their lines of better parents, and their relatives.

It knows trials and their parents, and what each step brought; it knows no figure.
"""

from dataclasses import dataclass, replace
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

MOST_STEPS = 900  # over all lines and panels
MOST_RELATIVES = 40


@dataclass(frozen=True, slots=True)
class Step:
    """A trial of a line.

    Parameters
    ----------
    number, generation, operator
        The trial's.
    scores
        Its objectives, in the experiment's order.
    changes
        In what its genome differs from its better parent's, in words.
    """

    number: int
    generation: int
    operator: str
    scores: tuple[float, ...]
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a member of the front comes from.

    Parameters
    ----------
    rank
        Its rank on the front.
    steps
        The line of better parents from its beginning to the member.
    relatives
        The nearest of the other ancestors.
    edges
        Numbers of a parent and its child, where both are shown and the line does not join them.
    ancestors
        How many it has in all.
    """

    rank: int
    steps: tuple[Step, ...]
    relatives: tuple[Step, ...]
    edges: tuple[tuple[int, int], ...]
    ancestors: int


@dataclass(frozen=True, slots=True)
class Descent:
    """Lines of some members of the front, the champion's first.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    lines
        From one end of the front to the other.
    """

    objectives: "tuple[Objective, ...]"
    lines: tuple[Line, ...]


def descent(findings: "Findings") -> Descent:
    """Trace the champion and more of the front back, as many as there is room for."""
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
    """Return what each step brought in an objective on its own scale, array (steps,).

    Positive where a child is better than its better parent; 0 for the first, which has none.
    """
    item = lineage.objectives[place]
    scores = np.array([step.scores[place] for step in line.steps])
    with np.errstate(invalid="ignore", divide="ignore"):
        heights = np.log10(scores) if item.logarithmic else scores
        gained = -np.diff(heights, prepend=heights[:1])
    return np.where(np.isfinite(gained), gained, 0.0)


def _line(findings: "Findings", ancestry: Ancestry, rank: int) -> Line:
    line = ancestry.line(findings.front[rank - 1])
    on_line = {trial.number for trial in line}
    ancestors = ancestry.ancestors(line[-1:])
    # Counted from the whole line, since the parents of its last steps are what it was chosen from.
    relatives = ancestry.ancestors(line)[:MOST_RELATIVES]
    shown = on_line | {trial.number for trial in relatives}
    edges = {
        (parent.number, trial.number)
        for trial in (*line, *relatives)
        for parent in ancestry.parents(trial)
        if parent.number in shown
    } - {(parent.number, child.number) for parent, child in pairwise(line)}
    steps = [_step(findings, trial) for trial in line]
    changed = [
        replace(step, changes=wording.changes(parent.genome, child.genome))
        for step, (parent, child) in zip(steps[1:], pairwise(line), strict=True)
    ]
    return Line(
        rank,
        (steps[0], *changed),
        tuple(_step(findings, trial) for trial in relatives),
        tuple(sorted(edges)),
        len(ancestors),
    )


def _step(findings: "Findings", trial: "Trial") -> Step:
    return Step(trial.number, trial.generation, trial.operator, findings.scores(trial))
