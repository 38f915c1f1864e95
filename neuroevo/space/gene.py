"""The interface of genes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.values import Value


class Gene(ABC):
    """The set of values that one entry of a genome may have."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> float:
        """The number of values; infinite for a range of floats."""

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Value:
        """Draw a value at random."""

    @abstractmethod
    def check(self, value: object) -> Value:
        """Return a value in its normal form, or raise UsageError if it is no value of the gene."""

    @abstractmethod
    def describe(self, number: Callable[[float], str] = str) -> str:
        """Describe the values in a few words.

        Parameters
        ----------
        number
            Writes a number.
        """

    @abstractmethod
    def values(self) -> Iterator[Value]:
        """Every value once, in a fixed order; to be called only if `size` is finite."""


def raise_all(problems: list[str]) -> None:
    """Raise a UsageError with all problems, if there are any."""
    if problems:
        raise UsageError(*problems)


def flag_problems(name: str, flag: object) -> list[str]:
    """Return the problem of a value that must be true or false, if there is one."""
    return [] if isinstance(flag, bool) else [f"{name}: must be true or false, but got {flag!r}"]
