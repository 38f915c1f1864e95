"""How much the values of one setting differ from those of another, with an interval.

Knows numbers alone.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_TAIL = 0.025
_NORMAL = 1.959964  # the quantile of the normal distribution for an interval of 95%
_CONTINUITY = 0.5  # of the normal distribution in place of that of few ranks
_LARGEST_LOGARITHM = math.log(1e300)  # of a ratio; a larger one counts as infinite


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% interval; NaN if there are no values, infinite if most diverged."""

    value: float
    low: float
    high: float


def median(values: Numbers) -> Estimate:
    """Return the median of independent values.

    Its interval is between two of the values, whose ranks are those of the sign test; of fewer
    than six values it is their range, which has less than 95%.

    Parameters
    ----------
    values
        Array (values,); infinite ones are allowed.

    References
    ----------
    Conover 1999, "Practical Nonparametric Statistics", section 3.2.
    """
    if not len(values):
        return Estimate(math.nan, math.nan, math.nan)
    ordered = np.sort(values)
    rank = _rank_of_sign_test(len(ordered))
    middle = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    value = middle[0] if middle[0] == middle[1] else (middle[0] + middle[1]) / 2
    return Estimate(float(value), float(ordered[rank]), float(ordered[-1 - rank]))


def _rank_of_sign_test(count: int) -> int:
    """Return the largest rank, from 0, such that a median is below it in at most 2.5% of cases."""
    below = 0.0
    for rank in range(count):
        below += math.comb(count, rank) / 2**count
        if below > _TAIL:
            return max(rank - 1, 0)
    return 0


def shift(ours: Numbers, theirs: Numbers) -> Estimate:
    """Return by how much our values are above theirs: the median of all differences.

    The interval is that of the differences which a Mann-Whitney test does not reject; of fewer than
    four values it may be their range, which has less than 95%.

    Parameters
    ----------
    ours, theirs
        Arrays (values,); infinite ones are allowed, two of which do not differ.

    References
    ----------
    Hodges and Lehmann 1963, "Estimates of location based on rank tests"; Hollander, Wolfe and
    Chicken 2013, "Nonparametric Statistical Methods", section 4.3.
    """
    if not (len(ours) and len(theirs)):
        return Estimate(math.nan, math.nan, math.nan)
    with np.errstate(invalid="ignore"):
        differences = np.subtract.outer(ours, theirs).ravel()
    differences[np.isnan(differences)] = 0.0
    differences.sort()
    pairs = len(differences)
    spread = _NORMAL * math.sqrt(pairs * (len(ours) + len(theirs) + 1) / 12)
    rank = max(math.floor(pairs / 2 - spread - _CONTINUITY), 0)
    middle = differences[(pairs - 1) // 2], differences[pairs // 2]
    value = middle[0] if middle[0] == middle[1] else (middle[0] + middle[1]) / 2
    return Estimate(float(value), float(differences[rank]), float(differences[-1 - rank]))


def ratio(ours: Numbers, theirs: Numbers) -> Estimate:
    """Return by which factor our values are larger: the `shift` of their logarithms.

    Parameters
    ----------
    ours, theirs
        Arrays (values,) of at least 0; infinite ones are allowed, two of which do not differ. Nor
        do two zeros.
    """
    with np.errstate(divide="ignore"):
        found = shift(np.log(ours), np.log(theirs))
    value, low, high = (
        math.exp(each) if each < _LARGEST_LOGARITHM else math.inf
        for each in (found.value, found.low, found.high)
    )
    return Estimate(value, low, high)
