"""NSGA-II: generations of children of good parents, every one of them new.

Deb, Pratap, Agarwal & Meyarivan 2002, "A fast and elitist multiobjective genetic algorithm:
NSGA-II", with parents by binary tournament and operators that suit each gene.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

import numpy as np

from neuroevo.evolution import Candidate, Individual, costs_of
from neuroevo.evolution.operators import CrowdedRank, crowded_ranks, survivors, tournament
from neuroevo.evolution.sampling import draw, shuffled_rest
from neuroevo.evolution.variation import Child, breed
from neuroevo.space import Genome, SearchSpace
from neuroevo.strategies.states import (
    candidate_of,
    candidate_values,
    generator_of,
    genome_of,
    individual_of,
    individual_values,
    row_of,
)
from neuroevo.strategies.strategy import Options, Strategy

BREEDING_TRIES = 10  # to get a child that is new, before one is drawn


@dataclass(slots=True)
class _State:
    """What it remembers.

    Attributes
    ----------
    population_size
        How many individuals survive, and how many candidates a generation has.
    rng
        The source of all randomness.
    next_number
        The number of the next candidate.
    generation
        How many generations are complete.
    initial
        What the user put into the first generation.
    waiting
        The candidates of this generation that are neither told nor dropped, by number.
    results
        What was told in this generation, in the order of telling.
    told
        Every genome that was ever told, in the order of telling; only the keys matter.
    population
        The survivors.
    """

    population_size: int
    rng: np.random.Generator
    next_number: int
    generation: int = 0
    initial: tuple[Genome, ...] = ()
    waiting: dict[int, Candidate] = field(default_factory=dict)
    results: list[Individual] = field(default_factory=list)
    told: dict[Genome, None] = field(default_factory=dict)
    population: list[Individual] = field(default_factory=list)


class Nsga2(Strategy):
    """A genetic algorithm that keeps a population spread over the Pareto front.

    No genome that was told is asked again.
    """

    name = "nsga2"
    label = "NSGA-II"

    def __init__(self, space: SearchSpace, options: Options) -> None:
        self._space = space
        self._state = _State(
            options.population_size,
            np.random.Generator(np.random.PCG64(options.seed)),
            options.first_number,
            initial=options.initial,
        )
        self._handed_out = options.first_number  # candidates up to here

    @property
    def generation(self) -> int:
        """How many generations are complete."""
        return self._state.generation

    @property
    def look_ahead(self) -> int:
        """A whole generation."""
        return self._state.population_size

    @property
    def population(self) -> list[Individual]:
        """The survivors, by front; those that failed come last, and only while others lack."""
        return list(self._state.population)

    @property
    def told(self) -> Collection[Genome]:
        """Every genome that was learned from."""
        return self._state.told.keys()

    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates of this generation, or of the next one if it is complete."""
        if not self._state.waiting:
            self._begin_generation()
        new = (each for each in self._state.waiting.values() if each.number >= self._handed_out)
        asked = list(islice(new, count))
        if asked:
            self._handed_out = asked[-1].number + 1
        return asked

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Learn when nothing is left to wait for; individuals that were not asked come in too."""
        state = self._state
        state.results += individuals
        for each in individuals:
            state.waiting.pop(each.number, None)
        if not state.waiting:
            self._learn()

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates; their genomes may be asked again."""
        state = self._state
        dropped = [state.waiting.pop(number) for number in numbers if number in state.waiting]
        if dropped and not state.waiting:
            self._learn()

    def _learn(self) -> None:
        state = self._state
        # Of equals the earlier survives: children stand first, so that a plateau is drifted over.
        candidates = state.results + state.population
        chosen = survivors([costs_of(each.fitness) for each in candidates], state.population_size)
        state.population = [candidates[index] for index in chosen]
        state.told.update(dict.fromkeys(each.genome for each in state.results))
        state.results, state.initial = [], ()
        state.generation += 1

    def _begin_generation(self) -> None:
        state = self._state
        children = self._next_generation()
        state.waiting = {
            number: Candidate(number, child.genome, state.generation, child.operator, child.parents)
            for number, child in enumerate(children, start=state.next_number)
        }
        self._handed_out = state.next_number
        state.next_number += len(children)

    def _next_generation(self) -> list[Child]:
        """Make the next candidates, fewer than a population when no more can be found.

        The first generation is the initial genomes and genomes drawn at random. Later ones are
        children; in the place of a parent that failed, and of a child that is nothing new after
        ten tries, a genome is drawn. When even draws are nothing new, what is left is listed.
        """
        state, space = self._state, self._space
        asked: dict[Genome, Child] = {
            genome: Child(genome, "seed", ())
            for genome in state.initial
            if genome not in state.told
        }

        def is_new(genome: Genome) -> bool:
            return genome not in state.told and genome not in asked

        drawn = "immigrant" if state.generation else "initial"
        ranks = crowded_ranks([costs_of(each.fitness) for each in state.population])
        while len(asked) < state.population_size and len(state.told) + len(asked) < space.size:
            child = next((each for each in self._bred(ranks) if is_new(each.genome)), None)
            if child is None and (genome := draw(space, is_new, state.rng)) is not None:
                child = Child(genome, drawn, ())
            if child is None:
                rest = shuffled_rest(space, is_new, state.rng)
                missing = rest[: state.population_size - len(asked)]
                asked |= {genome: Child(genome, drawn, ()) for genome in missing}
                break
            asked[child.genome] = child
        return list(asked.values())

    def _bred(self, ranks: Sequence[CrowdedRank]) -> Iterator[Child]:
        """Breed children as often as is worth it; none of a parent that failed."""
        population, rng = self._state.population, self._state.rng
        for _ in range(BREEDING_TRIES if population else 0):
            mother, father = (population[tournament(ranks, rng)] for _ in range(2))
            if mother.failed or father.failed:
                return
            yield breed(self._space, mother, father, rng)

    def state(self) -> dict[str, Any]:
        """Return all that it remembers as plain JSON values."""
        state = self._state
        return {
            "population_size": state.population_size,
            "generator": state.rng.bit_generator.state,
            "next_number": state.next_number,
            "generation": state.generation,
            "initial": [row_of(genome) for genome in state.initial],
            "waiting": [candidate_values(each) for each in state.waiting.values()],
            "results": [individual_values(each) for each in state.results],
            "told": [row_of(genome) for genome in state.told],
            "population": [individual_values(each) for each in state.population],
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make the strategy whose state this is."""
        waiting = [candidate_of(space, values) for values in state["waiting"]]
        next_number = int(state["next_number"])
        strategy = cls(space, Options(int(state["population_size"]), seed=0))
        strategy._state = _State(
            int(state["population_size"]),
            generator_of(state["generator"]),
            next_number,
            int(state["generation"]),
            tuple(genome_of(space, row) for row in state["initial"]),
            {candidate.number: candidate for candidate in waiting},
            [individual_of(space, values) for values in state["results"]],
            dict.fromkeys(genome_of(space, row) for row in state["told"]),
            [individual_of(space, values) for values in state["population"]],
        )
        strategy._handed_out = min((each.number for each in waiting), default=next_number)
        return strategy
