"""How much each feature of the genomes matters for each objective, by a random forest.

It knows findings and the forest; the figures that show it or ask which features matter most don't.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.report.drawing import thinned
from neuroevo.report.features import Feature, features
from neuroevo.report.forest import MOST_ROWS, Importance, permutation_importance

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings

PREDICTS = 0.2  # R² from which on a forest has something to say
SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Importances:
    """What matters in a run.

    Parameters
    ----------
    features
        What varies among the genomes.
    measured
        One an objective, in the experiment's order; None where nothing could be learnt.
    trials
        How many trials of the search the forest was shown.
    failed
        How many of them had no finite objectives.
    """

    features: tuple[Feature, ...]
    measured: tuple[Importance | None, ...]
    trials: int
    failed: int

    def ranked(self, objective: int = 0) -> tuple[int, ...]:
        """Return the places of the features, what matters most first; as they are if unknown."""
        measured = self.measured[objective] if self.measured else None
        if measured is None:
            return tuple(range(len(self.features)))
        return tuple(np.argsort(-measured.median, kind="stable").tolist())


def importances(findings: "Findings") -> Importances:
    """Let a forest learn each objective from the genomes of the search.

    A score is taken on its objective's own scale, so logarithmic where it is compared on one. A
    trial that failed or diverged has the score of the worst that was completed: to fail is as bad
    as that, and what makes trials fail matters.
    """
    searched = findings.searched
    trials = [searched[place] for place in thinned(len(searched), MOST_ROWS)]
    varying = features(findings, trials)
    inputs = np.array([feature.values for feature in varying]).T
    measured = [
        permutation_importance(inputs, target, SEED) if varying and len(target) else None
        for target in map(worst_where_missing, findings.fitnesses(trials).T)
    ]
    failed = sum(not findings.is_complete(trial) for trial in trials)
    return Importances(varying, tuple(measured), len(trials), failed)


def worst_where_missing(fitness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fitnesses with the largest in place of NaN; none if all are NaN."""
    if np.isnan(fitness).all():
        return np.empty(0)
    return np.where(np.isnan(fitness), np.nanmax(fitness), fitness)
