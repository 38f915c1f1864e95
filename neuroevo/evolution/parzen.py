"""Parzen estimators: how much likelier rows are among good trials than among the others.

Each column is on its own, so that good values of different trials come together. As in Bergstra,
Bardenet, Bengio & Kégl 2011, "Algorithms for hyper-parameter optimization", section 4, but with
kernels without functions that differ between processors in the last bit. Knows no costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.evolution.positions import Rows

_PRIOR = 0.5  # where the prior has its kernel, as wide as the range
_MOST_NARROW = 100  # kernels that would lie side by side, at most
_LOG_2 = 0.6931471805599453


@dataclass(frozen=True, slots=True, eq=False)
class ParzenEstimators:
    """The densities of good trials and of the others.

    Parameters
    ----------
    options
        The number of options of each unordered column, 0 for ordered ones.
    good, others
        The positions of trials, shape (trials, columns).
    """

    options: Sequence[int]
    good: Rows
    others: Rows

    def log_ratios(self, rows: Rows) -> Rows:
        """Return the logarithm of how much likelier each row is among the good, (rows,).

        It is interpolated between powers of two, which keeps the order.
        """
        mantissas, exponents = np.ones(len(rows)), np.zeros(len(rows))
        for column, options in enumerate(self.options):
            ratios = np.ones(len(rows))
            for points, power in ((self.good, 1), (self.others, -1)):
                density = _density(points[:, column], rows[:, column], options)
                ratios = ratios * density if power > 0 else ratios / density
            mantissas, carried = np.frexp(mantissas * ratios)
            exponents += carried
        return np.asarray((exponents + 2 * mantissas - 2) * _LOG_2)


def _density(points: Rows, places: Rows, options: int) -> Rows:
    """Return the density of the points of a column at some places, (places,)."""
    if options:
        counts = (places == points[:, None]).sum(axis=0)
        return np.asarray((counts + 1.0) / (len(points) + options))
    centres = np.sort(np.append(points, _PRIOR))
    units = (places - centres[:, None]) / _widths(centres)[:, None]
    kernels = 1 + units * units
    heights = 1 / (kernels * kernels * _widths(centres)[:, None])
    return np.asarray(heights.sum(axis=0) / len(centres))


def _widths(centres: Rows) -> npt.NDArray[np.float64]:
    """Return how wide the kernel of each centre is: as far as the farther neighbour."""
    ends = np.concatenate([[0.0], centres, [1.0]])
    gaps = np.diff(ends)
    narrowest = 1 / min(_MOST_NARROW, 1 + len(centres))
    widths = np.clip(np.maximum(gaps[:-1], gaps[1:]), narrowest, 1.0)
    widths[np.searchsorted(centres, _PRIOR)] = 1.0
    return np.asarray(widths)
