"""The entry points of a kriging model: learn its parameters, fit it, predict, judge predictions.

The expected improvement of Jones, Schonlau & Welch 1998, and that of hypervolume of two and three
objectives, by strips between the points of the front, as in Emmerich, Deutz & Klinkenberg 2011.
"""

from neuroevo.kernel.compiled import entry_point, inlined, inner
from neuroevo.kernel.kriging import formulas
from neuroevo.kernel.kriging.arrays import (
    LANES,
    Descent,
    Doubles,
    Fitted,
    Genes,
    Integers,
    Observations,
    Prior,
    Workspace,
)
from neuroevo.kernel.kriging.covariance import add_noise, covariance, embed
from neuroevo.kernel.kriging.descent import descend
from neuroevo.kernel.kriging.likelihood import LEAST_SCALE, exp_of
from neuroevo.kernel.kriging.matrices import factorise, identity, solve
from neuroevo.kernel.lanes import fma, formula, square_root, where, zero
from neuroevo.kernel.pointers import load, rows_of, store

_LEAST_VARIANCE = 1e-10  # of a prediction, in units of the signal's

_improvement = formula()(formulas.improvement)
_log_improvement = formula()(formulas.log_improvement)
_log_of_volume = formula()(formulas.log_of_volume)
_log_probability = formula()(formulas.log_probability)


@entry_point
def learn(
    genes: Genes,
    prior: Prior,
    observations: Observations,  # none pending
    fitted: Fitted,  # overwritten
    workspace: Workspace,
    descent: Descent,  # from `point`, which is replaced
    steps: int,
) -> None:
    """Take at most some steps that lower the loss of a model's parameters; 0 to measure it only."""
    descent.loss[0] = descend(genes, prior, observations, fitted, workspace, descent, steps)


@entry_point
def fit(
    genes: Genes,
    parameters: Doubles,  # (parameters,)
    observations: Observations,
    fitted: Fitted,  # filled here
    workspace: Workspace,
    noise: float,  # share of the nugget that is noise of a single evaluation; 0 for none
    counts: Doubles,  # (blocks, LANES) how often each trial was evaluated
    succeeded: Doubles,  # (1,), filled here: 1 if the covariance is positive definite, else 0
) -> None:
    """Fit a model to observations; with noise also the values that trials have without it.

    A pending trial is as good as one whose result is what the model predicts: it changes the
    variance of predictions, and not their mean.
    """
    blocks, count, known = observations.blocks, observations.total, observations.known
    coordinates, factor, half = fitted.coordinates, fitted.factor, fitted.half
    nugget = exp_of(parameters[len(parameters) - 1], workspace.rows[:1])
    embed(genes, parameters, observations.positions, blocks, coordinates, workspace.by_exponents)
    size = LANES * blocks
    covariance(
        genes.coordinates, coordinates, size, coordinates, blocks, blocks, factor,
        workspace.slopes,
    )  # fmt: skip
    add_noise(factor, blocks, count, observations.noise, nugget)
    succeeded[0] = 1.0 if factorise(factor, blocks) else 0.0
    if succeeded[0] == 0.0:
        return
    total = 0.0
    for row in range(known):
        value = observations.targets[row // LANES, row % LANES]
        for earlier in range(row):
            above = factor[earlier * blocks + row // LANES, row % LANES]
            value -= above * half[earlier // LANES, earlier % LANES]
        value /= factor[row * blocks + row // LANES, row % LANES]
        half[row // LANES, row % LANES] = value
        total += value * value
    for row in range(known, size):
        half[row // LANES, row % LANES] = 0.0
    fitted.scale[0] = max(total / known, LEAST_SCALE)
    if noise > 0.0:
        _shrink(observations, fitted, workspace, nugget * noise, counts)


@entry_point
def predict(
    genes: Genes,
    parameters: Doubles,  # (parameters,)
    observations: Observations,
    fitted: Fitted,
    positions: Doubles,  # (genes × columns, LANES) of points
    coordinates: Doubles,  # (coordinates × columns, LANES), overwritten
    covariances: Doubles,  # (size × columns, LANES), overwritten
    unused: Doubles,  # of the same shape; (2 × genes × columns, LANES) at least
    predicted: Doubles,  # (2 × columns, LANES), filled here: means, then standard deviations
) -> None:
    """Predict the targets of points."""
    blocks, count, known = observations.blocks, observations.total, observations.known
    columns = predicted.shape[0] // 2
    embed(genes, parameters, positions, columns, coordinates, unused)
    covariance(
        genes.coordinates, fitted.coordinates, count, coordinates, columns, blocks, covariances,
        unused,
    )  # fmt: skip
    rows, results = rows_of(covariances), rows_of(predicted)
    nothing = zero(load(rows, 0))
    for place in range(count * columns, LANES * blocks * columns):
        store(rows, place, nothing)
    solve(fitted.factor, blocks, covariances, columns, False)
    for block in range(columns):
        mean, variance = nothing, nothing + 1.0
        for row in range(count):
            value = load(rows, row * columns + block)
            if row < known:
                mean = fma(value, fitted.half[row // LANES, row % LANES], mean)
            variance = fma(value, -value, variance)
        variance = where(variance > _LEAST_VARIANCE, variance, _LEAST_VARIANCE)
        store(results, block, mean)
        store(results, columns + block, square_root(variance * fitted.scale[0]))


@entry_point
def expected_improvement(
    predicted: Doubles,  # (2 × columns, LANES) means, then standard deviations
    best: float,
    values: Doubles,  # (columns, LANES), filled here
) -> None:
    """Compute the logarithms of expected improvements, how far targets will be below the best."""
    rows, results = rows_of(predicted), rows_of(values)
    columns = values.shape[0]
    for block in range(columns):
        deviation = load(rows, columns + block)
        z = (best - load(rows, block)) / deviation
        store(results, block, _log_improvement(z) + _log_of_volume(deviation))


@entry_point
def feasibility(
    predicted: Doubles,  # (2 × columns, LANES) means, then standard deviations
    limit: float,
    values: Doubles,  # (columns, LANES), to which the results are added
) -> None:
    """Add the logarithms of the probabilities that targets are at most the limit."""
    rows, results = rows_of(predicted), rows_of(values)
    columns = values.shape[0]
    for block in range(columns):
        z = (limit - load(rows, block)) / load(rows, columns + block)
        store(results, block, load(results, block) + _log_probability(z))


@entry_point
def expected_volume(
    first: Doubles,  # (2 × columns, LANES) predictions of the first objective
    second: Doubles,  # (2 × columns, LANES) of the second
    front: Doubles,  # (points + 1, 2) by the first objective; then (0, the reference's second)
    end: float,  # the reference's first
    values: Doubles,  # (columns, LANES), filled here
) -> None:
    """Compute the logarithms of expected gains of dominated area.

    The area between two neighbours of the front is a strip, which gains where a target falls into
    it or before it, below the height of the strip.
    """
    left, right, results = rows_of(first), rows_of(second), rows_of(values)
    columns, points = values.shape[0], front.shape[0] - 1
    for block in range(columns):
        mean, deviation = load(left, block), load(left, columns + block)
        other_mean, other = load(right, block), load(right, columns + block)
        before = total = zero(mean)
        for place in range(points + 1):
            edge = front[place, 0] if place < points else end
            height = front[place - 1, 1] if place else front[points, 1]
            reach = deviation * _improvement((edge - mean) / deviation)
            gain = other * _improvement((height - other_mean) / other)
            total = fma(_positive(reach - before), gain, total)
            before = reach
        store(results, block, _log_of_volume(total))


@entry_point
def expected_volume_of_three(
    predicted: Doubles,  # (3 × 2 × columns, LANES) means and standard deviations, by objective
    front: Doubles,  # (points + 1, 3) by the third objective; then the reference point
    reaches: Doubles,  # (3 × (points + 1) × columns, LANES), overwritten
    stairs: Integers,  # (points + 1,), overwritten
    values: Doubles,  # (columns, LANES), filled here
) -> None:
    """Compute the logarithms of expected gains of dominated volume of three objectives.

    Between two neighbours by the third objective is a slice, in which the points before it bound
    an area of strips by the first two.
    """
    rows, results = rows_of(reaches), rows_of(values)
    columns, points = values.shape[0], front.shape[0] - 1
    _reaches(predicted, front, rows, columns)
    nothing = zero(load(rows, 0))
    for block in range(columns):
        store(results, block, nothing)
    second, third = (points + 1) * columns, 2 * (points + 1) * columns
    steps = 0
    for place in range(points + 1):
        for block in range(columns):
            area = before = nothing
            for step in range(steps + 1):
                edge = stairs[step] if step < steps else points
                height = stairs[step - 1] if step else points
                reach = load(rows, edge * columns + block)
                area = fma(
                    _positive(reach - before), load(rows, second + height * columns + block), area
                )
                before = reach
            depth = load(rows, third + place * columns + block)
            if place:
                depth = _positive(depth - load(rows, third + (place - 1) * columns + block))
            store(results, block, fma(depth, area, load(results, block)))
        if place < points:
            steps = _with_stair(front, stairs, steps, place)
    for block in range(columns):
        store(results, block, _log_of_volume(load(results, block)))


@inlined
def _positive(number):
    """Return a number, or 0 if it is below."""
    return where(number > 0.0, number, 0.0)


@inner
def _reaches(predicted, front, rows, columns):
    """Write how far each objective is expected to be below the front's points and the reference."""
    sources, points = rows_of(predicted), front.shape[0]
    for objective in range(3):
        for place in range(points):
            for block in range(columns):
                mean = load(sources, 2 * objective * columns + block)
                deviation = load(sources, (2 * objective + 1) * columns + block)
                reach = deviation * _improvement((front[place, objective] - mean) / deviation)
                store(rows, (objective * points + place) * columns + block, reach)


@inner
def _with_stair(front, stairs, steps, place):
    """Add a point to those that bound an area, sorted by the first objective; returns how many."""
    x, y = front[place, 0], front[place, 1]
    kept = 0
    while kept < steps and front[stairs[kept], 0] <= x:
        kept += 1
    if kept and front[stairs[kept - 1], 1] <= y:
        return steps
    if kept and front[stairs[kept - 1], 0] == x:
        kept -= 1
    behind = kept
    while behind < steps and front[stairs[behind], 1] >= y:
        behind += 1
    moved = behind - kept - 1
    if moved < 0:
        for step in range(steps, kept, -1):
            stairs[step] = stairs[step - 1]
    else:
        for step in range(behind, steps):
            stairs[step - moved] = stairs[step]
    stairs[kept] = place
    return steps - moved


@inner
def _shrink(observations, fitted, workspace, factor, counts):
    """Write the posterior mean and variance of each known trial's value without noise.

    An evaluation has the nugget `factor`, and the mean of several has its part of that.
    """
    blocks, known = observations.blocks, observations.known
    triangle, results = rows_of(workspace.triangle), rows_of(fitted.shrunk)
    targets, repeats = rows_of(observations.targets), rows_of(counts)
    identity(workspace.triangle, blocks)
    solve(fitted.factor, blocks, workspace.triangle, blocks, True)
    for block in range(blocks):
        weight = diagonal = zero(load(triangle, 0))
        for row in range(LANES * block, known):
            value = load(triangle, row * blocks + block)
            weight = fma(value, fitted.half[row // LANES, row % LANES], weight)
            diagonal = fma(value, value, diagonal)
        nugget = factor / load(repeats, block)
        variance = nugget * (1.0 - nugget * diagonal)
        variance = where(variance > 0.0, variance, 0.0) * fitted.scale[0]
        store(results, block, load(targets, block) - nugget * weight)
        store(results, blocks + block, variance)
