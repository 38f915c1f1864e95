"""The points of a learning curve."""

import numpy as np
import numpy.typing as npt

_EVERY_SAMPLE_UP_TO = 12
_RATIO = 1.1220184543019633  # 10 to the power of 1/20: twenty points per decade


def samples_seen(budget: int) -> npt.NDArray[np.int64]:
    """Return after how many samples to validate: each of the first 12, then log-spaced.

    Parameters
    ----------
    budget
        The sample budget of a training, at least 1.

    Returns
    -------
    Ascending counts, twenty per decade from 12 on; the last is the budget.
    """
    points = list(range(1, min(budget, _EVERY_SAMPLE_UP_TO) + 1))
    point = float(_EVERY_SAMPLE_UP_TO)
    while (point := point * _RATIO) < budget:
        points.append(round(point))
    return np.unique(np.array([*points, budget], dtype=np.int64))
