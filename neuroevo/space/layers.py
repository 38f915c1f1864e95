"""A gene for hidden layers: the width of each, and optionally its activation."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import cast

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.choice import Choice
from neuroevo.space.gene import Gene, raise_all
from neuroevo.space.ranges import Integer
from neuroevo.space.values import LARGEST_WHOLE, Layer, is_whole, plain, worded


@dataclass(frozen=True, slots=True)
class Layers(Gene):
    """The widths of a variable number of layers, and optionally the activation of each.

    A value is a tuple of widths, such as ``(6, 4)``; with `activation` a tuple of pairs, such as
    ``((6, "tanh"), (4, "relu"))``.

    Parameters
    ----------
    count
        The smallest and the largest number of layers; 0 or more.
    width
        The smallest and the largest width of a layer; 1 or more. Widths are drawn on a log scale.
    activation
        Names of activations, or a `Choice` of them, from which each layer has its own; None if
        the value contains no activations.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.
    """

    count: tuple[int, int]
    width: tuple[int, int]
    activation: Choice | None = None
    width_gene: Integer = field(init=False, repr=False, compare=False)  # of one layer

    def __init__(
        self,
        count: tuple[int, int],
        width: tuple[int, int],
        activation: Choice | Sequence[str] | None = None,
    ) -> None:
        choice, problems = _activation_choice(activation)
        raise_all(_pair_problems("count", count, 0) + _pair_problems("width", width, 1) + problems)
        object.__setattr__(self, "count", (int(count[0]), int(count[1])))
        object.__setattr__(self, "width", (int(width[0]), int(width[1])))
        object.__setattr__(self, "activation", choice)
        object.__setattr__(self, "width_gene", Integer(*self.width, log=True))

    @property
    def size(self) -> float:
        """The number of lists of layers; infinite beyond the range of a float."""
        fewest, most = self.count
        layers = self.width_gene.size * (1 if self.activation is None else self.activation.size)
        if layers == 1:
            return float(most - fewest + 1)
        try:  # the sum of the geometric series of layers**fewest to layers**most
            return (layers ** (most + 1) - layers**fewest) / (layers - 1)
        except OverflowError:
            return math.inf

    def sample(self, rng: np.random.Generator) -> tuple[Layer, ...]:
        """Draw the number of layers uniformly, then each layer."""
        count = int(rng.integers(*self.count, endpoint=True))
        return tuple(self.sample_layer(rng) for _ in range(count))

    def sample_layer(self, rng: np.random.Generator) -> Layer:
        """Draw a layer: its width on the log scale, then its activation."""
        width = self.width_gene.sample(rng)
        return width if self.activation is None else (width, str(self.activation.sample(rng)))

    def check(self, value: object) -> tuple[Layer, ...]:
        """Return the layers as a tuple, or raise UsageError with all problems."""
        if not isinstance(value, list | tuple):
            what = "widths" if self.activation is None else "(width, activation) pairs"
            raise UsageError(f"must be a list of {what}, but got {worded(value)}")
        fewest, most = self.count
        problems = []
        if not fewest <= len(value) <= most:
            problems.append(f"must have {_described_pair(self.count)} layers, but got {len(value)}")
        for layer in value:
            problems += self._layer_problems(layer)
        raise_all(problems)
        return cast("tuple[Layer, ...]", plain(value))

    def _layer_problems(self, layer: object) -> list[str]:
        if self.activation is None:
            return _value_problems("a width", self.width_gene, layer)
        if not (isinstance(layer, list | tuple) and len(layer) == 2):  # noqa: PLR2004 - a pair
            return [f"a layer must be a (width, activation) pair, but got {worded(layer)}"]
        problems = _value_problems("a width", self.width_gene, layer[0])
        return problems + _value_problems("an activation", self.activation, layer[1])

    def describe(self, number: Callable[[float], str] = str) -> str:
        """Describe the number of layers, their widths and their activations."""
        text = f"{_described_pair(self.count)} layers, {_described_pair(self.width)} wide"
        return (
            text if self.activation is None else f"{text}, each {self.activation.describe(number)}"
        )

    def values(self) -> Iterator[tuple[Layer, ...]]:
        """Every list of layers, short ones first."""
        for count in range(self.count[0], self.count[1] + 1):
            yield from product(self._layers(), repeat=count)

    def _layers(self) -> Iterator[Layer]:
        widths = self.width_gene.values()
        if self.activation is None:
            return widths
        return product(widths, map(str, self.activation.values()))


def _value_problems(name: str, gene: Gene, value: object) -> list[str]:
    try:
        gene.check(value)
    except UsageError as error:
        return [f"{name} {problem}" for problem in error.problems]
    return []


def _activation_choice(given: Choice | Sequence[str] | None) -> tuple[Choice | None, list[str]]:
    """Return the choice of activations, and its problems."""
    if given is None:
        return None, []
    try:
        choice = given if isinstance(given, Choice) else Choice(given)
    except UsageError as error:
        return None, [problem.replace("options", "activation", 1) for problem in error.problems]
    return choice, [
        f"activation[{index}]: must be a string, but got {worded(option)}"
        for index, option in enumerate(choice.options)
        if not isinstance(option, str)
    ]


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
