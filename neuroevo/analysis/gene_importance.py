"""How much each feature of the genomes matters for each objective, by a random forest.

It knows genomes, their fitnesses and the forest; it knows no run.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import Feature, features
from neuroevo.analysis.forest import MOST_ROWS, Importance, permutation_importance
from neuroevo.analysis.thinning import thinned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial
    from neuroevo.space import Gene

PREDICTS = 0.2  # R² from which on a forest has something to say
SEED = 0
SURE = 0.02  # of R², the least that a feature must be worth to be said to matter


@dataclass(frozen=True, slots=True, eq=False)
class Importances:
    """What matters in a run.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    features
        What varies among the genomes.
    measured
        One an objective; None where nothing could be learnt.
    trials
        How many trials of the search the forest was shown.
    failed
        How many of them had no finite objectives.
    """

    objectives: "tuple[Objective, ...]"
    features: tuple[Feature, ...]
    measured: tuple[Importance | None, ...]
    trials: int
    failed: int

    @property
    def panels(self) -> "list[tuple[Objective, Importance]]":
        """The objectives of which something could be learnt."""
        pairs = zip(self.objectives, self.measured, strict=True)
        return [(item, measured) for item, measured in pairs if measured is not None]

    def ranked(self, objective: int = 0) -> tuple[int, ...]:
        """Return the places of the features, what matters most first; as they are if unknown."""
        measured = self.measured[objective] if self.measured else None
        if measured is None:
            return tuple(range(len(self.features)))
        return tuple(np.argsort(-measured.median, kind="stable").tolist())


def importances(
    objectives: "tuple[Objective, ...]",
    genes: "Mapping[str, Gene]",
    trials: "Sequence[Trial]",
    fitnesses: NDArray[np.float64],
) -> Importances:
    """Let a forest learn each objective from the genomes of a search.

    A trial that failed or diverged has the score of the worst that was completed: to fail is as bad
    as that, and what makes trials fail matters.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    genes
        The genes of the search space.
    trials
        The trials of the search; of many some are chosen evenly.
    fitnesses
        A row a trial, a column an objective, on the scales on which they are compared; NaN where
        there is no finite value.
    """
    kept = thinned(len(trials), MOST_ROWS)
    varying = features(genes, [trials[place] for place in kept])
    inputs = np.array([feature.values for feature in varying]).T
    measured = [
        permutation_importance(inputs, target, SEED) if varying and len(target) else None
        for target in map(worst_where_missing, fitnesses[kept].T)
    ]
    failed = int(np.isnan(fitnesses[kept]).any(axis=1).sum())
    return Importances(objectives, varying, tuple(measured), len(kept), failed)


def worst_where_missing(fitness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fitnesses with the largest in place of NaN; none if all are NaN."""
    if np.isnan(fitness).all():
        return np.empty(0)
    return np.where(np.isnan(fitness), np.nanmax(fitness), fitness)


def matters(measured: Importance, place: int) -> bool:
    """Tell whether a feature's interval lies above 0, and visibly so."""
    return bool(measured.lower[place] > 0 and measured.median[place] >= SURE)
