"""The abstract gene: what one value of a genome may be.

Knows what every kind of gene can do; knows no kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.values import Value


class Gene(ABC):
    """What one value of a genome may be."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> float:
        """How many values the gene can take; infinite for a range of floats."""

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Value:
        """Draw a value at random."""

    @abstractmethod
    def check(self, value: object) -> Value:
        """Return a value in its normal form, or raise UsageError when it is none of the gene's."""

    @abstractmethod
    def describe(self) -> str:
        """Say in a few words which values there are."""

    @abstractmethod
    def values(self) -> Iterator[Value]:
        """Every value once, in a fixed order; to be called only when `size` is finite."""


def raise_all(problems: list[str]) -> None:
    """Raise one UsageError with all problems, if there are any."""
    if problems:
        raise UsageError(*problems)


def flag_problems(name: str, flag: object) -> list[str]:
    """Say what is wrong with a value that must be true or false."""
    return [] if isinstance(flag, bool) else [f"{name}: must be true or false, but got {flag!r}"]
