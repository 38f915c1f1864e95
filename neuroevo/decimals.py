"""Logarithms and powers in decimals, whose last bit is the same on every machine.

Those of libraries for floats differ there between machines. Knows nothing of the current decimal
context, which programs may change.
"""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from functools import lru_cache

_DIGITS = 28
_CONTEXT = Context(
    prec=_DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_KEPT = 65_536  # numbers whose results are kept, as each takes about ten microseconds


def _decimal(number: float) -> Decimal:
    return Decimal.from_float(number)  # noqa: FURB164 - the constructor may raise FloatOperation


def ln(number: float) -> float:
    """Return the natural logarithm of a number above 0."""
    return float(_ln(number))


def exp(number: float) -> float:
    """Return e to the power of a number."""
    return float(_CONTEXT.exp(_decimal(number)))


def power_of_ten(numerator: int, denominator: int) -> float:
    """Return 10 to the power of a fraction."""
    exponent = _CONTEXT.divide(Decimal(numerator), Decimal(denominator))
    return float(_CONTEXT.power(Decimal(10), exponent))


def log_share(number: float, low: float, high: float) -> float:
    """Return where a number is between two others on a logarithmic scale, 0 at the lower one."""
    whole, part = (_CONTEXT.subtract(_ln(each), _ln(low)) for each in (high, number))
    return float(_CONTEXT.divide(part, whole))


def exponent(number: float) -> int:
    """Return the power of ten of the first digit of a number; 0 for 0."""
    return _decimal(number).adjusted()


def shortest(number: float) -> Decimal:
    """Return a number with the fewest digits that no other number has, without zeros at its end."""
    return _CONTEXT.normalize(Decimal(repr(number)))


@lru_cache(maxsize=_KEPT)
def _ln(number: float) -> Decimal:
    return _CONTEXT.ln(_decimal(number))
