"""What a model learns: costs, or excesses of a constraint, without outliers, standardised.

Costs of other searches may follow those of this one. Then these `own` ones alone, the first so
many, decide what is high, and the unit: a misleading search must not hide how they differ. Sums are
exact, so that they have the same bits on every processor. Knows neither genomes nor models.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Costs = npt.NDArray[np.float64]

_MOST_EXCESS = 5.0
_LEAST_UNIT = 1e-300
_LEAST_SHARE = 1e-200
_TINY = 1e-14  # share of a mean by which costs differ, at least


class Targets(NamedTuple):
    """Standardised costs."""

    values: Costs  # (trials,) mean 0, variance 1
    unit: float  # what a difference was divided by
    mean: float  # what was subtracted before


class Softened(NamedTuple):
    """Costs of which high ones were lowered."""

    values: Costs  # (trials,)
    base: float  # above which they were
    scale: float

    def undone(self, value: float) -> float:
        """Return the cost that becomes a value, the least if there are several."""
        if value <= self.base:
            return value
        root = 1 + (value - self.base) / self.scale / 4
        return self.base + self.scale * (root * root * (root * root) - 1)


def softened(
    costs: Costs,
    front: npt.NDArray[np.bool_],
    own: int | None = None,
    most_excess: float = _MOST_EXCESS,
) -> Softened:
    """Lower costs above the median and the front, the more the higher they are.

    Those of other searches are raised where they are as far below the lowest own one as that is
    below the median.

    Parameters
    ----------
    costs
        Array (trials,).
    front
        Whether each is on the front, (trials,).
    own
        The number of own costs, which are the first; None for all.
    most_excess
        From so many times as far above the median and the front as the lowest is below the median,
        costs become equal: how bad the worst are, such as networks that diverged, must not hide
        how the others differ.
    """
    low, median = costs[:own].min(), _median_above_lowest(costs[:own])
    costs = np.minimum(np.maximum(costs, low - (median - low)), costs[:own].max())
    base = max(median, float(costs[front].max()))
    # The second is far below the first, unless the quotients below would overflow.
    scale = max(median - low, (costs.max() - base) * _LEAST_SHARE, _LEAST_UNIT)
    excess = np.minimum(np.maximum(costs - base, 0) / scale, most_excess)
    # Grows like a logarithm, and needs only square roots, which are rounded correctly.
    slow = 4 * (np.sqrt(np.sqrt(1 + excess)) - 1)
    return Softened(np.where(costs > base, base + scale * slow, costs), base, scale)


def near_zero(excesses: Costs) -> Costs:
    """Move excesses that are far from 0 nearer: those farther than four times the median are."""
    farthest = 4 * _median_above_lowest(np.abs(excesses))
    return np.asarray(np.minimum(np.maximum(excesses, -farthest), farthest))


def standardised(costs: Costs, own: int | None = None) -> Targets:
    """Subtract the mean, and divide by the standard deviation; all 0 if own costs are equal."""
    known = costs[:own]
    mean = math.fsum(known) / len(known)
    gaps = costs - mean
    size = float(np.abs(gaps[:own]).max())
    if not size > max(_TINY * abs(mean), _LEAST_UNIT):
        return Targets(np.zeros(len(costs)), 1.0, mean)
    shares = gaps / size  # so that squares neither overflow nor vanish
    deviation = math.sqrt(math.fsum(shares[:own] * shares[:own]) / len(known))
    return Targets(shares / deviation, size * deviation, mean)


def _median_above_lowest(costs: Costs) -> float:
    """Return the median; if it is the lowest cost, as of a count, that of the costs above."""
    low, median = float(costs.min()), _median(costs)
    above = costs[costs > low]
    return _median(above) if median == low and len(above) else median


def _median(costs: Costs) -> float:
    middle = len(costs) // 2
    return float(np.partition(costs, middle)[middle])
