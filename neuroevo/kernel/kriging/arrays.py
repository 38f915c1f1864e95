"""The arrays of a kriging model: what it learns from, what it has learned, its working memory.

A matrix of height × width is stored as rows of lanes, (height × blocks, LANES), where blocks =
width / LANES: a block is a part of a row. Widths are padded to whole blocks.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.arrays import rows_of_lanes
from neuroevo.kernel.vectors import LANE_COUNTS

LANES = LANE_COUNTS["float64"]

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

HISTORY = 10
"""Steps that L-BFGS remembers."""


class Genes(NamedTuple):
    """The genes of a model."""

    options: Integers  # (genes,) number of options of an unordered gene; 0 for an ordered one
    first: Integers  # (genes,) its first coordinate: unordered genes have one for each option
    coordinates: int  # of all genes


class Prior(NamedTuple):
    """Independent normal distributions of the model's parameters, which are logarithms.

    The parameters are the scale and the two exponents of each gene, then the nugget: of `n` genes
    the scales are 0 to n - 1, the exponents n to 2 n - 1 and 2 n to 3 n - 1, the nugget is 3 n.
    """

    mean: Doubles  # (parameters,)
    deviation: Doubles  # (parameters,)


class Observations(NamedTuple):
    """The trials that a model knows; those whose results are pending come last."""

    positions: Doubles  # (genes × blocks, LANES) in [0, 1]; of an unordered gene its option
    targets: Doubles  # (blocks, LANES) standardised; 0 for pending ones and for padding
    noise: Doubles  # (blocks, LANES) the nugget of each trial, as a factor of the parameter
    blocks: int
    known: int  # number of trials with results
    total: int  # number of trials


class Fitted(NamedTuple):
    """A model that is fitted to observations."""

    coordinates: Doubles  # (coordinates × blocks, LANES) of the trials
    factor: Doubles  # (size × blocks, LANES) upper Cholesky factor; size = blocks × LANES
    half: Doubles  # (blocks, LANES) the targets, solved by the transposed factor
    shrunk: Doubles  # (2 × blocks, LANES) mean and variance of the trials' values without noise
    scale: Doubles  # (1,) variance of the signal


class Workspace(NamedTuple):
    """Memory for learning and fitting; its contents need not be kept."""

    by_exponents: Doubles  # (2 × genes × blocks, LANES) derivatives of the coordinates
    slopes: Doubles  # (size × blocks, LANES) derivatives of the covariance
    triangle: Doubles  # (size × blocks, LANES) inverse of the transposed factor
    inverse: Doubles  # (size × blocks, LANES) of the covariance
    rows: Doubles  # (3 × blocks, LANES) numbers of each trial


class Descent(NamedTuple):
    """Memory of L-BFGS: vectors of the model's parameters, and one number for each step."""

    point: Doubles  # (parameters,) in deviations from the prior's mean
    gradient: Doubles  # (parameters,)
    next_point: Doubles  # (parameters,)
    next_gradient: Doubles  # (parameters,)
    direction: Doubles  # (parameters,)
    moves: Doubles  # (HISTORY, parameters)
    changes: Doubles  # (HISTORY, parameters)
    curvatures: Doubles  # (HISTORY,)
    weights: Doubles  # (HISTORY,)
    loss: Doubles  # (1,) of the point; infinite if the covariance is not positive definite


def block_count(width: int) -> int:
    """Return how many blocks hold a row of this width."""
    return -(-width // LANES)


def genes(options: Sequence[int]) -> Genes:
    """Describe genes by their numbers of options, 0 for ordered ones."""
    counts = np.array(options, dtype=np.int64)
    coordinates = np.maximum(counts, 1)
    return Genes(counts, np.cumsum(coordinates) - coordinates, int(coordinates.sum()))


def matrix(height: int, blocks: int) -> Doubles:
    """Return zeros of this height, in rows of as many blocks."""
    return np.asarray(rows_of_lanes(height * blocks, "float64"), dtype=np.float64)


def padded(array: npt.ArrayLike, value: float = 0.0) -> Doubles:
    """Copy a (height, width) array to rows of lanes."""
    matrix = np.atleast_2d(np.asarray(array, dtype=np.float64))
    height, width = matrix.shape
    blocks = block_count(width)
    rows = rows_of_lanes(height * blocks, "float64")
    view = rows.reshape(height, blocks * LANES)
    view[:, :width] = matrix
    view[:, width:] = value
    return np.asarray(rows, dtype=np.float64)


def unpadded(rows: Doubles, width: int, height: int = 1) -> Doubles:
    """Return the (height, width) array that is stored as rows of lanes."""
    return np.asarray(rows.reshape(height, -1)[:, :width])


def fitted(genes: Genes, blocks: int) -> Fitted:
    """Return arrays for a model of as many trials as the blocks hold."""
    return Fitted(
        matrix(genes.coordinates, blocks),
        matrix(blocks * LANES, blocks),
        matrix(1, blocks),
        matrix(2, blocks),
        np.ones(1),
    )


def workspace(genes: Genes, blocks: int) -> Workspace:
    """Return memory for learning from as many trials as the blocks hold."""
    size = blocks * LANES
    slopes, triangle, inverse = (matrix(size, blocks) for _ in range(3))
    by_exponents = matrix(2 * len(genes.options), blocks)
    return Workspace(by_exponents, slopes, triangle, inverse, matrix(3, blocks))


def descent(parameters: int) -> Descent:
    """Return memory for L-BFGS."""
    point, gradient, next_point, next_gradient, direction = (np.zeros(parameters) for _ in range(5))
    moves, changes = (np.zeros((HISTORY, parameters)) for _ in range(2))
    curvatures, weights = (np.zeros(HISTORY) for _ in range(2))
    return Descent(
        point, gradient, next_point, next_gradient, direction,
        moves, changes, curvatures, weights, np.zeros(1),
    )  # fmt: skip
