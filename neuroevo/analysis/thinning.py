"""Even spreads, the same every time: some of many things, and offsets that fan equal ones out."""

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 3_000
GOLDEN, SILVER = 0.6180339887, 0.4142135624  # irrational, and to one another


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Return at most ``most`` evenly spread indices below ``count``, the first and last kept."""
    if count <= most:
        return list(range(count))
    spread = np.linspace(0, count - 1, most)
    return sorted({int(index) for index in np.rint(spread)})


def fanned(count: int, width: float, step: float = GOLDEN) -> NDArray[np.float64]:
    """Return small offsets that fill a width evenly, the same every time.

    Parameters
    ----------
    count
        How many.
    width
        What they fill, half of it on either side of 0.
    step
        Share of the width from each to the next, `GOLDEN` or, for the other coordinate of the
        same points, `SILVER`: with equal steps they would lie on a line.
    """
    places = np.arange(1, count + 1, dtype=np.float64)
    return np.round((places * step % 1 - 0.5) * width, 3)
