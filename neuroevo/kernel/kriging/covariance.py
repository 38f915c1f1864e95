"""Coordinates of trials and children, and the covariances between them."""

import math

from neuroevo.kernel.compiled import inlined, inner
from neuroevo.kernel.elementary import exp
from neuroevo.kernel.kriging import formulas
from neuroevo.kernel.kriging.arrays import LANES
from neuroevo.kernel.lanes import broadcast, fma, formula, pair, triple, where, zero
from neuroevo.kernel.pointers import load, rows_of, store

_OPTION_SCALE = math.sqrt(0.5)  # so that the distance of two options is the gene's scale

_exponential = formula()(exp)
_warped = formula(triple)(formulas.warped)
_matern = formula(pair)(formulas.matern)


@inner
def embed(genes, parameters, positions, blocks, coordinates, by_exponents):
    """Compute the coordinates of points, and their derivatives by log a and log b of each gene."""
    places, targets, slopes = rows_of(positions), rows_of(coordinates), rows_of(by_exponents)
    count = len(genes.options)
    for gene in range(count):
        first = genes.first[gene] * blocks
        scale = _exp_of(parameters[gene], load(places, 0))
        if genes.options[gene]:
            for option in range(genes.options[gene]):
                for block in range(blocks):
                    position = load(places, gene * blocks + block)
                    near = where(position > option + 0.5, zero(position), scale * _OPTION_SCALE)
                    near = where(position > option - 0.5, near, zero(position))
                    store(targets, first + option * blocks + block, near)
            continue
        a = _exp_of(parameters[count + gene], scale)
        b = _exp_of(parameters[2 * count + gene], scale)
        for block in range(blocks):
            position = load(places, gene * blocks + block)
            z, by_a, by_b = _warped(position, scale, a, b)
            store(targets, first + block, z)
            store(slopes, gene * blocks + block, by_a)
            store(slopes, (count + gene) * blocks + block, by_b)


@inlined
def _exp_of(number, like):
    """Return the exponential of a number in every lane."""
    return _exponential(broadcast(number, like))


@inner
def covariance(coordinates, left, height, right, columns, width, target, slopes):
    """Compute the covariances between points, and their derivatives by the squared distances.

    `left` holds the coordinates of at least `height` points in rows of `width` blocks, `right`
    those of others in rows of `columns` blocks. Both targets have rows of `columns` blocks.
    """
    others, values, derivatives = rows_of(right), rows_of(target), rows_of(slopes)
    for row in range(height):
        block_of_row, lane = row // LANES, row % LANES
        for block in range(columns):
            square = zero(load(others, 0))
            for coordinate in range(coordinates):
                own = left[coordinate * width + block_of_row, lane]
                gap = load(others, coordinate * columns + block) - own
                square = fma(gap, gap, square)
            value, slope = _matern(square)
            store(values, row * columns + block, value)
            store(derivatives, row * columns + block, slope)


@inner
def add_noise(matrix, blocks, count, noise, factor):
    """Add nuggets to the diagonal of a covariance, and make its padding the identity."""
    for row in range(LANES * blocks):
        at, lane = row // LANES, row % LANES
        if row < count:
            matrix[row * blocks + at, lane] = 1.0 + factor * noise[at, lane] + _LEAST_NUGGET
            for column in range(count, LANES * blocks):
                matrix[row * blocks + column // LANES, column % LANES] = 0.0
            continue
        for column in range(LANES * blocks):
            same = 1.0 if column == row else 0.0
            matrix[row * blocks + column // LANES, column % LANES] = same


_LEAST_NUGGET = 1e-6
