"""Updates all parameters of a bundle, by its optimizer and schedule.

The functions are made from the tables of optimizers and schedules.
"""

from collections.abc import Callable
from typing import Any

from neuroevo.kernel.arrays import (
    BETA1,
    BETA2,
    EPSILON,
    L2,
    LEARNING_RATE,
    LOG_END_FACTOR,
    MAX_GRADIENT_NORM,
    MOMENTUM,
    RHO,
    WEIGHT_DECAY,
)
from neuroevo.kernel.compiled import dispatch, inlined, inner
from neuroevo.kernel.lanes import broadcast, fma, formula, square_root, triple, where, zero
from neuroevo.kernel.optimizers import OPTIMIZERS, Pace, Step
from neuroevo.kernel.pointers import load, store
from neuroevo.kernel.schedules import SCHEDULES

_CONSTANT = list(SCHEDULES).index("constant")
_NORM_EPSILON = 1e-6  # PyTorch's, so that a gradient of 0 can be clipped


_factor = dispatch(
    {
        number: formula()(schedule.formula)
        for number, schedule in enumerate(SCHEDULES.values())
        if number != _CONSTANT
    },
    "log_end_factor, remaining",
)


@inlined
def learning_rate(bundle, seen, budget):
    """Return the learning rate of a step, given how many samples were seen before it."""
    rate = load(bundle.hyperparameters, LEARNING_RATE)
    if bundle.method.schedule != _CONSTANT:
        log_end_factor = load(bundle.hyperparameters, LOG_END_FACTOR)
        remaining = broadcast((budget - seen) / budget, rate)
        rate = rate * _factor(bundle.method.schedule, log_end_factor, remaining)
    return rate


@inlined
def _clipping(memory, count, share, greatest):
    """Give what clipping multiplies a gradient by: greatest norm / norm where that is below 1.

    Pascanu, Mikolov & Bengio 2013, over all parameters of a network.
    """
    square = zero(greatest)
    for row in range(count):
        gradient = load(memory.gradients, row)
        square = fma(gradient, gradient, square)
    factor = greatest / (share * square_root(square) + _NORM_EPSILON)
    return share * where(factor < 1.0, factor, 1.0)


@inlined
def _correction(memory, moment, beta):
    """Return 1 - beta ** steps, as a moving average of ones."""
    average = load(memory.corrections, moment)
    average = fma(beta, average, 1.0 - beta)
    store(memory.corrections, moment, average)
    return average


def _over_parameters(rule: Callable[..., Step], first: bool, second: bool) -> Any:  # noqa: ANN401, FBT001 - compiled; as a table has them
    """Make a loop that updates every parameter and sets its gradient to 0.

    The moments that the optimizer keeps are known when the loop is compiled.
    """
    step = formula(triple)(rule)

    @inlined
    def loop(parameters, memory, count, pace, l2, clipping):
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

    return loop


_RULES = [(each.formula, each.keeps_first, each.keeps_second) for each in OPTIMIZERS.values()]
_LOOPS = list(dict.fromkeys(_RULES))  # Adam and AdamW share one
_run = dispatch(
    {number: _over_parameters(*rule) for number, rule in enumerate(_LOOPS)},
    "parameters, memory, count, pace, l2, clipping",
)

# Of each optimizer by its number:
_LOOP_NUMBERS = tuple(map(_LOOPS.index, _RULES))
_CORRECTS_BIAS = tuple(each.corrects_bias for each in OPTIMIZERS.values())
_DECAYS_WEIGHTS = tuple(each.decays_weights for each in OPTIMIZERS.values())


@inner
def update(bundle, rate, share):
    """Take one step with all parameters by share × their gradients, which become 0."""
    numbers, memory, count = bundle.hyperparameters, bundle.memory, bundle.topology.parameters
    optimizer, one = bundle.method.optimizer, zero(rate) + 1.0
    clipping, shrinkage, root_correction = share, one, one
    if bundle.method.clipping:
        clipping = _clipping(memory, count, share, load(numbers, MAX_GRADIENT_NORM))
    beta1, beta2 = load(numbers, BETA1), load(numbers, BETA2)
    if _DECAYS_WEIGHTS[optimizer]:
        shrinkage = fma(-rate, load(numbers, WEIGHT_DECAY), one)
    if _CORRECTS_BIAS[optimizer]:
        rate = rate / _correction(memory, 0, beta1)
        root_correction = one / square_root(_correction(memory, 1, beta2))
    pace = Pace(
        rate,
        load(numbers, MOMENTUM),
        load(numbers, RHO),
        beta1,
        beta2,
        load(numbers, EPSILON),
        shrinkage,
        root_correction,
    )
    l2 = load(numbers, L2)
    _run(_LOOP_NUMBERS[optimizer], bundle.parameters, memory, count, pace, l2, clipping)
