"""The objectives of the trials, and the features of their genomes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import Feature
from neuroevo.analysis.thinning import thinned

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

MOST_MARKS = 1_800  # in all panels
BEST_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class GeneSlices:
    """Complete trials, their features and their scores."""

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    features: tuple[Feature, ...]  # those that vary among the trials
    numbers: NDArray[np.int64]  # of the trials
    generations: NDArray[np.int64]
    scores: NDArray[np.float64]  # array (trials, objectives)
    members: NDArray[np.bool_]  # whether each is on the front
    drawn: NDArray[np.int64]  # indices of the trials that are drawn, evenly chosen
    missing: int  # trials of the search without objectives that are measured and finite
    stopped: int = 0  # how many of them were stopped early


def gene_slices(findings: "Findings") -> GeneSlices:
    """Collect the complete trials with the features that vary."""
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
        findings.stopped,
    )


def best_tenth(slices: GeneSlices) -> NDArray[np.int64]:
    """Return the indices of the best tenth of the trials, sorted by the objectives in turn."""
    costs = [
        item.cost(column) for item, column in zip(slices.objectives, slices.scores.T, strict=True)
    ]
    order = np.lexsort((slices.numbers, *costs[::-1]))
    return np.asarray(order[: max(1, round(BEST_SHARE * len(order)))])
