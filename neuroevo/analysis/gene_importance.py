"""The importance of each feature of the genomes for each objective, by a random forest."""

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

PREDICTS = 0.2  # the least R² with which importances are shown
SEED = 0
FAR, MANY = 2.0, 0.9  # times, share of the trials
SURE = 0.02  # the least importance, as a decrease of R², of a feature that matters


@dataclass(frozen=True, slots=True, eq=False)
class Importances:
    """The importances of a run."""

    objectives: "tuple[Objective, ...]"  # in the experiment's order
    features: tuple[Feature, ...]  # those that vary among the genomes
    measured: tuple[Importance | None, ...]  # for each objective; None if it has too few trials
    trials: int  # number of trials that the forests were trained with
    failed: int  # how many of them have no finite objectives
    outliers: int = 0  # how many have an objective that was lowered, see `without_outliers`

    @property
    def panels(self) -> "list[tuple[Objective, Importance]]":
        """The objectives that have importances."""
        pairs = zip(self.objectives, self.measured, strict=True)
        return [(item, measured) for item, measured in pairs if measured is not None]

    def ranked(self, objective: int = 0) -> tuple[int, ...]:
        """Return the indices of the features, the most important first, if that is known."""
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
    """Train forests that predict each objective from the genomes of a search.

    A trial that failed or diverged has the worst score of the complete trials, because a feature
    that makes trials fail matters. Scores far worse than all others are lowered: a few would be
    all of the variance.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    genes
        The genes of the search space.
    trials
        The trials of the search; of many, some are chosen evenly.
    fitnesses
        Array (trials, objectives), see `Findings.fitnesses`.
    """
    kept = thinned(len(trials), MOST_ROWS)
    varying = features(genes, [trials[place] for place in kept])
    inputs = np.array([feature.values for feature in varying]).T
    targets = [worst_where_missing(each) for each in fitnesses[kept].T]
    lowered = [without_outliers(each) for each in targets]
    measured = [
        permutation_importance(inputs, target, SEED) if varying and len(target) else None
        for target in lowered
    ]
    failed = int(np.isnan(fitnesses[kept]).any(axis=1).sum())
    changed = [one < two for one, two in zip(lowered, targets, strict=True) if len(two)]
    outliers = int(np.any(changed, axis=0).sum()) if changed else 0
    return Importances(objectives, varying, tuple(measured), len(kept), failed, outliers)


def worst_where_missing(fitness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fitnesses with the largest in place of NaN; empty if all are NaN."""
    if np.isnan(fitness).all():
        return np.empty(0)
    return np.where(np.isnan(fitness), np.nanmax(fitness), fitness)


def without_outliers(fitness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lower fitnesses that are far beyond nine tenths of the trials: more than `FAR` times as far.

    Distances are from the lowest.
    """
    if not len(fitness):
        return fitness
    low = fitness.min()
    return np.asarray(np.minimum(fitness, low + FAR * (np.quantile(fitness, MANY) - low)))


def matters(measured: Importance, place: int) -> bool:
    """Whether a feature's interval lies above 0, and its median is not tiny."""
    return bool(measured.lower[place] > 0 and measured.median[place] >= SURE)
