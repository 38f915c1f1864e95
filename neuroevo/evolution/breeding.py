"""Children of rows of positions, many at a time: crossover, mutation and newcomers.

All randomness comes from the `rng` argument, and all arithmetic is exact to the last bit on any
processor. Knows neither results nor what is new.
"""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.decimals import power_of_ten
from neuroevo.evolution.positions import Positions, Rows

Indices = npt.NDArray[np.int64]

_SIZES_PER_DECADE = 20
_LARGEST_SIZE = -0.3  # decimal logarithm of a deviation, as a share of a gene's scale
_FEW, _MANY = 0.5, 2.0  # genes that are mutated, on average
_LEAST_STEP = 0.75  # levels
_HALF = 0.5  # even chances
_SURE_AFTER_CROSSOVER = 0.5  # chance that a child of two parents is mutated for certain


@dataclass(frozen=True, slots=True)
class Manner:
    """How children are made.

    Attributes
    ----------
    crossover
        The chance of two parents.
    newcomers
        The chance of none.
    smallest, largest
        Decimal logarithms of the least and greatest deviation of a mutation.
    ends
        The chance that a mutation beyond an end of a range goes to the end, else it is reflected.
    """

    crossover: float = 0.5
    newcomers: float = 0.1
    smallest: float = -2.5
    largest: float = _LARGEST_SIZE
    ends: float = 0.5


class Children(NamedTuple):
    """Rows of children, and how each was made."""

    rows: Rows  # (children, columns)
    mothers: Indices  # (children,) indices of parents
    fathers: Indices  # (children,) -1 for none
    fresh: npt.NDArray[np.bool_]  # (children,) whether it is a newcomer, without parents
    mutated: npt.NDArray[np.bool_]  # (children,)
    rounds: Indices  # (children,) of screening, from 1; 0 for none

    def part(self, chosen: npt.NDArray[np.generic]) -> "Children":
        """Return some of them."""
        return Children(*(each[chosen] for each in self))

    def joined(self, others: "Children") -> "Children":
        """Return these and others."""
        return Children(*(np.concatenate(pair) for pair in zip(self, others, strict=True)))


def children(
    positions: Positions, parents: Rows, count: int, manner: Manner, rng: np.random.Generator
) -> Children:
    """Make children of parents that are sorted, the best first.

    Parameters
    ----------
    positions
        The columns of the rows.
    parents
        Rows of at least one parent, shape (parents, columns).
    count
        How many children.
    manner
        How they are made.
    rng
        All randomness.
    """
    width = parents.shape[1]
    mothers, fathers = ((len(parents) * rng.random(count) ** 2).astype(int) for _ in range(2))
    kind, crossing, certain, often = rng.random((4, count))
    crossed = (crossing < manner.crossover) & (mothers != fathers)
    fresh = kind < manner.newcomers
    swaps, hits, draws = rng.random((3, count, width))
    rows = np.where(crossed[:, None] & (swaps < _HALF), parents[fathers], parents[mothers])
    rate = np.where(often < _HALF, _FEW, _MANY) / width
    hit = hits < rate[:, None]
    sure = np.flatnonzero(~crossed | (certain < _SURE_AFTER_CROSSOVER))
    hit[sure, rng.integers(width, size=len(sure))] = True
    rows = np.where(hit, _mutated(positions, rows, draws, manner, rng), rows)
    scales = np.where(positions.options > 0, positions.options, 1)
    rows[fresh] = draws[fresh] * scales
    snapped = positions.snapped(rows, rng.random((count, width)))
    unscreened = np.zeros(count, dtype=np.int64)
    return Children(
        snapped, mothers, np.where(crossed, fathers, -1), fresh, hit.any(axis=1), unscreened
    )


def _mutated(
    positions: Positions, rows: Rows, draws: Rows, manner: Manner, rng: np.random.Generator
) -> Rows:
    """Return every position mutated: a step in an ordered column, another option in others."""
    deviations = _deviations(manner.smallest, manner.largest)
    sizes = deviations[rng.integers(len(deviations), size=rows.shape)]
    # Nearly normal, from sums of uniform numbers: logarithms of a library differ in last bits.
    normal = 2 * (rng.random((3, *rows.shape)).sum(axis=0) - 1.5)
    steps = sizes * normal
    steps = np.copysign(np.maximum(np.abs(steps), _LEAST_STEP * positions.least_steps), steps)
    moved = rows + steps
    reflected = np.abs(moved)
    reflected = np.where(reflected > 1, 2 - reflected, reflected)
    to_end = rng.random(rows.shape) < manner.ends
    moved = np.where(to_end, moved, reflected)
    moved = np.minimum(np.maximum(moved, 0.0), 1.0)
    return np.where(positions.options > 0, draws * positions.options, moved)


@cache
def _deviations(smallest: float, largest: float) -> Rows:
    """Return deviations from the smallest to the largest, in equal steps of their logarithms."""
    first, last = round(smallest * _SIZES_PER_DECADE), round(largest * _SIZES_PER_DECADE)
    return np.array([power_of_ten(each, _SIZES_PER_DECADE) for each in range(first, last + 1)])


def latin_hypercube(positions: Positions, count: int, rng: np.random.Generator) -> Rows:
    """Draw rows of which each column covers its range evenly, shape (count, columns)."""
    shape = count, len(positions.columns)
    cuts = (np.argsort(rng.random(shape), axis=0) + rng.random(shape)) / count
    scales = np.where(positions.options > 0, positions.options, 1)
    return positions.snapped(cuts * scales, rng.random(shape))
