"""How a function varies between trials that are near to each other, which a model takes for noise.

Does not know what the model is.
"""

from typing import NamedTuple

import numpy as np

from neuroevo.decimals import exp, ln
from neuroevo.evolution.positions import Positions, Rows

_REACH = 0.25  # of a trial's result, as a share of the distance between trials
_LATEST, _STUCK = 12, 3  # trials, and how many of them may be near to others without being good
_SAME = 0.25  # squared distance in units of the reach
_GOOD = 4  # one of so many trials is good


class Roughness(NamedTuple):
    """How costs vary over short distances, which a model takes for noise."""

    positions: Positions
    known: Rows  # (trials, columns)
    variance: float

    def variances(self, rows: Rows) -> Rows:
        """Return the variance of each row given the nearest trial: 0 if it is the same, (rows,).

        Without functions that differ between processors in the last bit.
        """
        nearest = self._distances(rows).min(axis=1)
        return np.asarray(self.variance * nearest / (1 + nearest))

    def is_stuck(self, costs: Rows) -> bool:
        """Whether several of the last trials were near to others, and found nothing good."""
        first = max(len(costs) - _LATEST, 0)
        is_bad = costs[first:] > np.sort(costs)[len(costs) // _GOOD]
        near = (self._distances(self.known[first:]) < _SAME).sum(axis=1) > 1  # not itself alone
        return int((is_bad & near).sum()) >= _STUCK

    def _distances(self, rows: Rows) -> Rows:
        """Return squared distances from the trials in units of their reach, (rows, trials)."""
        count, columns = self.known.shape
        reach = _REACH * exp(-ln(count) / columns)
        squares = np.zeros((len(rows), count))
        for column, options in enumerate(self.positions.options):
            gaps = rows[:, column, None] - self.known[:, column]
            squares += (gaps != 0) if options else gaps * gaps
        return squares / (reach * reach)
