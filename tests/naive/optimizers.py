"""Steps of optimizers, each computed from all gradients so far."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning import Optimization

Array = npt.NDArray[Any]


def recent(terms: Array, share: float) -> Array:
    """Return Σ share^age × term: each row is weighted by the number of rows after it."""
    total: Array = share ** np.arange(len(terms))[::-1] @ terms
    return total


def sgd(gradients: Array, _: Optimization) -> Array:
    """Return the last gradient."""
    last: Array = gradients[-1]
    return last


def momentum(gradients: Array, chosen: Optimization) -> Array:
    """Add up the gradients with decaying weights."""
    return recent(gradients, chosen.momentum)


def nesterov(gradients: Array, chosen: Optimization) -> Array:
    """Add the decayed velocity to the last gradient."""
    ahead: Array = gradients[-1] + chosen.momentum * recent(gradients, chosen.momentum)
    return ahead


def adagrad(gradients: Array, chosen: Optimization) -> Array:
    """Divide by the root of the sum of all squares."""
    ratio: Array = gradients[-1] / (np.sqrt(np.sum(gradients**2, axis=0)) + chosen.epsilon)
    return ratio


def rmsprop(gradients: Array, chosen: Optimization) -> Array:
    """Divide by the root of the moving average of squares."""
    square = (1 - chosen.rho) * recent(gradients**2, chosen.rho)
    ratio: Array = gradients[-1] / (np.sqrt(square) + chosen.epsilon)
    return ratio


def adam(gradients: Array, chosen: Optimization) -> Array:
    """Divide the moving average of gradients by the root of that of their squares."""
    ones = np.ones(len(gradients))
    mean = recent(gradients, chosen.beta1) / recent(ones, chosen.beta1)
    square = recent(gradients**2, chosen.beta2) / recent(ones, chosen.beta2)
    return mean / (np.sqrt(square) + chosen.epsilon)


DIRECTIONS: dict[str, Callable[[Array, Optimization], Array]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adam,
}
"""For each optimizer where it goes from gradients (steps, parameters)."""


def stepped(parameters: Array, gradients: Array, rate: float, chosen: Optimization) -> Array:
    """Return the parameters after a step, given all gradients so far."""
    shrinkage = 1 - rate * chosen.weight_decay if chosen.optimizer == "adamw" else 1
    result: Array = shrinkage * parameters - rate * DIRECTIONS[chosen.optimizer](gradients, chosen)
    return result


def regularised(gradient: Array, parameters: Array, chosen: Optimization) -> Array:
    """Clip a gradient to the largest norm, then add that of the L2 penalty."""
    if chosen.max_gradient_norm > 0:
        gradient = gradient * min(1, chosen.max_gradient_norm / (np.linalg.norm(gradient) + 1e-6))
    return gradient + chosen.l2 * parameters


def scheduled(chosen: Optimization, progress: float) -> float:
    """Return the factor of the learning rate after this share of the budget."""
    end = chosen.end_factor
    factors: dict[str, float] = {
        "constant": 1.0,
        "cosine": end + (1 - end) / 2 * (1 + math.cos(math.pi * progress)),
        "exponential": end**progress,
    }
    return factors[chosen.schedule]
