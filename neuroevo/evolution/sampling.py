"""Random genomes that are new and keep a restriction: drawn, or listed if few are left."""

import math
from collections.abc import Callable
from itertools import islice

import numpy as np

from neuroevo.evolution.variation import mutate
from neuroevo.space import Genome, SearchSpace

TRIES = 64  # to draw a genome that is new
MOST_LISTED = 100_000  # genomes of a space; of a larger one only some are listed
_SOME = 1000
_STEPS = 1000  # of mutations towards a restriction

IsNew = Callable[[Genome], bool]


def draw(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> Genome | None:
    """Draw a genome that is new and keeps the restriction; None if none is found in 64 tries.

    If the space is restricted, the last one is then mutated towards the restriction.
    """
    genome = None
    for _ in range(TRIES):
        genome = space.sample(rng)
        if space.allows(genome) and is_new(genome):
            return genome
    return _nearer(space, genome, is_new, rng) if space.is_restricted and genome else None


def _nearer(
    space: SearchSpace, genome: Genome, is_new: IsNew, rng: np.random.Generator
) -> Genome | None:
    """Mutate a genome until it keeps the restriction and is new; None if it never is."""
    if all(gene.size == 1 for gene in space.genes.values()):
        return None
    excess = space.excess(genome)
    for _ in range(_STEPS):
        mutant, _ = mutate(space, genome, rng)
        found = space.excess(mutant)
        if found == 0.0 and is_new(mutant):
            return mutant
        if found <= excess:
            genome, excess = mutant, found
    return None


def remaining_genomes(space: SearchSpace, is_new: IsNew, rng: np.random.Generator) -> list[Genome]:
    """List new genomes in random order: all, or some if the space has more than 100,000 genomes.

    Those beyond a restriction are left out. It is empty only if there are none, or if the space has
    infinitely many, of which one is drawn sooner or later.
    """
    if math.isinf(space.size):
        return []
    new = (genome for genome in space.genomes() if space.allows(genome) and is_new(genome))
    rest = list(new if space.size <= MOST_LISTED else islice(new, _SOME))
    return [rest[index] for index in rng.permutation(len(rest))]
