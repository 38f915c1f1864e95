"""All that a search remembers, to plain JSON values and back.

Handles every bit that the next generation depends on; does not know how one is made.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution.individual import Individual, Origin
from neuroevo.space import Genome, SearchSpace, Value
from neuroevo.space.values import plain_json

FORMAT = 1

_Row: TypeAlias = list[Any]  # the values of a genome, by the sorted names of its genes


@dataclass(slots=True)
class Memory:
    """What a search remembers between asking and telling.

    Attributes
    ----------
    objectives
        ``minimize`` or ``maximize`` for each number of a fitness.
    population_size
        How many individuals survive, and how many genomes are asked at once.
    rng
        The source of all randomness.
    generation
        How many generations were told.
    waiting
        Whether genomes are asked and not yet told.
    seeds
        What the user put into the first generation.
    asked
        The genomes of the newest generation, in their order, with their origins.
    told
        Every genome that was ever told, in the order of telling; only the keys matter.
    population
        The survivors.
    front
        The Pareto front of all that was told.
    """

    objectives: tuple[str, ...]
    population_size: int
    rng: np.random.Generator
    generation: int = 0
    waiting: bool = False
    seeds: tuple[Genome, ...] = ()
    asked: dict[Genome, Origin] = field(default_factory=dict)
    told: dict[Genome, None] = field(default_factory=dict)
    population: list[Individual] = field(default_factory=list)
    front: list[Individual] = field(default_factory=list)


def encoded(memory: Memory) -> dict[str, Any]:
    """Write a memory as plain JSON values: no NaN, no infinity, no tuples.

    Parameters
    ----------
    memory
        What to write; later changes to it don't change the result.
    """
    return {
        "format": FORMAT,
        "objectives": list(memory.objectives),
        "population_size": memory.population_size,
        "generator": memory.rng.bit_generator.state,
        "generation": memory.generation,
        "waiting": memory.waiting,
        "seeds": [_row(genome) for genome in memory.seeds],
        "asked": [
            {
                "genome": _row(genome),
                "operator": origin.operator,
                "parents": [_row(parent) for parent in origin.parents],
            }
            for genome, origin in memory.asked.items()
        ],
        "told": [_row(genome) for genome in memory.told],
        "population": [_individual(each) for each in memory.population],
        "front": [_individual(each) for each in memory.front],
    }


def decoded(space: SearchSpace, state: Mapping[str, Any]) -> Memory:
    """Read what `encoded` wrote.

    Parameters
    ----------
    space
        The space of all genomes in the state.
    state
        Plain JSON values.

    Raises
    ------
    UsageError
        When the state is no such thing, or is that of another space.
    """
    if not isinstance(state, Mapping) or state.get("format") != FORMAT:
        raise UsageError(f"state: must be the state of an evolution in format {FORMAT}")
    try:
        return _decoded(space, state)
    except UsageError as error:
        problems = (f"state: {problem}" for problem in error.problems)
        raise UsageError(*problems) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"state: must be complete and undamaged, but {error!r}") from error


def _decoded(space: SearchSpace, state: Mapping[str, Any]) -> Memory:
    names = sorted(space.genes)

    def genome(row: Sequence[Value]) -> Genome:
        return space.genome(dict(zip(names, row, strict=True)))

    def individual(entry: Mapping[str, Any]) -> Individual:
        values = [np.nan if value is None else float(value) for value in entry["fitness"]]
        return Individual(genome(entry["genome"]), tuple(values))

    def origin(entry: Mapping[str, Any]) -> Origin:
        return Origin(str(entry["operator"]), tuple(map(genome, entry["parents"])))

    return Memory(
        objectives=tuple(state["objectives"]),
        population_size=int(state["population_size"]),
        rng=_generator(state["generator"]),
        generation=int(state["generation"]),
        waiting=bool(state["waiting"]),
        seeds=tuple(map(genome, state["seeds"])),
        asked={genome(entry["genome"]): origin(entry) for entry in state["asked"]},
        told=dict.fromkeys(map(genome, state["told"])),
        population=[individual(entry) for entry in state["population"]],
        front=[individual(entry) for entry in state["front"]],
    )


def _generator(state: Mapping[str, Any]) -> np.random.Generator:
    bit_generator = np.random.PCG64(0)
    bit_generator.state = dict(state)  # type: ignore[assignment]  # checked by the setter
    return np.random.Generator(bit_generator)


def _row(genome: Genome) -> _Row:
    return [plain_json(value) for value in genome.values()]


def _individual(individual: Individual) -> dict[str, Any]:
    fitness = [None if math.isnan(value) else value for value in individual.fitness]
    return {"genome": _row(individual.genome), "fitness": fitness}
