"""How much each feature of a genome matters to a random forest that predicts a score from it.

It knows arrays alone: no genome, no run, no figure. scikit-learn is loaded when it is asked.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPLITS = 6  # into trials to learn from and trials to predict
REPEATS = 2  # shuffles of a feature in each split
HELD_OUT = 0.25
TREES = 16
MOST_ROWS = 1_000  # beyond which a sample of the rows is taken
MOST_DRAWN = 400  # rows that one tree learns from
LEAST_LEAF = 3
LEAST_ROWS = 20
INTERVAL = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """What a forest learnt of a score.

    Parameters
    ----------
    lower, median, upper
        How much of R² is lost when a feature is shuffled, array (features,): 10%, 50% and 90% of
        all shuffles. About 0 for what does not matter, also below; above 1 where the forest
        does worse without the feature than a constant would.
    predicted
        R² on rows that the forest did not learn from, the median over the splits: 1 is perfect,
        0 is no better than a constant.
    """

    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]
    predicted: float


def permutation_importance(
    inputs: NDArray[np.float64], target: NDArray[np.float64], seed: int
) -> Importance | None:
    """Measure how much worse a forest predicts when one feature after the other is shuffled.

    A random forest (Breiman 2001, "Random Forests", Machine Learning 45, 5-32) learns the target
    on some rows and predicts it for the others; then one column of the others is permuted
    (section 10 there; held-out rows as in Fisher, Rudin & Dominici 2019, JMLR 20, 177):
    ``importance_j = R²(y, f(X)) − R²(y, f(X with column j permuted))``. Over several seeded splits
    that gives an interval, which holds the forest's own luck as well as the shuffle's.

    Parameters
    ----------
    inputs
        A row a trial, array (rows, features), NaN where a feature has no value. Categories are
        numbered: a tree needs no more than to tell them apart.
    target
        The score, finite, array (rows,).
    seed
        Chooses splits, forests and shuffles.

    Returns
    -------
    None if there are too few rows, or the target is the same in all of them.
    """
    if len(target) > MOST_ROWS:
        kept = np.random.default_rng(seed).choice(len(target), MOST_ROWS, replace=False)
        inputs, target = inputs[kept], target[kept]
    if len(target) < LEAST_ROWS or np.ptp(target) == 0:
        return None

    from sklearn.ensemble import RandomForestRegressor  # noqa: PLC0415 - slow, for this alone
    from sklearn.inspection import permutation_importance as permuted  # noqa: PLC0415 - as above
    from sklearn.model_selection import ShuffleSplit  # noqa: PLC0415 - as above

    lost, predicted = [], []
    splits = ShuffleSplit(SPLITS, test_size=HELD_OUT, random_state=seed).split(inputs)
    for place, (learnt, held) in enumerate(splits):
        if np.ptp(target[held]) == 0:
            continue
        forest = RandomForestRegressor(
            TREES,
            min_samples_leaf=LEAST_LEAF,
            max_samples=min(MOST_DRAWN, len(learnt)),
            random_state=seed + place,
            n_jobs=1,
        ).fit(inputs[learnt], target[learnt])
        predicted.append(forest.score(inputs[held], target[held]))
        shuffled = permuted(
            forest,
            inputs[held],
            target[held],
            n_repeats=REPEATS,
            random_state=seed + place,
            n_jobs=1,
        )
        lost.append(shuffled.importances)
    if not lost:
        return None
    lower, median, upper = np.quantile(np.concatenate(lost, axis=1), INTERVAL, axis=1)
    return Importance(lower, median, upper, float(np.median(predicted)))
