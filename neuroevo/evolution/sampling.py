"""Random genomes that are new: drawn, or listed if few are left."""

from collections.abc import Callable

import numpy as np

from neuroevo.space import Genome, SearchSpace

TRIES = 64  # to draw a genome that is new
MOST_LISTED = 100_000  # larger spaces are never listed

IsNew = Callable[[Genome], bool]


def draw(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> Genome | None:
    """Draw a genome that is new; None if none is found in 64 tries."""
    draws = (space.sample(rng) for _ in range(TRIES))
    return next(filter(is_new, draws), None)


def remaining_genomes(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> list[Genome]:
    """List all new genomes in random order; none if the space has more than 100,000 genomes."""
    if space.size > MOST_LISTED:
        return []
    rest = [genome for genome in space.genomes() if is_new(genome)]
    return [rest[index] for index in rng.permutation(len(rest))]
