"""The objectives of the trials against each feature of their genomes; knows no figure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import Feature
from neuroevo.analysis.thinning import thinned

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

MOST_MARKS = 2_400  # over all panels
BEST_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class GeneSlices:
    """Trials, their features and their scores.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    features
        What varies among the completed trials, a value a trial.
    numbers, generations
        Of the trials.
    scores
        Array (trials, objectives).
    members
        Whether each is on the front.
    drawn
        Places of the trials that are drawn, evenly chosen; the front has its own marks.
    missing
        How many trials of the search have no finite objectives.
    """

    objectives: "tuple[Objective, ...]"
    features: tuple[Feature, ...]
    numbers: NDArray[np.int64]
    generations: NDArray[np.int64]
    scores: NDArray[np.float64]
    members: NDArray[np.bool_]
    drawn: NDArray[np.int64]
    missing: int


def gene_slices(findings: "Findings") -> GeneSlices:
    """Collect what varies among the completed trials."""
    complete = findings.complete
    varying = findings.features
    front = {trial.number for trial in findings.front}
    most = MOST_MARKS // max(len(varying), 1)
    return GeneSlices(
        findings.objectives,
        varying,
        np.array([trial.number for trial in complete], dtype=np.int64),
        np.array([trial.generation for trial in complete], dtype=np.int64),
        findings.score_table(complete),
        np.array([trial.number in front for trial in complete], dtype=np.bool_),
        np.array(thinned(len(complete), most), dtype=np.int64),
        len(findings.searched) - len(complete),
    )


def best_tenth(slices: GeneSlices) -> NDArray[np.int64]:
    """Return the places of the best tenth of the trials by all objectives in turn, at least one."""
    order = np.lexsort((slices.numbers, *slices.scores.T[::-1]))
    return np.asarray(order[: max(1, round(BEST_SHARE * len(order)))])
