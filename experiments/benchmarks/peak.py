"""The peak of one core: fused multiply-adds a second on lanes that never leave the registers.

Knows nothing of networks: a bound for whatever computes with lanes on this machine.
"""

from collections.abc import Callable
from functools import partial

from numba import njit

from experiments.benchmarks.measuring import nanoseconds
from neuroevo.kernel.arrays import rows_of_lanes
from neuroevo.kernel.compiled import inlined
from neuroevo.kernel.lanes import fma
from neuroevo.kernel.pointers import load, rows_of, store
from neuroevo.learning import Precision

_STEPS = 1_000_000


@inlined
def _load_five(rows, first):
    return (
        load(rows, first),
        load(rows, first + 1),
        load(rows, first + 2),
        load(rows, first + 3),
        load(rows, first + 4),
    )


@inlined
def _step_five(sums, factor, addend):
    return (
        fma(sums[0], factor, addend),
        fma(sums[1], factor, addend),
        fma(sums[2], factor, addend),
        fma(sums[3], factor, addend),
        fma(sums[4], factor, addend),
    )


@inlined
def _total(sums):
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[4]


@njit
def five_sums(array, steps):
    """Replace each of rows 2 to 6 so many times by itself × row 0 + row 1; row 0 gets their sum.

    Five sums that do not wait for each other fill the pipelines where a row takes two registers
    or more; with factor and addend they fit into 16 registers of 256 bits.
    """
    rows = rows_of(array)
    factor, addend = load(rows, 0), load(rows, 1)
    sums = _load_five(rows, 2)
    for _ in range(steps):
        sums = _step_five(sums, factor, addend)
    store(rows, 0, _total(sums))


@njit
def ten_sums(array, steps):
    """Do the same with rows 2 to 11, for processors on which a row takes one register of 32."""
    rows = rows_of(array)
    factor, addend = load(rows, 0), load(rows, 1)
    sums, more = _load_five(rows, 2), _load_five(rows, 7)
    for _ in range(steps):
        sums = _step_five(sums, factor, addend)
        more = _step_five(more, factor, addend)
    store(rows, 0, _total(sums) + _total(more))


def peak(precision: Precision) -> float:
    """Measure multiply-adds of this precision a second, with as many sums as suit the processor."""
    return max(_rate(five_sums, 5, precision), _rate(ten_sums, 10, precision))


def _rate(loop: Callable[..., None], sums: int, precision: Precision) -> float:
    rows = rows_of_lanes(12, precision)
    rows[:] = 0.5  # at which no sum grows large or small
    return 1e9 / nanoseconds(partial(loop, rows, _STEPS), _STEPS * sums * rows.shape[1])
