"""Genes that are numbers between two bounds: `Float` and `Integer`.

Handles linear and logarithmic scales; knows no other kind of gene.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias, cast

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.gene import Gene, flag_problems, raise_all
from neuroevo.space.values import LARGEST_WHOLE, is_number, is_whole, worded

SIGNIFICANT_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Float(Gene):
    """A number between two bounds.

    Numbers that are drawn are rounded to six significant digits (of the number itself or of the
    range's width, whichever asks for more decimals) and never leave the bounds. So they read
    well, and they are the same on machines whose logarithms differ in the last bit.

    Parameters
    ----------
    low, high
        The bounds, both included; finite, `low <= high`.
    log
        Whether equal ratios count as equal distances, as suits a learning rate; then `low > 0`.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        raise_all(_float_bound_problems(self.low, self.high) or _range_problems(self))
        object.__setattr__(self, "low", float(self.low) + 0.0)
        object.__setattr__(self, "high", float(self.high) + 0.0)

    @property
    def size(self) -> float:
        """1 when both bounds are equal, else infinite."""
        return 1.0 if self.low == self.high else math.inf

    @property
    def span(self) -> float:
        """The distance between the bounds on the gene's scale."""
        return self.position(self.high) - self.position(self.low)

    def position(self, value: float) -> float:
        """Where a value lies on the gene's scale: its natural logarithm if `log`, else itself."""
        return math.log(value) if self.log else value

    def at(self, position: float) -> float:
        """Return the value at a position of the gene's scale, rounded, or else the nearer bound."""
        if position <= self.position(self.low):
            return self.low
        if position >= self.position(self.high):
            return self.high
        value = math.exp(position) if self.log else position
        return min(max(self._rounded(value), self.low), self.high)

    def _rounded(self, value: float) -> float:
        finest = min(abs(value) or math.inf, self.high - self.low)
        # Decimal knows the exponent exactly; math.log10 is a library's estimate of it.
        decimals = SIGNIFICANT_DIGITS - 1 - Decimal(finest).adjusted()
        return round(value, decimals) + 0.0

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a number, uniformly on the gene's scale."""
        share = rng.random()
        low, high = self.position(self.low), self.position(self.high)
        return self.at(low * (1 - share) + high * share)

    def check(self, value: object) -> float:
        """Return a number as a float, or raise UsageError when it is out of bounds or no number."""
        if not is_number(value):
            raise UsageError(f"must be a number, but got {worded(value)}")
        number = cast("float", value)
        if not self.low <= number <= self.high:
            raise UsageError(f"must be between {self.low} and {self.high}, but got {worded(value)}")
        return float(number) + 0.0

    def describe(self) -> str:
        """Say the bounds and the scale."""
        return _described_range(self)

    def values(self) -> Iterator[float]:
        """Yield the only value of a gene whose bounds are equal."""
        yield self.low


@dataclass(frozen=True, slots=True)
class Integer(Gene):
    """A whole number between two bounds.

    Parameters
    ----------
    low, high
        The bounds, both included; `low <= high`, neither beyond ±2**53.
    log
        Whether equal ratios count as equal distances, as suits a layer's width; then `low > 0`.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        raise_all(_whole_bound_problems(self.low, self.high) or _range_problems(self))
        object.__setattr__(self, "low", int(self.low))
        object.__setattr__(self, "high", int(self.high))

    @property
    def size(self) -> float:
        """How many whole numbers there are between the bounds."""
        return float(self.high - self.low + 1)

    @property
    def span(self) -> float:
        """The distance between the bounds on the gene's scale."""
        return self.position(self.high) - self.position(self.low)

    def position(self, value: int) -> float:
        """Where a value lies on the gene's scale: its natural logarithm if `log`, else itself."""
        return math.log(value) if self.log else float(value)

    def at(self, position: float) -> int:
        """Return the whole number nearest to a position of the scale, kept within the bounds."""
        if position >= self.position(self.high):
            return self.high
        return self.clip(round(math.exp(position) if self.log else position))

    def clip(self, value: int) -> int:
        """Return the value within the bounds that is nearest to a whole number."""
        return min(max(value, self.low), self.high)

    def sample(self, rng: np.random.Generator) -> int:
        """Draw a whole number: uniformly, or with a chance of log((value + 1) / value)."""
        if not self.log:
            return int(rng.integers(self.low, self.high, endpoint=True))
        low, high = math.log(self.low), math.log(self.high + 1)
        return self.clip(math.floor(math.exp(low + rng.random() * (high - low))))

    def check(self, value: object) -> int:
        """Return the number, or raise UsageError when it is out of bounds or not whole."""
        if not is_whole(value):
            raise UsageError(f"must be a whole number, but got {worded(value)}")
        number = int(cast("int", value))
        if not self.low <= number <= self.high:
            raise UsageError(f"must be between {self.low} and {self.high}, but got {number}")
        return number

    def describe(self) -> str:
        """Say the bounds and the scale."""
        return _described_range(self, "whole numbers from ")

    def values(self) -> Iterator[int]:
        """Every number, upwards."""
        return iter(range(self.low, self.high + 1))


_Range: TypeAlias = Float | Integer


def _float_bound_problems(low: object, high: object) -> list[str]:
    return [
        f"{name}: must be a finite number, but got {worded(bound)}"
        for name, bound in (("low", low), ("high", high))
        if not (is_number(bound) and _is_finite(cast("float", bound)))
    ]


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond the range of a float
        return False


def _whole_bound_problems(low: object, high: object) -> list[str]:
    return [
        f"{name}: must be a whole number between -2**53 and 2**53, but got {worded(bound)}"
        for name, bound in (("low", low), ("high", high))
        if not (is_whole(bound) and abs(cast("int", bound)) <= LARGEST_WHOLE)
    ]


def _range_problems(gene: _Range) -> list[str]:
    low, high = gene.low, gene.high
    problems = flag_problems("log", gene.log)
    if low > high:
        problems.append(f"`low <= high` must hold, but got (low={low}, high={high})")
    elif not math.isfinite(float(high) - float(low)):
        problems.append(f"`high - low` must be finite, but got (low={low}, high={high})")
    if gene.log is True and low <= 0:
        problems.append(f"`low > 0` must hold on a log scale, but got (low={low}, high={high})")
    return problems


def _described_range(gene: _Range, what: str = "") -> str:
    if gene.low == gene.high:
        return str(gene.low)
    return f"{what}{gene.low} to {gene.high}" + (", on a log scale" * gene.log)
