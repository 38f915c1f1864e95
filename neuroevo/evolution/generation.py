"""The genomes of the next generation: children of good parents, every one of them new.

Knows which genomes were told and how well parents stand; does not know how they are evaluated.
"""

from collections.abc import Collection
from operator import mul

from neuroevo.evolution.individual import Individual, Origin, signs
from neuroevo.evolution.memory import Memory
from neuroevo.evolution.operators import Costs, Standing, standings, tournament
from neuroevo.evolution.variation import breed
from neuroevo.space import Genome, SearchSpace

BREEDING_TRIES = 10  # to get a child that is new, before one is drawn
DRAWING_TRIES = 64  # to draw a genome that is new, before those that are left are listed
MOST_LISTED = 100_000  # spaces of more genomes are never listed


def next_generation(space: SearchSpace, memory: Memory) -> dict[Genome, Origin]:
    """Make the genomes to evaluate next.

    The first generation is the seeds and genomes drawn at random. Later ones are children; in
    the place of a parent that failed, and of a child that is nothing new after ten tries, a
    genome is drawn. When even draws are nothing new, the genomes that are left are listed.

    Parameters
    ----------
    space
        The space of all genomes.
    memory
        What the search remembers; only the state of its generator is changed.

    Returns
    -------
    dict[Genome, Origin]
        As many genomes as the population, none told before; fewer when no more can be found.
    """
    asked = {genome: Origin("seed") for genome in memory.seeds if genome not in memory.told}
    standing = standings(individual_costs(memory.population, memory.objectives))
    while len(asked) < memory.population_size and len(memory.told) + len(asked) < space.size:
        found = _child(space, memory, standing, asked) or _drawn(space, memory, asked)
        if found is None:
            asked.update(_left(space, memory, asked))
            break
        genome, origin = found
        asked[genome] = origin
    return asked


def individual_costs(
    individuals: Collection[Individual], objectives: tuple[str, ...]
) -> list[Costs | None]:
    """Turn fitnesses into what selection takes: numbers to be minimised, None for a failure."""
    factors = signs(objectives)
    return [None if each.failed else tuple(map(mul, each.fitness, factors)) for each in individuals]


def _child(
    space: SearchSpace, memory: Memory, standing: list[Standing], asked: Collection[Genome]
) -> tuple[Genome, Origin] | None:
    if not memory.population:
        return None
    for _ in range(BREEDING_TRIES):
        mother, father = (memory.population[tournament(standing, memory.rng)] for _ in range(2))
        if mother.failed or father.failed:
            return None
        child, origin = breed(space, mother.genome, father.genome, memory.rng)
        if child not in memory.told and child not in asked:
            return child, origin
    return None


def _drawn(
    space: SearchSpace, memory: Memory, asked: Collection[Genome]
) -> tuple[Genome, Origin] | None:
    for _ in range(DRAWING_TRIES):
        genome = space.sample(memory.rng)
        if genome not in memory.told and genome not in asked:
            return genome, _origin_of_drawn(memory)
    return None


def _left(space: SearchSpace, memory: Memory, asked: Collection[Genome]) -> dict[Genome, Origin]:
    if space.size > MOST_LISTED:
        return {}
    left = [each for each in space.genomes() if each not in memory.told and each not in asked]
    chosen = memory.rng.permutation(len(left))[: memory.population_size - len(asked)]
    return {left[index]: _origin_of_drawn(memory) for index in chosen}


def _origin_of_drawn(memory: Memory) -> Origin:
    return Origin("immigrant" if memory.generation else "initial")
