"""The importance of features for a random forest that predicts a score. Knows only arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPLITS = 6  # into rows to train on and rows to predict
REPEATS = 2  # shuffles of a feature in each split
HELD_OUT = 0.25
TREES = 16
MOST_ROWS = 1_000  # of more rows a sample is taken
MOST_DRAWN = 400  # rows for the training of one tree
LEAST_LEAF = 3
LEAST_ROWS = 20
INTERVAL = (0.1, 0.5, 0.9)
_SMALL = 1e-100  # range of a target, at least and at most its inverse


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """The importances for one score.

    Parameters
    ----------
    lower, median, upper
        Decrease of R² when a feature is permuted, array (features,): the quantiles 10%, 50% and
        90% over all permutations. About 0 for a feature without effect; above 1 if the prediction
        is then worse than a constant.
    predicted
        R² on held-out rows, the median over the splits: 1 is perfect, 0 is as good as a constant.
    """

    lower: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]
    predicted: float


def load_libraries(rows: int) -> None:
    """Import what `permutation_importance` needs for so many rows, before it is called."""
    if rows < LEAST_ROWS:
        return
    import sklearn.ensemble  # noqa: F401, PLC0415 - slow, for this module alone


def permutation_importance(
    inputs: NDArray[np.float64], target: NDArray[np.float64], seed: int
) -> Importance | None:
    """Compute the permutation importance of each feature on held-out rows.

    A random forest (Breiman 2001, "Random Forests", Machine Learning 45, 5-32) is trained on some
    rows and predicts the others (held-out rows as in Fisher, Rudin & Dominici 2019, JMLR 20, 177):
    ``importance_j = R²(y, f(X)) − R²(y, f(X with column j permuted))``. The interval over several
    splits has the randomness of both the forests and the permutations.

    Parameters
    ----------
    inputs
        Array (rows, features), NaN if a feature has no value. Categories are numbered.
    target
        The score, finite, array (rows,).
    seed
        Seed of splits, forests and permutations.

    Returns
    -------
    None if there are too few rows, or the target is the same in all of them.
    """
    if len(target) > MOST_ROWS:
        kept = np.random.default_rng(seed).choice(len(target), MOST_ROWS, replace=False)
        inputs, target = inputs[kept], target[kept]
    span = np.ptp(target)
    if len(target) < LEAST_ROWS or span == 0:
        return None
    if not _SMALL < span < 1 / _SMALL:  # R² stays the same, and squares neither overflow nor vanish
        target = (target - target.min()) / span

    from sklearn import config_context  # noqa: PLC0415 - slow, for this alone
    from sklearn.ensemble import RandomForestRegressor  # noqa: PLC0415 - as above
    from sklearn.model_selection import ShuffleSplit  # noqa: PLC0415 - as above

    lost, predicted = [], []
    splits = ShuffleSplit(SPLITS, test_size=HELD_OUT, random_state=seed).split(inputs)
    # scikit-learn would check the same parameters in each of thousands of calls.
    with config_context(skip_parameter_validation=True):
        for place, (training, held) in enumerate(splits):
            if np.ptp(target[held]) == 0:
                continue
            forest = RandomForestRegressor(
                TREES,
                min_samples_leaf=LEAST_LEAF,
                max_samples=min(MOST_DRAWN, len(training)),
                random_state=seed + place,
                n_jobs=1,
            ).fit(inputs[training], target[training])
            rows = _permuted(inputs[held], np.random.default_rng(seed + place))
            outputs = forest.predict(rows.reshape(-1, inputs.shape[1])).reshape(-1, len(held))
            errors = np.mean((outputs - target[held]) ** 2, axis=1)
            whole, *scores = 1 - errors / np.var(target[held])
            predicted.append(whole)
            lost.append(whole - np.reshape(scores, (-1, REPEATS)))
    if not lost:
        return None
    lower, median, upper = np.quantile(np.concatenate(lost, axis=1), INTERVAL, axis=1)
    return Importance(lower, median, upper, float(np.median(predicted)))


def _permuted(rows: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Copy rows as they are, then with each feature permuted: array (copies, rows, features).

    A forest predicts all of them in one call, which takes far less time than one call for each.
    """
    count, features = rows.shape
    copies = np.tile(rows, (1 + features * REPEATS, 1, 1))
    for place, copy in enumerate(copies[1:]):
        copy[:, place // REPEATS] = rows[random.permutation(count), place // REPEATS]
    return copies
