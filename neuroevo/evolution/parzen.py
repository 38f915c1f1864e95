"""Parzen estimators: how much likelier rows are among good trials than among the others.

Each column is on its own, so that good values of different trials come together. As in Bergstra,
Bardenet, Bengio & Kégl 2011, "Algorithms for hyper-parameter optimization", section 4, but with
kernels without functions that differ between processors in the last bit. Knows no costs.
"""

from collections.abc import Callable, Sequence

import numpy as np

from neuroevo.evolution.positions import Rows

_PRIOR = 0.5  # where the prior has its kernel, as wide as the range
_MOST_NARROW = 100  # kernels that would lie side by side, at most
_LOG_2 = 0.6931471805599453


class ParzenEstimators:
    """The densities of good trials and of the others.

    Parameters
    ----------
    options
        The number of options of each unordered column, 0 for ordered ones.
    good, others
        The positions of trials, shape (trials, columns).
    """

    def __init__(self, options: Sequence[int], good: Rows, others: Rows) -> None:
        self._columns = [
            (_density(good[:, column], count), _density(others[:, column], count))
            for column, count in enumerate(options)
        ]

    def log_ratios(self, rows: Rows) -> Rows:
        """Return the logarithm of how much likelier each row is among the good, (rows,).

        It is interpolated between powers of two, which keeps the order.
        """
        mantissas, exponents = np.ones(len(rows)), np.zeros(len(rows))
        for column, (of_good, of_others) in enumerate(self._columns):
            places = rows[:, column]
            ratios = of_good(places) / of_others(places)
            mantissas, carried = np.frexp(mantissas * ratios)
            exponents += carried
        return np.asarray((exponents + 2 * mantissas - 2) * _LOG_2)


def _density(points: Rows, options: int) -> Callable[[Rows], Rows]:
    """Return the density of the points of a column, a function of places."""
    if options:
        return lambda places: np.asarray(
            ((places == points[:, None]).sum(axis=0) + 1.0) / (len(points) + options)
        )
    centres = np.sort(np.append(points, _PRIOR))
    widths = _widths(centres)[:, None]

    def of_kernels(places: Rows) -> Rows:
        units = (places - centres[:, None]) / widths
        kernels = 1 + units * units
        heights = 1 / (kernels * kernels * widths)
        return np.asarray(heights.sum(axis=0) / len(centres))

    return of_kernels


def _widths(centres: Rows) -> Rows:
    """Return how wide the kernel of each centre is: as far as the farther neighbour."""
    ends = np.concatenate([[0.0], centres, [1.0]])
    gaps = np.diff(ends)
    narrowest = 1 / min(_MOST_NARROW, 1 + len(centres))
    widths = np.clip(np.maximum(gaps[:-1], gaps[1:]), narrowest, 1.0)
    widths[np.searchsorted(centres, _PRIOR)] = 1.0
    return np.asarray(widths)
