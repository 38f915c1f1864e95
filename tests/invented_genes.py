"""Kinds of genes that the package doesn't know."""

from collections.abc import Callable, Iterator

import numpy as np

from neuroevo.space import Gene, Value


class Even(Gene):
    """An even number below ten."""

    size = 5.0

    def sample(self, rng: np.random.Generator) -> int:
        """Draw a value."""
        return 2 * int(rng.integers(5))

    def check(self, value: object) -> Value:
        """Return the value."""
        number = int(str(value))
        assert number in self.values()
        return number

    def describe(self, _: Callable[[float], str] = str) -> str:
        """Return a description."""
        return "even"

    def values(self) -> Iterator[int]:
        """List all values."""
        return iter(range(0, 10, 2))
