"""The Pareto front and its hypervolume; all objectives are minimised.

With constraints, domination is that of Deb et al. 2002: a point that keeps them dominates all that
do not, and of two that do not, that with the smaller violation. Equal violations are compared by
their costs.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import moocore
import numpy as np
from numpy.typing import ArrayLike

from neuroevo.errors import UsageError
from neuroevo.evolution.candidate import Costs

Member = TypeVar("Member")

_FARTHEST = 100  # times as far from the lowest as the median


def front_of(
    members: Iterable[Member],
    costs: Callable[[Member], Costs | None],
    violation: Callable[[Member], float] = lambda _: 0.0,
) -> list[Member]:
    """Return the members that no other dominates: the nearest to feasible if none is.

    Sorted by the first objective, best first, ties by the following ones. Of members with equal
    costs the first is kept.

    Parameters
    ----------
    members
        In the order in which they were evaluated.
    costs
        Returns the costs of a member; None for one that failed, which is never on the front.
    violation
        Returns how far a member is from keeping all constraints, 0 if it does.
    """
    known = [(each, cost) for each in members if (cost := costs(each)) is not None]
    if not known:
        return []
    points = np.array([cost for _, cost in known], dtype=np.float64)
    kept = np.flatnonzero(nondominated(points, [violation(each) for each, _ in known]))
    kept = kept[np.lexsort(points[kept].T[::-1])]
    return [known[place][0] for place in kept.tolist()]


def nondominated(points: ArrayLike, violations: ArrayLike = ()) -> np.ndarray:
    """Mark the points that no other dominates; of equal points only the first.

    Parameters
    ----------
    points
        Finite numbers, shape (points, objectives).
    violations
        The violation of each point, shape (points,); empty if all points are feasible.

    Returns
    -------
    numpy.ndarray
        Booleans, shape (points,).
    """
    array = np.asarray(points, dtype=np.float64)
    if array.size == 0:
        return np.zeros(len(array), dtype=bool)
    broken = np.asarray(violations, dtype=np.float64)
    if not broken.any():
        return np.asarray(moocore.is_nondominated(array))
    nearest = np.flatnonzero(broken == broken.min())
    marks = np.zeros(len(array), dtype=bool)
    marks[nearest[moocore.is_nondominated(array[nearest])]] = True
    return marks


def front_numbers(points: ArrayLike, violations: ArrayLike = ()) -> np.ndarray:
    """Return how many fronts are before that of each point.

    Parameters
    ----------
    points
        Finite numbers, shape (points, objectives).
    violations
        As for `nondominated`; points with equal violations above 0 share a front.

    Returns
    -------
    numpy.ndarray
        Whole numbers, shape (points,); 0 for those that no other dominates.
    """
    array, broken = np.asarray(points, dtype=np.float64), np.asarray(violations, dtype=np.float64)
    if not broken.any():
        return np.asarray(moocore.pareto_rank(array))
    feasible = broken == 0
    numbers = np.zeros(len(array), dtype=np.int64)
    before = 0
    if feasible.any():
        numbers[feasible] = moocore.pareto_rank(array[feasible])
        before = int(numbers.max()) + 1
    _, places = np.unique(broken[~feasible], return_inverse=True)
    numbers[~feasible] = before + places
    return numbers


def reference_point(points: ArrayLike) -> tuple[float, ...]:
    """Return the reference point of hypervolumes.

    For each objective it is the largest number plus a tenth of the range of the numbers; plus 0.1
    if all are equal. Numbers more than 100 times as far from the lowest as the median count as that
    far: beside 10^12, gains of hypervolume would be less than the last bit.

    Parameters
    ----------
    points
        Finite numbers, shape (points, objectives), at least one point.
    """
    rows = np.asarray(points, dtype=np.float64)
    low, median, high = rows.min(axis=0), np.median(rows, axis=0), rows.max(axis=0)
    high = np.where(median > low, np.minimum(high, low + _FARTHEST * (median - low)), high)
    return tuple((high + 0.1 * np.where(high > low, high - low, 1.0)).tolist())


def hypervolumes(pieces: Sequence[np.ndarray], reference: Sequence[float]) -> np.ndarray:
    """Compute the `hypervolume` of the front of the first piece, of the first two, and so on.

    Parameters
    ----------
    pieces
        Finite numbers, each of shape (points, objectives).
    reference
        The reference point, shape (objectives,).

    Returns
    -------
    numpy.ndarray
        Volumes, shape (pieces,).
    """
    front, measured = np.empty((0, len(reference))), []
    for piece in pieces:
        front = np.concatenate([front, piece])
        front = front[nondominated(front)]
        measured.append(hypervolume(front, reference))
    return np.array(measured)


def hypervolume(points: ArrayLike, reference: ArrayLike) -> float:
    """Compute the volume that points dominate, up to a reference point.

    Parameters
    ----------
    points
        Numbers, shape (points, objectives). Points with a number that is not finite, and points
        that are not better than the reference in every objective, add nothing.
    reference
        The reference point, shape (objectives,).

    Raises
    ------
    UsageError
        If the shapes don't match or the reference is not finite.
    """
    array = np.asarray(points, dtype=np.float64)
    corner = np.asarray(reference, dtype=np.float64)
    if corner.ndim != 1 or not np.isfinite(corner).all():
        raise UsageError(f"reference: must be finite numbers, but got {reference!r}")
    if array.size == 0:
        return 0.0
    if array.ndim != 2 or array.shape[1] != len(corner):  # noqa: PLR2004 - rows of points
        shape = f"(points, {len(corner)})"
        raise UsageError(f"points: must have the shape {shape}, but got {array.shape}")
    finite = array[np.isfinite(array).all(axis=1)]
    return float(moocore.hypervolume(finite, ref=corner)) if len(finite) else 0.0
