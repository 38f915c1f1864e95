"""The points of a learning curve, and where it stops."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import Floats, Stopping
from neuroevo.learning.settings import TrainingSettings

FEWEST_POINTS = 20
"""Points that a curve has at least, if its budget has so many samples."""

FEWEST_ROWS = 1000
"""Validation samples that each point takes at least, if there are so many."""

_EVERY_SAMPLE_UP_TO = 12
_RATIO = 1.1220184543019633  # 10 to the power of 1/20: twenty points per decade
_VALIDATION_COST = 1 / 3  # of a training sample: the forward pass alone


def points_within(share: float, budget: int, validation_samples: int) -> int | None:
    """Return how many points a curve may have, so that validation takes this share of the work.

    Parameters
    ----------
    share
        Of all work, above 0; 1 for no limit.
    budget
        The sample budget of a training.
    validation_samples
        Number of samples that each point takes.

    Returns
    -------
    At least `FEWEST_POINTS`; None without a limit.
    """
    if share >= 1:
        return None
    return max(FEWEST_POINTS, int(_validated(share, budget) / validation_samples))


def rows_within(share: float, budget: int, validation_samples: int) -> int:
    """Return how many validation samples each point may take, if even the fewest points cost more.

    Parameters
    ----------
    share, budget, validation_samples
        As for `points_within`.

    Returns
    -------
    All samples, or fewer, but at least `FEWEST_ROWS`.
    """
    if share >= 1:
        return validation_samples
    most = int(_validated(share, budget) / FEWEST_POINTS)
    return min(validation_samples, max(FEWEST_ROWS, most))


def _validated(share: float, budget: int) -> float:
    """Return how many validation samples of a training cost this share of its work."""
    return budget * share / (1 - share) / _VALIDATION_COST


def samples_seen(budget: int, most_points: int | None = None) -> npt.NDArray[np.int64]:
    """Return after how many samples to validate: each of the first 12, then log-spaced.

    Parameters
    ----------
    budget
        The sample budget of a training, at least 1.
    most_points
        A limit of their number; then every second of them is left out, or more, evenly.

    Returns
    -------
    Ascending counts, twenty per decade from 12 on without a limit; the last is the budget.
    """
    points = list(range(1, min(budget, _EVERY_SAMPLE_UP_TO) + 1))
    point = float(_EVERY_SAMPLE_UP_TO)
    while (point := point * _RATIO) < budget:
        points.append(round(point))
    seen = np.unique(np.array([*points, budget], dtype=np.int64))
    if most_points is None or len(seen) <= most_points:
        return seen
    places = (np.arange(1, most_points + 1) * len(seen)) // most_points - 1
    return seen[places]


def counted_points(
    seen: npt.NDArray[np.int64], budget: int, batch_size: int
) -> npt.NDArray[np.int64]:
    """Return for how many points without a lower MSE each point of a curve counts.

    A point stands for those that a limit has left out before it, so that a training waits for as
    many samples whatever the limit is. Points without an update since the point before do not
    count, as a network with large batches could stop before it has learned anything.

    Parameters
    ----------
    seen
        Array (points,), the samples seen at each point.
    budget
        The sample budget of the training.
    batch_size
        Samples per update.

    Returns
    -------
    Array (points,).
    """
    points = samples_seen(budget)
    updates = points // batch_size
    updates[-1] = -(-budget // batch_size)  # the last batch may have fewer samples
    counted = np.cumsum(np.diff(updates, prepend=0) > 0)
    places = np.searchsorted(points, seen, side="right") - 1
    return np.diff(counted[places], prepend=0)


def stopping_of(
    settings: TrainingSettings, batch_size: int, seen: npt.NDArray[np.int64]
) -> Stopping:
    """Return when trainings stop; the target is rounded down to the precision.

    Parameters
    ----------
    settings
        Those of the trainings.
    batch_size
        Samples per update.
    seen
        Array (points,), the samples seen at each point of their curves.
    """
    counts = np.ones_like(seen)
    if settings.patience > 0:
        counts = counted_points(seen, settings.samples, batch_size)
    if not settings.stop_at_target:
        return Stopping(-1.0, settings.patience, settings.restores_best, counts)
    precision = np.dtype(settings.precision).type
    target = precision(settings.target_mse)
    if target > settings.target_mse:
        target = np.nextafter(target, precision(0))
    return Stopping(float(target), settings.patience, settings.restores_best, counts)


def as_stopped(curves: Floats, validation: Floats, stopping: Stopping) -> Floats:
    """Return curves of trainings that went on as they are if the trainings stop.

    Parameters
    ----------
    curves
        Array (lanes, points), such as errors on training samples, of trainings to the end.
    validation
        The curves of validation MSE of the same trainings as they stopped, of the same shape.
    stopping
        When they stopped. From there on a curve stays as it is, or as it was at the lowest
        validation MSE, as the last point always is if the best parameters are restored.
    """
    stopped = curves.copy()
    for curve, (best, last) in zip(stopped, _ends(validation, stopping), strict=True):
        curve[last + 1 :] = curve[best if stopping.restore_best else last]
        if stopping.restore_best:
            curve[-1] = curve[best]
    return stopped


def stops(
    validation: Floats, stopping: Stopping, points: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return how many samples the weights of each training have seen that it ended with.

    Parameters
    ----------
    validation
        Array (lanes, points), the curves of validation MSE of the trainings as they stopped.
    stopping
        When they stopped.
    points
        Array (points,), the samples seen at each point.

    Returns
    -------
    Array (lanes,).
    """
    ends = _ends(validation, stopping)
    return np.array([points[best if stopping.restore_best else last] for best, last in ends])


def _ends(validation: Floats, stopping: Stopping) -> Iterator[tuple[int, int]]:
    """Yield the point of the lowest MSE and the last point of each lane's training."""
    for curve in validation.tolist():
        best, lowest, waited = 0, math.inf, 0
        for point, (error, count) in enumerate(zip(curve, stopping.counts.tolist(), strict=True)):
            waited += count
            if error < lowest:
                best, lowest, waited = point, error, 0
            is_over = 0 < stopping.patience <= waited
            if is_over or not error < math.inf or error <= stopping.target:
                break
        yield best, point
