"""Logarithms and powers that are the same on every machine."""

import decimal
import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import Evolution, Float, Integer, SearchSpace
from neuroevo.decimals import exp, ln, log_share, power_of_ten, shortest

POSITIVE = st.floats(1e-300, 1e300)


@given(POSITIVE)
def test_logarithms_are_rounded_correctly(number: float) -> None:
    """They are the floats that are nearest to what mpmath computes with 60 digits."""
    with mpmath.workdps(60):
        assert ln(number) == float(mpmath.log(mpmath.mpf(number)))


@given(st.floats(-600, 600))
def test_exponentials_are_rounded_correctly(number: float) -> None:
    """They are those of mpmath too."""
    with mpmath.workdps(60):
        assert exp(number) == float(mpmath.exp(mpmath.mpf(number)))


@given(st.lists(POSITIVE, min_size=3, max_size=3, unique=True))
def test_shares_of_a_logarithmic_scale_are_those_of_logarithms(numbers: list[float]) -> None:
    """The least number is at 0, the greatest at 1, and others between them."""
    low, number, high = sorted(numbers)
    assert log_share(low, low, high) == 0
    assert log_share(high, low, high) == 1
    with mpmath.workdps(60):
        ends = mpmath.log(mpmath.mpf(low)), mpmath.log(mpmath.mpf(high))
        expected = (mpmath.log(mpmath.mpf(number)) - ends[0]) / (ends[1] - ends[0])
        assert log_share(number, low, high) == pytest.approx(float(expected), rel=1e-9)


def test_powers_of_ten_are_exact_where_floats_are() -> None:
    """Whole exponents give the numbers that are written so."""
    assert [power_of_ten(each, 4) for each in (-8, 0, 4)] == [0.01, 1.0, 10.0]
    assert power_of_ten(1, 2) == math.sqrt(10)


def test_a_changed_decimal_context_changes_nothing() -> None:
    """A program may have set few digits and traps; the numbers of a search are the same."""
    with mpmath.workdps(60):
        expected = float(mpmath.log(mpmath.mpf(0.12345)))
    space = SearchSpace(rate=Float(1e-4, 1.0, log=True), width=Integer(1, 64, log=True))
    with decimal.localcontext(prec=3) as context:
        context.traps[decimal.Inexact] = True
        assert ln(0.12345) == expected
        assert exp(0.5) == math.exp(0.5)
        assert str(shortest(0.1 + 0.2)) == "0.30000000000000004"
        evolution = Evolution(space, strategy="screened", seed=1)
        for _ in range(15):
            genomes = evolution.ask()
            evolution.tell(genomes, [float(str(each["width"])) for each in genomes])
    assert evolution.best is not None
    assert evolution.best.genome["width"] == 1
