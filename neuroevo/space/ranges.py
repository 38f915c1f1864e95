"""Genes that are numbers between two bounds: `Float` and `Integer`, on a linear or a log scale."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from neuroevo.decimals import exponent
from neuroevo.errors import UsageError
from neuroevo.space.gene import Gene, flag_problems, raise_all
from neuroevo.space.values import LARGEST_WHOLE, Value, is_number, is_whole, worded

SIGNIFICANT_DIGITS = 6


class _Range(Gene):
    """The common part of `Float` and `Integer`."""

    __slots__ = ()

    low: float
    high: float
    log: bool

    @property
    def span(self) -> float:
        """The distance between the bounds on the gene's scale."""
        return self.position(self.high) - self.position(self.low)

    def position(self, value: float) -> float:
        """Return a value on the gene's scale: its natural logarithm if `log`, else itself."""
        return math.log(value) if self.log else float(value)

    def describe(self, number: Callable[[float], str] = str) -> str:
        """Describe the bounds and the scale."""
        if self.low == self.high:
            return number(self.low)
        return f"{number(self.low)} to {number(self.high)}" + (", on a log scale" * self.log)

    def _check(self, rule: str, is_right: Callable[[object], bool]) -> None:
        bounds = {"low": self.low, "high": self.high}
        wrong = {name: bound for name, bound in bounds.items() if not is_right(bound)}
        raise_all([f"{name}: {rule}, but got {worded(bound)}" for name, bound in wrong.items()])
        problems = flag_problems("log", self.log)
        got = f"but got (low={self.low}, high={self.high})"
        if self.low > self.high:
            problems.append(f"`low <= high` must hold, {got}")
        elif not math.isfinite(float(self.high) - float(self.low)):
            problems.append(f"`high - low` must be finite, {got}")
        if self.log is True and self.low <= 0:
            problems.append(f"`low > 0` must hold on a log scale, {got}")
        raise_all(problems)


@dataclass(frozen=True, slots=True)
class Float(_Range):
    """A number between two bounds.

    Numbers that are drawn are rounded to six significant digits (of the number itself or of the
    width of the range, whichever gives more decimals) and stay within the bounds. So they are
    easy to read, and the same on machines whose logarithms differ in the last bit.

    Parameters
    ----------
    low, high
        The bounds, both included; finite, `low <= high`.
    log
        Whether the scale is logarithmic, as for a learning rate; then `low > 0`.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        self._check("must be a finite number", _is_finite_number)
        object.__setattr__(self, "low", float(self.low) + 0.0)
        object.__setattr__(self, "high", float(self.high) + 0.0)

    @property
    def size(self) -> float:
        """1 if both bounds are equal, else infinite."""
        return 1.0 if self.low == self.high else math.inf

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
        decimals = SIGNIFICANT_DIGITS - 1 - exponent(finest)
        return round(value, decimals) + 0.0

    def sample(self, rng: np.random.Generator) -> float:
        """Draw a number, uniformly on the gene's scale."""
        share = rng.random()
        low, high = self.position(self.low), self.position(self.high)
        return self.at(low * (1 - share) + high * share)

    def check(self, value: object) -> float:
        """Return a number as a float, or raise UsageError if it is out of bounds or no number."""
        if not is_number(value):
            raise UsageError(f"must be a number, but got {worded(value)}")
        try:
            number = float(cast("float", value))  # first, as NumPy compares in its own precision
        except OverflowError:  # a whole number beyond the range of a float
            number = math.inf
        if not self.low <= number <= self.high:
            raise UsageError(f"must be between {self.low} and {self.high}, but got {worded(value)}")
        return number + 0.0

    def values(self) -> Iterator[float]:
        """Yield the only value of a gene whose bounds are equal."""
        yield self.low


@dataclass(frozen=True, slots=True)
class Integer(_Range):
    """A whole number between two bounds.

    Parameters
    ----------
    low, high
        The bounds, both included; `low <= high`, within ±2**53.
    log
        Whether the scale is logarithmic, as for the width of a layer; then `low > 0`.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        self._check("must be a whole number between -2**53 and 2**53", _is_exact_whole)
        object.__setattr__(self, "low", int(self.low))
        object.__setattr__(self, "high", int(self.high))

    @property
    def size(self) -> float:
        """The number of whole numbers between the bounds."""
        return float(self.high - self.low + 1)

    def at(self, position: float) -> int:
        """Return the whole number nearest to a position of the scale, within the bounds."""
        if position >= self.position(self.high):
            return self.high
        return self.clip(round(math.exp(position) if self.log else position))

    def clip(self, value: int) -> int:
        """Return the whole number within the bounds that is nearest to a value."""
        return min(max(value, self.low), self.high)

    def sample(self, rng: np.random.Generator) -> int:
        """Draw a whole number: uniformly, or in proportion to log((value + 1) / value)."""
        if not self.log:
            return int(rng.integers(self.low, self.high, endpoint=True))
        low, high = math.log(self.low), math.log(self.high + 1)
        return self.clip(math.floor(math.exp(low + rng.random() * (high - low))))

    def check(self, value: object) -> int:
        """Return the number, or raise UsageError if it is out of bounds or not whole."""
        if not is_whole(value):
            raise UsageError(f"must be a whole number, but got {worded(value)}")
        number = int(cast("int", value))
        if not self.low <= number <= self.high:
            raise UsageError(f"must be between {self.low} and {self.high}, but got {number}")
        return number

    def describe(self, number: Callable[[float], str] = str) -> str:
        """Describe the bounds and the scale."""
        text = _Range.describe(self, number)
        return text if self.low == self.high else f"whole numbers from {text}"

    def values(self) -> Iterator[int]:
        """Every number, in ascending order."""
        return iter(range(self.low, self.high + 1))

    def index(self, value: Value) -> int:
        """Return the place of a number of the gene among its values, from 0."""
        return int(cast("int", value)) - self.low


def _is_finite_number(value: object) -> bool:
    try:
        return is_number(value) and math.isfinite(cast("float", value))
    except OverflowError:  # a whole number beyond the range of a float
        return False


def _is_exact_whole(value: object) -> bool:
    return is_whole(value) and abs(cast("int", value)) <= LARGEST_WHOLE
