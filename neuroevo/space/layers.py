"""A gene of variable length: the widths of some layers.

Knows how many layers there may be and how wide; does not know what a layer does.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.gene import Gene, raise_all
from neuroevo.space.ranges import Integer
from neuroevo.space.values import LARGEST_WHOLE, is_whole, worded


@dataclass(frozen=True, slots=True)
class Layers(Gene):
    """The widths of a variable number of layers.

    Parameters
    ----------
    count
        The least and the greatest number of layers; 0 or more.
    width
        The least and the greatest width of a layer; 1 or more. Widths are drawn on a log scale.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    count: tuple[int, int]
    width: tuple[int, int]
    layer: Integer = field(init=False, repr=False, compare=False)  # the gene of a single width

    def __post_init__(self) -> None:
        raise_all(_pair_problems("count", self.count, 0) + _pair_problems("width", self.width, 1))
        object.__setattr__(self, "count", (int(self.count[0]), int(self.count[1])))
        object.__setattr__(self, "width", (int(self.width[0]), int(self.width[1])))
        object.__setattr__(self, "layer", Integer(*self.width, log=True))

    @property
    def size(self) -> float:
        """How many lists of widths there are; infinite beyond the range of a float."""
        fewest, most = self.count
        widths = self.layer.size
        if widths == 1:
            return float(most - fewest + 1)
        try:  # the sum of the geometric series of widths**fewest to widths**most
            return (widths ** (most + 1) - widths**fewest) / (widths - 1)
        except OverflowError:
            return math.inf

    def sample(self, rng: np.random.Generator) -> tuple[int, ...]:
        """Draw the number of layers uniformly, then each width on its log scale."""
        count = int(rng.integers(*self.count, endpoint=True))
        return tuple(self.layer.sample(rng) for _ in range(count))

    def check(self, value: object) -> tuple[int, ...]:
        """Return the widths as a tuple, or raise UsageError with all that is wrong with them."""
        if not isinstance(value, list | tuple):
            raise UsageError(f"must be a list of widths, but got {worded(value)}")
        fewest, most = self.count
        problems = []
        if not fewest <= len(value) <= most:
            problems.append(f"must have {_described_pair(self.count)} layers, but got {len(value)}")
        for width in value:
            try:
                self.layer.check(width)
            except UsageError as error:
                problems += [f"a width {problem}" for problem in error.problems]
        raise_all(problems)
        return tuple(int(width) for width in value)

    def describe(self) -> str:
        """Say the bounds of the number of layers and of their widths."""
        return f"{_described_pair(self.count)} layers, {_described_pair(self.width)} wide"

    def values(self) -> Iterator[tuple[int, ...]]:
        """Every list of widths, the short ones first."""
        for count in range(self.count[0], self.count[1] + 1):
            yield from product(self.layer.values(), repeat=count)


def _pair_problems(name: str, pair: object, least: int) -> list[str]:
    rule = f"{name}: must be a pair of whole numbers (least, greatest)"
    if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(map(is_whole, pair))):  # noqa: PLR2004 - a pair
        return [f"{rule}, but got {worded(pair)}"]
    low, high = pair
    problems = []
    if low < least:
        problems.append(f"{name}: must be at least {least}, but got {low}")
    if low > high:
        problems.append(f"{name}: `least <= greatest` must hold, but got {worded(pair)}")
    if high > LARGEST_WHOLE:
        problems.append(f"{name}: must be at most 2**53, but got {high}")
    return problems


def _described_pair(pair: tuple[int, int]) -> str:
    low, high = pair
    return str(low) if low == high else f"{low} to {high}"
