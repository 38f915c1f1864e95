"""The table of optimizers, as formulas.

Each is defined as in its paper and computed as in PyTorch. Knows neither rows nor batches.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from neuroevo.kernel.vectors import Vector, absolute, fma, square_root, where

Step = tuple[Vector, Vector, Vector]
"""A parameter after a step, and its first and second moments as the optimizer defines them."""


class Pace(NamedTuple):
    """The numbers of a step besides the gradient, one for each lane."""

    rate: Vector
    momentum: Vector
    rho: Vector
    beta1: Vector
    beta2: Vector
    epsilon: Vector
    shrinkage: Vector  # factor of a parameter by decoupled weight decay
    root_correction: Vector  # 1 / √(1 - beta2 to the number of steps)


class Optimizer(NamedTuple):
    """A rule by which parameters are updated.

    Attributes
    ----------
    formula
        Computes the step from a parameter, its gradient, its two moments and the pace.
    keeps_first, keeps_second
        Whether it keeps first and second moments.
    reads
        The settings that it uses, of those that not all optimizers use.
    corrects_bias
        Whether the rate is divided by 1 - beta1 to the number of steps, and `root_correction` is
        made likewise of beta2; both are 1 otherwise.
    decays_weights
        Whether `shrinkage` is 1 - rate × weight decay; it is 1 otherwise.
    """

    formula: Callable[[Vector, Vector, Vector, Vector, Pace], Step]
    keeps_first: bool = False
    keeps_second: bool = False
    reads: tuple[str, ...] = ()
    corrects_bias: bool = False
    decays_weights: bool = False


def _flushed(moment: Vector) -> Vector:
    """Replace subnormal moments by 0, as processors are slow with them."""
    least = moment.like(moment.choose(1e-37, 1e-307))
    return where(absolute(moment) < least, 0.0, moment)


# Formulas of steps.


def _sgd(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace) -> Step:
    return fma(-pace.rate, gradient, parameter), first, second


def _momentum(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace
) -> Step:
    """Polyak 1964; as Sutskever et al. 2013, but with the learning rate outside the velocity."""
    first = _flushed(fma(pace.momentum, first, gradient))
    return fma(-pace.rate, first, parameter), first, second


def _nesterov(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace
) -> Step:
    """Nesterov 1983, in the form of Sutskever et al. 2013."""
    first = _flushed(fma(pace.momentum, first, gradient))
    return fma(-pace.rate, fma(pace.momentum, first, gradient), parameter), first, second


def _adagrad(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace
) -> Step:
    """Duchi, Hazan & Singer 2011."""
    second = fma(gradient, gradient, second)
    direction = gradient / (square_root(second) + pace.epsilon)
    return fma(-pace.rate, direction, parameter), first, second


def _rmsprop(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace
) -> Step:
    """Tieleman & Hinton 2012, lecture 6.5."""
    second = _flushed(fma(pace.rho, second, (1.0 - pace.rho) * (gradient * gradient)))
    direction = gradient / (square_root(second) + pace.epsilon)
    return fma(-pace.rate, direction, parameter), first, second


def _adam(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: Pace) -> Step:
    """Kingma & Ba 2015; with a shrinkage below 1 AdamW: Loshchilov & Hutter 2019.

    The correction of the first moment is part of the rate.
    """
    first = _flushed(fma(pace.beta1, first, (1.0 - pace.beta1) * gradient))
    second = _flushed(fma(pace.beta2, second, (1.0 - pace.beta2) * (gradient * gradient)))
    direction = first / fma(square_root(second), pace.root_correction, pace.epsilon)
    return fma(-pace.rate, direction, parameter * pace.shrinkage), first, second


_ADAM = Optimizer(
    _adam,
    keeps_first=True,
    keeps_second=True,
    reads=("beta1", "beta2", "epsilon"),
    corrects_bias=True,
)

OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer(_sgd),
    "momentum": Optimizer(_momentum, keeps_first=True, reads=("momentum",)),
    "nesterov": Optimizer(_nesterov, keeps_first=True, reads=("momentum",)),
    "adagrad": Optimizer(_adagrad, keeps_second=True, reads=("epsilon",)),
    "rmsprop": Optimizer(_rmsprop, keeps_second=True, reads=("rho", "epsilon")),
    "adam": _ADAM,
    "adamw": _ADAM._replace(reads=(*_ADAM.reads, "weight_decay"), decays_weights=True),
}
"""Every optimizer by its name; its place is its number in compiled code."""
