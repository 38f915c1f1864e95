"""The table of learning rate schedules, as formulas. Knows no optimizer and no sample."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from neuroevo.kernel.elementary import exp, sine_of_quarter_turns
from neuroevo.kernel.vectors import Vector, fma


class Schedule(NamedTuple):
    """A learning rate schedule.

    Attributes
    ----------
    formula
        Computes the factor of the learning rate from the logarithm of the end factor and the share
        of the training that remains.
    reads
        The settings that it uses besides the learning rate.
    """

    formula: Callable[[Vector, Vector], Vector]
    reads: tuple[str, ...] = ()


def _constant(log_end_factor: Vector, _: Vector) -> Vector:
    return log_end_factor.like(1.0)


def _cosine(log_end_factor: Vector, remaining: Vector) -> Vector:
    """From 1 to the end factor along half a cosine: Loshchilov & Hutter 2017, equation 5.

    (1 + cos(π share)) / 2 is sin²(π/2 × remaining), which loses no digits near the end.
    """
    end = exp(log_end_factor)
    sine = sine_of_quarter_turns(remaining)
    return fma(sine * sine, 1.0 - end, end)


def _exponential(log_end_factor: Vector, remaining: Vector) -> Vector:
    """From 1 to the end factor, by the same factor with each sample."""
    return exp(log_end_factor * (1.0 - remaining))


SCHEDULES: Mapping[str, Schedule] = {
    "constant": Schedule(_constant),
    "cosine": Schedule(_cosine, reads=("end_factor",)),
    "exponential": Schedule(_exponential, reads=("end_factor",)),
}
"""Every schedule by its name; its place is its number in compiled code."""
