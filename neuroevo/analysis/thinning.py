"""Chooses some of many, evenly spread and the same every time; knows numbers of things alone."""

import numpy as np

MOST_POINTS = 3_000


def thinned(count: int, most: int = MOST_POINTS) -> list[int]:
    """Return at most ``most`` evenly spread indices below ``count``, the first and last kept."""
    if count <= most:
        return list(range(count))
    spread = np.linspace(0, count - 1, most)
    return sorted({int(index) for index in np.rint(spread)})
