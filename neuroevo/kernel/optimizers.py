"""How parameters follow from gradients: one step of an optimizer for all lanes of a bundle.

Each is defined as in its paper and computed as PyTorch does. Knows rows of parameters, but not
what they are of; where a gradient comes from is not its business.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from neuroevo.kernel.arrays import (
    BETA1,
    BETA2,
    EPSILON,
    L2,
    MAX_GRADIENT_NORM,
    MOMENTUM,
    RHO,
    WEIGHT_DECAY,
)
from neuroevo.kernel.catalogue import OPTIMIZERS
from neuroevo.kernel.compiled import inlined, inner
from neuroevo.kernel.lanes import Vector, absolute, fma, formula, square_root, triple, where, zero
from neuroevo.kernel.pointers import load, store

SGD, _MOMENTUM, _NESTEROV, _ADAGRAD, _RMSPROP, _ADAM, _ADAMW = range(len(OPTIMIZERS))

_NORM_EPSILON = 1e-6  # PyTorch's, so that a gradient of 0 can be clipped

Step = tuple[Vector, Vector, Vector]
"""A parameter after a step, and its first and second moments, whatever an optimizer keeps there."""


class _Pace(NamedTuple):
    """What a step depends on besides the gradient: a number for each lane."""

    rate: Vector
    momentum: Vector
    rho: Vector
    beta1: Vector
    beta2: Vector
    epsilon: Vector
    shrinkage: Vector  # what AdamW multiplies a parameter by
    root_correction: Vector  # 1 / √(1 - beta2 to the number of steps)


def _flushed(moment: Vector) -> Vector:
    """Make 0 of a moment that decays into subnormal numbers, with which processors are slow."""
    least = moment.like(moment.choose(1e-37, 1e-307))
    return where(absolute(moment) < least, 0.0, moment)


# From a parameter, its gradient and its moments to the step.


@formula(triple)
def _sgd(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace) -> Step:
    return fma(-pace.rate, gradient, parameter), first, second


@formula(triple)
def _momentum(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Polyak 1964; as Sutskever et al. 2013, but with the learning rate outside the velocity."""
    first = _flushed(fma(pace.momentum, first, gradient))
    return fma(-pace.rate, first, parameter), first, second


@formula(triple)
def _nesterov(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Nesterov 1983, in the form that looks ahead by its own velocity: Sutskever et al. 2013."""
    first = _flushed(fma(pace.momentum, first, gradient))
    return fma(-pace.rate, fma(pace.momentum, first, gradient), parameter), first, second


@formula(triple)
def _adagrad(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Duchi, Hazan & Singer 2011."""
    second = fma(gradient, gradient, second)
    direction = gradient / (square_root(second) + pace.epsilon)
    return fma(-pace.rate, direction, parameter), first, second


@formula(triple)
def _rmsprop(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Tieleman & Hinton 2012, lecture 6.5."""
    second = _flushed(fma(pace.rho, second, (1.0 - pace.rho) * (gradient * gradient)))
    direction = gradient / (square_root(second) + pace.epsilon)
    return fma(-pace.rate, direction, parameter), first, second


@formula(triple)
def _adam(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace) -> Step:
    """Kingma & Ba 2015; with a shrinkage below 1 AdamW: Loshchilov & Hutter 2019.

    The correction of the first moment is part of the rate.
    """
    first = _flushed(fma(pace.beta1, first, (1.0 - pace.beta1) * gradient))
    second = _flushed(fma(pace.beta2, second, (1.0 - pace.beta2) * (gradient * gradient)))
    direction = first / fma(square_root(second), pace.root_correction, pace.epsilon)
    return fma(-pace.rate, direction, parameter * pace.shrinkage), first, second


def _over_parameters(step: Callable[..., Step], *, first: bool, second: bool) -> Any:  # noqa: ANN401 - compiled
    """Make a loop that takes a step with every parameter, and forgets its gradient.

    Which moments the optimizer keeps is known when the loop is compiled.
    """

    @inlined
    def update(parameters, memory, count, pace, l2, clipping):
        for row in range(count):
            parameter = load(parameters, row)
            gradient = fma(l2, parameter, clipping * load(memory.gradients, row))
            parameter, first_moment, second_moment = step(
                parameter,
                gradient,
                load(memory.first_moments, row),
                load(memory.second_moments, row),
                pace,
            )
            store(parameters, row, parameter)
            if first:
                store(memory.first_moments, row, first_moment)
            if second:
                store(memory.second_moments, row, second_moment)
            store(memory.gradients, row, zero(gradient))

    return update


_sgd_update = _over_parameters(_sgd, first=False, second=False)
_momentum_update = _over_parameters(_momentum, first=True, second=False)
_nesterov_update = _over_parameters(_nesterov, first=True, second=False)
_adagrad_update = _over_parameters(_adagrad, first=False, second=True)
_rmsprop_update = _over_parameters(_rmsprop, first=False, second=True)
_adam_update = _over_parameters(_adam, first=True, second=True)


@inlined
def _clipping(memory, count, greatest):
    """Give what clipping multiplies a gradient by: greatest norm / norm where that is below 1.

    Pascanu, Mikolov & Bengio 2013, over all parameters of a network.
    """
    square = zero(greatest)
    for row in range(count):
        gradient = load(memory.gradients, row)
        square = fma(gradient, gradient, square)
    factor = greatest / (square_root(square) + _NORM_EPSILON)
    return where(factor < 1.0, factor, 1.0)


@inlined
def _correction(memory, moment, beta):
    """1 - beta to the number of steps: the average of as many ones as there were gradients."""
    average = load(memory.corrections, moment)
    average = fma(beta, average, 1.0 - beta)
    store(memory.corrections, moment, average)
    return average


@inner
def update(bundle, rate):
    """Take one step with all parameters, and set their gradients to 0."""
    parameters, memory, hyperparameters = bundle.parameters, bundle.memory, bundle.hyperparameters
    optimizer, count = bundle.method.optimizer, bundle.topology.parameters
    l2, one = load(hyperparameters, L2), zero(rate) + 1.0
    clipping = one
    if bundle.method.clipping:
        clipping = _clipping(memory, count, load(hyperparameters, MAX_GRADIENT_NORM))
    shrinkage, root_correction = one, one
    beta1, beta2 = load(hyperparameters, BETA1), load(hyperparameters, BETA2)
    if optimizer == _ADAMW:
        shrinkage = fma(-rate, load(hyperparameters, WEIGHT_DECAY), one)
    if optimizer == _ADAM or optimizer == _ADAMW:  # noqa: PLR1714, SIM109 - a set would be made
        rate = rate / _correction(memory, 0, beta1)
        root_correction = one / square_root(_correction(memory, 1, beta2))
    pace = _Pace(
        rate,
        load(hyperparameters, MOMENTUM),
        load(hyperparameters, RHO),
        beta1,
        beta2,
        load(hyperparameters, EPSILON),
        shrinkage,
        root_correction,
    )
    if optimizer == SGD:
        _sgd_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _MOMENTUM:
        _momentum_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _NESTEROV:
        _nesterov_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _ADAGRAD:
        _adagrad_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _RMSPROP:
        _rmsprop_update(parameters, memory, count, pace, l2, clipping)
    else:
        _adam_update(parameters, memory, count, pace, l2, clipping)
