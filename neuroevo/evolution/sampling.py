"""Genomes at random that are new: drawn, or where hardly any are left, listed.

Does not know which genomes are new; whoever asks tells.
"""

from collections.abc import Callable

import numpy as np

from neuroevo.space import Genome, SearchSpace

TRIES = 64  # to draw a genome that is new
MOST_LISTED = 100_000  # spaces of more genomes are never listed

IsNew = Callable[[Genome], bool]


def draw(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> Genome | None:
    """Draw a genome that is new; None if none is found in 64 tries."""
    for _ in range(TRIES):
        genome = space.sample(rng)
        if is_new(genome):
            return genome
    return None


def shuffled_rest(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> list[Genome]:
    """List all genomes of a space that are new, in random order.

    Returns
    -------
    list[Genome]
        None where the space has more than 100,000 genomes.
    """
    if space.size > MOST_LISTED:
        return []
    rest = [genome for genome in space.genomes() if is_new(genome)]
    return [rest[index] for index in rng.permutation(len(rest))]
