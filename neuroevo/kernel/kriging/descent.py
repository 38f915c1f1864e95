"""L-BFGS within a box, which minimises the loss of a model's parameters.

Nocedal & Wright 2006, algorithm 7.5, with the points of the line search projected onto the box.
"""

import math

from neuroevo.kernel.compiled import inner
from neuroevo.kernel.kriging.arrays import HISTORY
from neuroevo.kernel.kriging.likelihood import loss_and_gradient

_BOX = 4.0  # deviations of the prior
_FEWEST_HALVINGS = 8  # of a step, before the descent ends
_SUFFICIENT = 1e-4  # share of the decrease that the gradient promises
_LEAST_CURVATURE = 1e-10
_CONVERGED = 1e-3  # greatest part of the gradient


@inner
def descend(genes, prior, observations, fitted, workspace, descent, steps):
    """Take at most this many steps from `descent.point`, which is replaced; returns the loss."""
    point, gradient = descent.point, descent.gradient
    loss = loss_and_gradient(genes, prior, observations, fitted, workspace, point, gradient)
    if loss == math.inf:
        return loss
    remembered = 0
    for step in range(steps):
        if _greatest_part(point, gradient) < _CONVERGED:
            break
        slope = _direction(descent, remembered)
        if not slope < 0.0:
            remembered = 0
            slope = _direction(descent, remembered)
        length = 1.0 if remembered else min(1.0, 1.0 / math.sqrt(-slope))
        accepted = False
        for _ in range(_FEWEST_HALVINGS):
            _move(descent, length)
            next_loss = loss_and_gradient(
                genes, prior, observations, fitted, workspace,
                descent.next_point, descent.next_gradient,
            )  # fmt: skip
            promised = 0.0
            for index in range(len(point)):
                promised += gradient[index] * (descent.next_point[index] - point[index])
            if next_loss <= loss + _SUFFICIENT * promised and next_loss < loss:
                accepted = True
                break
            length *= 0.5 if step else 0.25
        if not accepted:
            break
        remembered = _remember(descent, remembered)
        loss = next_loss
    return loss


@inner
def _greatest_part(point, gradient):
    """Return the greatest derivative of those that do not point out of the box."""
    greatest = 0.0
    for index in range(len(point)):
        if not _held(point[index], gradient[index]):
            greatest = max(greatest, abs(gradient[index]))
    return greatest


@inner
def _held(place, slope):
    """Whether a parameter is at a side of the box, and would leave it."""
    return (place <= -_BOX and slope > 0.0) or (place >= _BOX and slope < 0.0)


@inner
def _direction(descent, remembered):
    """Write the direction of the next step; returns the slope of the loss along it."""
    gradient, direction = descent.gradient, descent.direction
    for index in range(len(gradient)):
        held = _held(descent.point[index], gradient[index])
        direction[index] = 0.0 if held else -gradient[index]
    for place in range(remembered - 1, -1, -1):
        weight = _product(descent.moves[place], direction) / descent.curvatures[place]
        descent.weights[place] = weight
        for index in range(len(gradient)):
            direction[index] -= weight * descent.changes[place, index]
    if remembered:
        newest = descent.changes[remembered - 1]
        factor = descent.curvatures[remembered - 1] / _product(newest, newest)
        for index in range(len(gradient)):
            direction[index] *= factor
    for place in range(remembered):
        weight = descent.weights[place]
        weight -= _product(descent.changes[place], direction) / descent.curvatures[place]
        for index in range(len(gradient)):
            direction[index] += weight * descent.moves[place, index]
    for index in range(len(gradient)):
        if _held(descent.point[index], gradient[index]):
            direction[index] = 0.0
    return _product(gradient, direction)


@inner
def _product(left, right):
    """Return the inner product of two vectors."""
    total = 0.0
    for index in range(len(left)):
        total += left[index] * right[index]
    return total


@inner
def _move(descent, length):
    """Write the point at this length along the direction, projected onto the box."""
    for index in range(len(descent.point)):
        place = descent.point[index] + length * descent.direction[index]
        descent.next_point[index] = min(max(place, -_BOX), _BOX)


@inner
def _remember(descent, remembered):
    """Go to the next point, and remember the step; returns how many are remembered."""
    if remembered == HISTORY:
        for place in range(1, HISTORY):
            for index in range(len(descent.point)):
                descent.moves[place - 1, index] = descent.moves[place, index]
                descent.changes[place - 1, index] = descent.changes[place, index]
            descent.curvatures[place - 1] = descent.curvatures[place]
        remembered -= 1
    for index in range(len(descent.point)):
        descent.moves[remembered, index] = descent.next_point[index] - descent.point[index]
        change = descent.next_gradient[index] - descent.gradient[index]
        descent.changes[remembered, index] = change
        descent.point[index] = descent.next_point[index]
        descent.gradient[index] = descent.next_gradient[index]
    curvature = _product(descent.moves[remembered], descent.changes[remembered])
    descent.curvatures[remembered] = curvature
    return remembered + 1 if curvature > _LEAST_CURVATURE else remembered
