"""Noise that is the same on every machine; knows no task."""

import numpy as np
from numpy.typing import NDArray


def noise(shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw noise of standard deviation 1.

    A sum of twelve uniform numbers minus 6 is close to normal (its tails end at ±6), and the same
    on every machine, unlike the logarithms of a normal generator.
    """
    drawn = np.full(shape, -6.0)
    for _ in range(12):
        drawn += generator.random(shape)
    return drawn
