"""Factors, solutions and inverses of matrices of float64, in tiles of four rows and one block.

Each sum is taken in the order of its terms. Matrices are stored as `kriging.arrays` says; n × n
ones are given with their number of blocks, n = blocks × LANES.
"""

import math

from neuroevo.kernel.compiled import inlined, inner
from neuroevo.kernel.kriging.arrays import LANES
from neuroevo.kernel.lanes import fma, zero
from neuroevo.kernel.pointers import item, load, numbers_of, rows_of, store

_TILE = 4  # rows


@inner
def factorise(matrix, blocks):
    """Replace a symmetric matrix by its upper Cholesky factor; what is below it has no meaning.

    Only the upper triangle is read. Returns whether the matrix is positive definite.
    """
    rows, numbers = rows_of(matrix), numbers_of(matrix)
    width = LANES * blocks
    for first in range(0, width, _TILE):
        for block in range(first // LANES, blocks):
            _subtract_products(rows, blocks, numbers, width, rows, first, block, 0)
        for row in range(first, first + _TILE):
            for earlier in range(first, row):
                factor = -item(numbers, earlier * width + row)
                for block in range(first // LANES, blocks):
                    above = load(rows, earlier * blocks + block)
                    place = row * blocks + block
                    store(rows, place, fma(above, factor, load(rows, place)))
            pivot = item(numbers, row * width + row)
            if not pivot > 0.0:
                return False
            root = 1.0 / math.sqrt(pivot)
            for block in range(row // LANES, blocks):
                place = row * blocks + block
                store(rows, place, load(rows, place) * root)
    return True


@inner
def solve(factor, blocks, right, columns, triangular):
    """Solve factorᵀ × x = right in place, for a right side of this many blocks of columns.

    If it is `triangular`, the right side is the identity, and so is known to be 0 above the
    diagonal of blocks.
    """
    rows, numbers, size = rows_of(right), numbers_of(factor), LANES * blocks
    for first in range(0, size, _TILE):
        for block in range(columns):
            start = LANES * block if triangular else 0
            if start > first:
                break
            _subtract_products(rows, columns, numbers, size, rows, first, block, start)
            for row in range(first, first + _TILE):
                value = load(rows, row * columns + block)
                for earlier in range(first, row):
                    above = load(rows, earlier * columns + block)
                    value = fma(above, -item(numbers, earlier * size + row), value)
                value = value * (1.0 / item(numbers, row * size + row))
                store(rows, row * columns + block, value)


@inlined
def _subtract_products(target, columns, left, width, right, first, block, start):
    """Subtract from four rows of a block the sum over k of left[k, row] × right[k, block].

    k is from `start` to `first`; target and right have this number of columns of blocks.
    """
    place = first * columns + block
    sum0 = load(target, place)
    sum1 = load(target, place + columns)
    sum2 = load(target, place + 2 * columns)
    sum3 = load(target, place + 3 * columns)
    for k in range(start, first):
        value = load(right, k * columns + block)
        at = k * width + first
        sum0 = fma(value, -item(left, at), sum0)
        sum1 = fma(value, -item(left, at + 1), sum1)
        sum2 = fma(value, -item(left, at + 2), sum2)
        sum3 = fma(value, -item(left, at + 3), sum3)
    store(target, place, sum0)
    store(target, place + columns, sum1)
    store(target, place + 2 * columns, sum2)
    store(target, place + 3 * columns, sum3)


@inner
def identity(matrix, blocks):
    """Fill a matrix with the identity."""
    rows = rows_of(matrix)
    nothing = zero(load(rows, 0))
    for place in range(LANES * blocks * blocks):
        store(rows, place, nothing)
    for row in range(LANES * blocks):
        matrix[row * blocks + row // LANES, row % LANES] = 1.0


@inner
def squared(triangle, blocks, target):
    """Compute triangleᵀ × triangle of a lower triangular matrix."""
    rows, numbers, size = rows_of(triangle), numbers_of(triangle), LANES * blocks
    products = rows_of(target)
    for first in range(0, size, _TILE):
        for block in range(blocks):
            sum0 = sum1 = sum2 = sum3 = zero(load(rows, 0))
            for k in range(max(first, LANES * block), size):
                value = load(rows, k * blocks + block)
                at = k * size + first
                sum0 = fma(value, item(numbers, at), sum0)
                sum1 = fma(value, item(numbers, at + 1), sum1)
                sum2 = fma(value, item(numbers, at + 2), sum2)
                sum3 = fma(value, item(numbers, at + 3), sum3)
            place = first * blocks + block
            store(products, place, sum0)
            store(products, place + blocks, sum1)
            store(products, place + 2 * blocks, sum2)
            store(products, place + 3 * blocks, sum3)
