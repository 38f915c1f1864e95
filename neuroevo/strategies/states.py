"""Parts of a strategy's state as plain JSON values, and back: no NaN, no infinity, no tuples.

Knows genomes, candidates and individuals; does not know what a strategy remembers of them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from neuroevo.evolution import Candidate, Individual
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import PlainJson, plain_json

Row: TypeAlias = list[PlainJson]
"""The values of a genome, by the sorted names of its genes."""


def row_of(genome: Mapping[str, Any]) -> Row:
    """Write a genome."""
    return [plain_json(genome[name]) for name in sorted(genome)]


def genome_of(space: SearchSpace, row: Sequence[Any]) -> Genome:
    """Read what `row_of` wrote; raises what `Strategy.from_state` does."""
    return space.genome(dict(zip(sorted(space.genes), row, strict=True)))


def candidate_values(candidate: Candidate) -> dict[str, Any]:
    """Write a candidate."""
    return {
        "number": candidate.number,
        "genome": row_of(candidate.genome),
        "generation": candidate.generation,
        "operator": candidate.operator,
        "parents": list(candidate.parents),
    }


def candidate_of(space: SearchSpace, values: Mapping[str, Any]) -> Candidate:
    """Read what `candidate_values` wrote; raises what `Strategy.from_state` does."""
    return Candidate(
        int(values["number"]),
        genome_of(space, values["genome"]),
        int(values["generation"]),
        str(values["operator"]),
        tuple(map(int, values["parents"])),
    )


def individual_values(individual: Individual) -> dict[str, Any]:
    """Write an individual."""
    fitness = [None if math.isnan(value) else value for value in individual.fitness]
    return {
        "number": individual.number,
        "genome": row_of(individual.genome),
        "fitness": fitness,
    }


def individual_of(space: SearchSpace, values: Mapping[str, Any]) -> Individual:
    """Read what `individual_values` wrote; raises what `Strategy.from_state` does."""
    fitness = tuple(math.nan if value is None else float(value) for value in values["fitness"])
    return Individual(int(values["number"]), genome_of(space, values["genome"]), fitness)


def generator_of(state: Mapping[str, Any]) -> np.random.Generator:
    """Make a generator of the state of its bit generator."""
    bit_generator = np.random.PCG64(0)
    bit_generator.state = dict(state)  # type: ignore[assignment]  # checked by the setter
    return np.random.Generator(bit_generator)
