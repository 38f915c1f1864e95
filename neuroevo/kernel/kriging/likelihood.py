"""The loss of a model's parameters, which is the negative log posterior, and its gradient.

The variance of the signal is that which is most likely, but at least 0.001.
"""

import math

from neuroevo.kernel.compiled import inner
from neuroevo.kernel.elementary import exp, log
from neuroevo.kernel.kriging.arrays import LANES
from neuroevo.kernel.kriging.covariance import add_noise, covariance, embed
from neuroevo.kernel.kriging.matrices import factorise, identity, solve, squared
from neuroevo.kernel.lanes import broadcast, fma, formula, zero
from neuroevo.kernel.pointers import load, rows_of, store

LEAST_SCALE = 1e-3

_exp = formula()(exp)
_log = formula()(log)


@inner
def exp_of(number, row):
    """Return the exponential of a number; `row`, (1, LANES), is overwritten."""
    rows = rows_of(row)
    store(rows, 0, _exp(broadcast(number, load(rows, 0))))
    return row[0, 0]


@inner
def log_of(number, row):
    """Return the logarithm of a number; `row`, (1, LANES), is overwritten."""
    rows = rows_of(row)
    store(rows, 0, _log(broadcast(number, load(rows, 0))))
    return row[0, 0]


@inner
def loss_and_gradient(genes, prior, observations, fitted, workspace, point, gradient):
    """Return the loss of a point, and write its gradient; both in the prior's deviations.

    Returns infinity if the covariance is not positive definite.
    """
    blocks, count = observations.blocks, observations.known
    factor, slopes, inverse = fitted.factor, workspace.slopes, workspace.inverse
    last = len(point) - 1
    parameters, row = gradient, workspace.rows[:1]
    for index in range(last + 1):
        parameters[index] = prior.mean[index] + prior.deviation[index] * point[index]
    embed(
        genes, parameters, observations.positions, blocks,
        fitted.coordinates, workspace.by_exponents,
    )  # fmt: skip
    coordinates = fitted.coordinates
    size = LANES * blocks
    covariance(genes.coordinates, coordinates, size, coordinates, blocks, blocks, factor, slopes)
    nugget = exp_of(parameters[last], row)
    add_noise(factor, blocks, count, observations.noise, nugget)
    if not factorise(factor, blocks):
        return math.inf
    identity(workspace.triangle, blocks)
    solve(factor, blocks, workspace.triangle, blocks, True)
    squared(workspace.triangle, blocks, inverse)
    solved = workspace.rows[blocks : 2 * blocks]
    _multiply(inverse, blocks, observations.targets, solved)
    raw = _product(solved, observations.targets, count) / count
    scale = max(raw, LEAST_SCALE)
    loss = 0.5 * count * log_of(scale, row) + _half_log_determinant(factor, blocks, workspace.rows)
    for index in range(last + 1):
        loss += 0.5 * point[index] * point[index]
    pull = 0.5 / scale if raw > LEAST_SCALE else 0.0
    by_nugget = _slopes_of_loss(inverse, blocks, count, solved, pull, observations.noise, slopes)
    _gradient_of_genes(genes, observations, fitted, workspace, gradient)
    gradient[last] = nugget * by_nugget
    for index in range(last + 1):
        gradient[index] = gradient[index] * prior.deviation[index] + point[index]
    return loss


@inner
def _half_log_determinant(factor, blocks, rows):
    """Return the sum of the logarithms of a factor's diagonal; the rows are overwritten."""
    for index in range(LANES * blocks):
        block, lane = index // LANES, index % LANES
        rows[block, lane] = factor[index * blocks + block, lane]
    vectors = rows_of(rows)
    for block in range(blocks):
        store(vectors, block, _log(load(vectors, block)))
    total = 0.0
    for index in range(LANES * blocks):
        total += rows[index // LANES, index % LANES]
    return total


@inner
def _multiply(matrix, blocks, vector, target):
    """Multiply a symmetric matrix by a vector."""
    rows, values = rows_of(matrix), rows_of(target)
    for block in range(blocks):
        total = zero(load(rows, 0))
        for k in range(LANES * blocks):
            factor = vector[k // LANES, k % LANES]
            total = fma(load(rows, k * blocks + block), factor, total)
        store(values, block, total)


@inner
def _product(left, right, count):
    """Return the inner product of two vectors."""
    total = 0.0
    for index in range(count):
        block, lane = index // LANES, index % LANES
        total += left[block, lane] * right[block, lane]
    return total


@inner
def _slopes_of_loss(inverse, blocks, count, solved, pull, noise, slopes):
    """Multiply slopes of the covariance by those of the loss; returns the one by the nugget."""
    rows, products, vector = rows_of(inverse), rows_of(slopes), rows_of(solved)
    by_nugget = 0.0
    for row in range(LANES * blocks):
        at, lane = row // LANES, row % LANES
        own = solved[at, lane]
        if row < count:
            diagonal = 0.5 * inverse[row * blocks + at, lane] - pull * own * own
            by_nugget += diagonal * noise[at, lane]
        for block in range(blocks):
            place = row * blocks + block
            by_covariance = fma(load(vector, block), -pull * own, 0.5 * load(rows, place))
            store(products, place, by_covariance * load(products, place))
    return by_nugget


@inner
def _gradient_of_genes(genes, observations, fitted, workspace, gradient):
    """Write the loss's derivatives by the scale and exponents of each gene, without the prior's."""
    blocks, count = observations.blocks, len(genes.options)
    points, derivatives = rows_of(fitted.coordinates), rows_of(workspace.by_exponents)
    sums = rows_of(workspace.rows)
    for gene in range(count):
        by_scale = by_a = by_b = zero(load(points, 0))
        ordered = genes.options[gene] == 0
        for coordinate in range(genes.first[gene], genes.first[gene] + max(genes.options[gene], 1)):
            for block in range(blocks):
                z = load(points, coordinate * blocks + block)
                moved = _pull_of_others(
                    fitted.coordinates, coordinate, workspace.slopes, blocks, block,
                    observations.known, z,
                )  # fmt: skip
                by_scale = fma(moved, z, by_scale)
                if ordered:
                    by_a = fma(moved, load(derivatives, gene * blocks + block), by_a)
                    by_b = fma(moved, load(derivatives, (count + gene) * blocks + block), by_b)
        store(sums, 0, by_scale)
        store(sums, 1, by_a)
        store(sums, 2, by_b)
        for part in range(3):
            total = 0.0
            for lane in range(LANES):
                total += workspace.rows[part, lane]
            gradient[part * count + gene] = total


@inner
def _pull_of_others(coordinates, coordinate, slopes, blocks, block, count, z):
    """Return the loss's derivatives by one coordinate of the trials of a block."""
    rows = rows_of(slopes)
    total = zero(z)
    for other in range(count):
        own = coordinates[coordinate * blocks + other // LANES, other % LANES]
        total = fma(load(rows, other * blocks + block), z - own, total)
    return 4.0 * total
