"""Evenly spaced indices and jitter, which are the same every time."""

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 3_000
GOLDEN, SILVER = 0.6180339887, 0.4142135624  # irrational, and so is their ratio


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Return at most ``most`` evenly spaced indices below ``count``, first and last included."""
    if count <= most:
        return list(range(count))
    return sorted({int(index) for index in np.rint(np.linspace(0, count - 1, most))})


def jitter(count: int, width: float, step: float = GOLDEN) -> NDArray[np.float64]:
    """Return small offsets that separate equal points, evenly and the same every time.

    Parameters
    ----------
    count
        Number of offsets.
    width
        Their range, half of it on either side of 0.
    step
        Share of the width from each offset to the next: `GOLDEN`, or `SILVER` for the other
        coordinate of the same points, as with equal steps they would lie on a line.
    """
    places = np.arange(1, count + 1, dtype=np.float64)
    return np.round((places * step % 1 - 0.5) * width, 3)
