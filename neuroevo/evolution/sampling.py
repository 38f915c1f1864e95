"""Random genomes that are new: drawn, or listed if few are left."""

import math
from collections.abc import Callable
from itertools import islice

import numpy as np

from neuroevo.space import Genome, SearchSpace

TRIES = 64  # to draw a genome that is new
MOST_LISTED = 100_000  # genomes of a space; of a larger one only some are listed
_SOME = 1000

IsNew = Callable[[Genome], bool]


def draw(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> Genome | None:
    """Draw a genome that is new; None if none is found in 64 tries."""
    draws = (space.sample(rng) for _ in range(TRIES))
    return next(filter(is_new, draws), None)


def remaining_genomes(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> list[Genome]:
    """List new genomes in random order: all, or some if the space has more than 100,000 genomes.

    It is empty only if there are none, or if the space has infinitely many, of which one is drawn
    sooner or later.
    """
    if math.isinf(space.size):
        return []
    new = (genome for genome in space.genomes() if is_new(genome))
    rest = list(new if space.size <= MOST_LISTED else islice(new, _SOME))
    return [rest[index] for index in rng.permutation(len(rest))]
