"""Which replicates of a trial are kept: those with the lowest final validation MSE.

Knows weights and learning curves; does not know where they are stored.
"""

import numpy as np
import numpy.typing as npt


def best_replicates(
    parameters: npt.NDArray[np.floating], curves: npt.NDArray[np.floating], folds: int = 1
) -> tuple[int, ...]:
    """Return the places of the replicates that have not diverged, best first.

    Of several folds, they are those of the first: others were validated on other rows, so that
    their MSEs can't be compared.

    Parameters
    ----------
    parameters
        Array (replicates, vector size), not finite where a replicate has diverged.
    curves
        Array (replicates, points), validation MSE.
    folds
        Number of folds of the data, see `neuroevo.learning.DataSet.folds`.
    """
    final = curves[:, -1]
    sound = np.isfinite(parameters).all(axis=1) & np.isfinite(final)
    sound &= np.arange(len(final)) % folds == 0
    order = np.argsort(np.where(sound, final, np.inf), kind="stable")
    return tuple(int(place) for place in order[: int(sound.sum())])
