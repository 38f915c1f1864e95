"""How a learning rate changes over a training. Knows no optimizer and no sample."""

from neuroevo.kernel.catalogue import SCHEDULES
from neuroevo.kernel.compiled import inlined
from neuroevo.kernel.elementary import exp, sine_of_quarter_turns
from neuroevo.kernel.lanes import Vector, fma, formula

CONSTANT, _COSINE, _EXPONENTIAL = range(len(SCHEDULES))


@formula()
def _cosine(log_end_factor: Vector, remaining: Vector) -> Vector:
    """From 1 down to the end factor on half a wave: Loshchilov & Hutter 2017, equation 5.

    (1 + cos(π share)) / 2 is sin²(π/2 × remaining), which loses no digits near the end.
    """
    end = exp(log_end_factor)
    sine = sine_of_quarter_turns(remaining)
    return fma(sine * sine, 1.0 - end, end)


@formula()
def _exponential(log_end_factor: Vector, remaining: Vector) -> Vector:
    """From 1 down to the end factor, by the same share with each sample."""
    return exp(log_end_factor * (1.0 - remaining))


@inlined
def factor(schedule, log_end_factor, remaining):
    """Give what the learning rate is multiplied by while this share of the training remains."""
    if schedule == _COSINE:
        return _cosine(log_end_factor, remaining)
    return _exponential(log_end_factor, remaining)
