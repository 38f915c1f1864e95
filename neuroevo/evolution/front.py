"""The Pareto front of all that was ever told, and its hypervolume.

Knows numbers to be minimised; does not know what they are the costs of.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import moocore
import numpy as np
from numpy.typing import ArrayLike

from neuroevo.errors import UsageError
from neuroevo.evolution.candidate import Costs

Member = TypeVar("Member")


def extended_front(
    front: Sequence[Member],
    newcomers: Sequence[Member],
    costs: Callable[[Member], Costs | None],
) -> list[Member]:
    """Find the front of a front and of what is new.

    Parameters
    ----------
    front
        The front so far.
    newcomers
        What is new, in the order in which it was told.
    costs
        The costs of each; None for one that failed, which is passed over.

    Returns
    -------
    list
        Those that no other dominates, sorted by the first objective, best first, ties by the
        following ones. Of equal costs the one told first is kept.
    """
    told = [(each, cost) for each in (*front, *newcomers) if (cost := costs(each)) is not None]
    if not told:
        return []
    candidates, rows = zip(*told, strict=True)
    points = np.array(rows, dtype=np.float64)
    kept = np.flatnonzero(nondominated(points))
    order = np.lexsort(points[kept].T[::-1])
    return [candidates[index] for index in kept[order].tolist()]


def nondominated(points: ArrayLike) -> np.ndarray:
    """Mark the points that no other dominates, of equal points the first.

    Parameters
    ----------
    points
        Finite numbers to be minimised, shape (points, objectives).

    Returns
    -------
    numpy.ndarray
        Booleans, shape (points,).
    """
    array = np.asarray(points, dtype=np.float64)
    if array.size == 0:
        return np.zeros(len(array), dtype=bool)
    return np.asarray(moocore.is_nondominated(array))


def reference_point(points: ArrayLike) -> tuple[float, ...]:
    """Return the point from which hypervolumes are measured: a tenth beyond the worst of some.

    Parameters
    ----------
    points
        Finite numbers to be minimised, shape (points, objectives), at least one.

    Returns
    -------
    tuple[float, ...]
        For each objective the largest number, and a tenth more of what lies between it and the
        smallest; a tenth of 1 where all are equal.
    """
    columns = np.asarray(points, dtype=np.float64).T.tolist()
    return tuple(max(column) + 0.1 * ((max(column) - min(column)) or 1.0) for column in columns)


def hypervolumes(pieces: Sequence[np.ndarray], reference: Sequence[float]) -> np.ndarray:
    """Measure the front of the first piece, of the first two, and so on.

    Parameters
    ----------
    pieces
        Finite numbers to be minimised, each of shape (points, objectives).
    reference
        The reference point, shape (objectives,).

    Returns
    -------
    numpy.ndarray
        Volumes, shape (pieces,), see `hypervolume`.

    Raises
    ------
    UsageError
        When the shapes don't match or the reference is not finite.
    """
    front, measured = np.empty((0, len(reference))), []
    for piece in pieces:
        front = np.concatenate([front, piece])
        front = front[nondominated(front)]
        measured.append(hypervolume(front, reference))
    return np.array(measured)


def hypervolume(points: ArrayLike, reference: ArrayLike) -> float:
    """Measure the space between some points and a reference point that is worse.

    Parameters
    ----------
    points
        Numbers to be minimised, shape (points, objectives). Points with a number that is not
        finite, and points not better than the reference in every objective, add nothing.
    reference
        The reference point, shape (objectives,).

    Returns
    -------
    float
        The volume that at least one point dominates and that dominates the reference.

    Raises
    ------
    UsageError
        When the shapes don't match or the reference is not finite.
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
