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
from neuroevo.kernel.lanes import Vector, fma, formula, square_root, triple, where, zero
from neuroevo.kernel.pointers import load, store

SGD, _MOMENTUM, _NESTEROV, _ADAGRAD, _RMSPROP, _ADAM, _ADAMW = range(len(OPTIMIZERS))

_NORM_EPSILON = 1e-6  # PyTorch's, so that a gradient of 0 can be clipped

Step = tuple[Vector, Vector, Vector]
"""A parameter after a step, and its first and second moments, whatever an optimizer keeps there."""


class _Pace(NamedTuple):
    """What a step depends on besides the gradient: a number for each lane."""

    rate: Vector
    momentum: Vector  # of the optimizer at hand: momentum, rho or beta1
    beta2: Vector
    epsilon: Vector
    shrinkage: Vector  # what AdamW multiplies a parameter by
    root_correction: Vector  # 1 / √(1 - beta2 to the number of steps)


# From a parameter, its gradient and its moments to the step.


@formula(triple)
def _sgd(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace) -> Step:
    return fma(-pace.rate, gradient, parameter), first, second


@formula(triple)
def _momentum(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Polyak 1964; as Sutskever et al. 2013, but with the learning rate outside the velocity."""
    first = fma(pace.momentum, first, gradient)
    return fma(-pace.rate, first, parameter), first, second


@formula(triple)
def _nesterov(
    parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace
) -> Step:
    """Nesterov 1983, in the form that looks ahead by its own velocity: Sutskever et al. 2013."""
    first = fma(pace.momentum, first, gradient)
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
    second = fma(pace.momentum, second, (1.0 - pace.momentum) * (gradient * gradient))
    direction = gradient / (square_root(second) + pace.epsilon)
    return fma(-pace.rate, direction, parameter), first, second


@formula(triple)
def _adam(parameter: Vector, gradient: Vector, first: Vector, second: Vector, pace: _Pace) -> Step:
    """Kingma & Ba 2015; with a shrinkage below 1 AdamW: Loshchilov & Hutter 2019.

    The correction of the first moment is part of the rate.
    """
    first = fma(pace.momentum, first, (1.0 - pace.momentum) * gradient)
    second = fma(pace.beta2, second, (1.0 - pace.beta2) * (gradient * gradient))
    direction = first / fma(square_root(second), pace.root_correction, pace.epsilon)
    return fma(-pace.rate, direction, parameter * pace.shrinkage), first, second


def _over_parameters(step: Callable[..., Step]) -> Any:  # noqa: ANN401 - compiled
    """Make a loop that takes a step with every parameter, and forgets its gradient."""

    @inlined
    def update(parameters, memory, count, pace, l2, clipping):
        for row in range(count):
            parameter = load(parameters, row)
            gradient = fma(l2, parameter, clipping * load(memory.gradients, row))
            parameter, first, second = step(
                parameter,
                gradient,
                load(memory.first_moments, row),
                load(memory.second_moments, row),
                pace,
            )
            store(memory.first_moments, row, first)  # before others: unchanged, it is no store
            store(memory.second_moments, row, second)
            store(parameters, row, parameter)
            store(memory.gradients, row, zero(gradient))

    return update


_sgd_update = _over_parameters(_sgd)
_momentum_update = _over_parameters(_momentum)
_nesterov_update = _over_parameters(_nesterov)
_adagrad_update = _over_parameters(_adagrad)
_rmsprop_update = _over_parameters(_rmsprop)
_adam_update = _over_parameters(_adam)


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
    one = zero(rate) + 1.0
    l2 = load(hyperparameters, L2)
    epsilon = load(hyperparameters, EPSILON)
    beta2 = load(hyperparameters, BETA2)
    clipping = one
    if bundle.method.clipping:
        clipping = _clipping(memory, count, load(hyperparameters, MAX_GRADIENT_NORM))
    if optimizer == SGD:
        pace = _Pace(rate, one, one, one, one, one)
        _sgd_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _MOMENTUM:
        pace = _Pace(rate, load(hyperparameters, MOMENTUM), one, one, one, one)
        _momentum_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _NESTEROV:
        pace = _Pace(rate, load(hyperparameters, MOMENTUM), one, one, one, one)
        _nesterov_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _ADAGRAD:
        pace = _Pace(rate, one, one, epsilon, one, one)
        _adagrad_update(parameters, memory, count, pace, l2, clipping)
    elif optimizer == _RMSPROP:
        pace = _Pace(rate, load(hyperparameters, RHO), one, epsilon, one, one)
        _rmsprop_update(parameters, memory, count, pace, l2, clipping)
    else:
        beta1 = load(hyperparameters, BETA1)
        shrinkage = one
        if optimizer == _ADAMW:
            shrinkage = fma(-rate, load(hyperparameters, WEIGHT_DECAY), one)
        root_correction = 1.0 / square_root(_correction(memory, 1, beta2))
        rate = rate / _correction(memory, 0, beta1)
        pace = _Pace(rate, beta1, beta2, epsilon, shrinkage, root_correction)
        _adam_update(parameters, memory, count, pace, l2, clipping)
