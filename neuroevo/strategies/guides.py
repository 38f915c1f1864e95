"""What chooses the next trial, and the signs that a model of the results would choose it badly.

Knows the trials so far; does not know how rows are made or judged.
"""

from enum import Enum, auto

import numpy as np

from neuroevo.evolution.archive import Archive
from neuroevo.evolution.earlier import EarlierTrials
from neuroevo.evolution.kriging import FittedKriging
from neuroevo.evolution.positions import Positions
from neuroevo.strategies.models import FIRST_TRIALS, differ

_BELIEVED = 3.0  # standard deviations of the best cost from what the model predicts for it
_LATEST_GAIN, _LEAST_GAIN = 15, 0.01  # trials; of the distance between the median and the best
_REFINING, _REFINED = 6, 0.05  # of the latest trials, and how near they are in each column


class Guide(Enum):
    """What chooses a trial of one objective."""

    MODEL = auto()
    ROUGH_MODEL = auto()  # that of a function which varies between near trials
    ESTIMATORS = auto()
    CHANCE = auto()


def all_equal(archive: Archive, earlier: EarlierTrials) -> bool:
    """Whether trials say nothing: a model would only send children far from them, to the ends.

    Then all have the same costs, as those of each earlier search have, or none keeps the bounds and
    all are as far from it.
    """
    known = archive.costs if archive.feasible else archive.excesses
    if archive.failures:
        known = known[~archive.failed]
    if differ(known[:FIRST_TRIALS]) or differ(known):
        return False
    if not archive.feasible:
        return True
    searches = [earlier.costs[earlier.searches == each] for each in np.unique(earlier.searches)]
    return not any(map(differ, searches))


def hides_a_bound(archive: Archive) -> bool:
    """Whether all trials break a constraint as much: no model knows where it is kept."""
    excesses = archive.excesses[~archive.failed]
    return bool(((excesses == excesses[0]).all(axis=0) & (excesses[0] > 0)).any())


def has_converged(archive: Archive, positions: Positions) -> bool:
    """Whether the latest trials were near the best, and gained next to nothing.

    A model would refine the best for ever, however little it gains, as that is certain; what it
    knows little of, such as another branch, is not certain to gain anything.
    """
    if archive.feasible <= 2 * _LATEST_GAIN:
        return False
    order, costs = archive.order[: archive.feasible], archive.costs[:, 0]
    before = next(place for place in order if place < len(archive) - _LATEST_GAIN)
    best, median = costs[order[0]], costs[order[len(order) // 2]]
    if costs[before] - best > _LEAST_GAIN * (median - best):
        return False
    latest, middle = archive.rows[-_LATEST_GAIN:], archive.rows[order[0]]
    gaps = np.where(positions.options > 0, latest != middle, np.abs(latest - middle))
    return int((gaps.max(axis=1) < _REFINED).sum()) >= _REFINING


def takes_best_for_noise(archive: Archive, fitted: FittedKriging, best: float) -> bool:
    """Whether a model takes the best result, whose target is given, for noise.

    It expects nothing anywhere then, and some searches evaluate almost the same genomes again. If
    the same genome has the same result, what it takes for noise is how costs vary over distances
    that are shorter than those between trials.
    """
    found = fitted.predict(archive.rows[archive.order[:1]])
    return best <= float(found.means[0]) - _BELIEVED * float(found.deviations[0])
