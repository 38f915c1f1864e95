"""NSGA-II: each generation consists of new children of the best individuals.

Deb, Pratap, Agarwal & Meyarivan 2002, "A fast and elitist multiobjective genetic algorithm:
NSGA-II", with parents by binary tournament and a variation operator for each kind of gene.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self

import numpy as np

from neuroevo.evolution import Candidate, Costs, Individual, costs_of
from neuroevo.evolution.operators import CrowdedRank, crowded_ranks, survivors, tournament
from neuroevo.evolution.sampling import draw, remaining_genomes
from neuroevo.evolution.variation import Child, create_child
from neuroevo.space import Genome, GenomeSet, SearchSpace
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

CHILD_TRIES = 10  # to create a new child, before a genome is drawn instead


class Nsga2(Strategy):
    """A genetic algorithm that keeps a population spread over the Pareto front.

    No genome that was evaluated is asked again.

    Attributes
    ----------
    generation
        Number of generations that are complete.
    population
        The survivors, by front; failed ones come last, and only if there are too few others.
    evaluated
        Every genome with a result, in the order of the results.
    """

    name = "nsga2"
    label = "NSGA-II"

    generation = 0

    def __init__(self, space: SearchSpace, options: Options) -> None:
        super().__init__(space, options)
        self.population: list[Individual] = []
        self.evaluated = GenomeSet()
        self._rng = np.random.Generator(np.random.PCG64(options.seed))
        self._initial = options.initial
        self._next_number = options.first_number
        self._asked_up_to = options.first_number  # lower numbers were returned by `ask`
        # Of the generation that is evaluated:
        self._waiting: dict[int, Candidate] = {}  # by number, neither evaluated nor dropped
        self._results: list[Individual] = []  # in the order in which they were received

    def ask(self, count: int) -> list[Candidate]:
        """Return the next candidates of this generation, or of the next one if it is complete."""
        if not self._waiting and count:
            self._begin_generation()
        new = (each for each in self._waiting.values() if each.number >= self._asked_up_to)
        asked = list(islice(new, count))
        if asked:
            self._asked_up_to = asked[-1].number + 1
        return asked

    def tell(self, individuals: Sequence[Individual]) -> None:
        """Receive results; the population changes once no candidate is waited for."""
        self._results += individuals
        unasked = False
        for each in individuals:
            unasked |= self._waiting.pop(each.number, None) is None
            self.evaluated.add(each.genome)
        if unasked:  # the caller has chosen it, and it may be one that would be asked later
            self._waiting = {
                number: candidate
                for number, candidate in self._waiting.items()
                if number < self._asked_up_to or candidate.genome not in self.evaluated
            }
        if not self._waiting:
            self._end_generation()

    def drop(self, numbers: Collection[int]) -> None:
        """Wait no longer for some candidates; their genomes may be asked again."""
        dropped = [self._waiting.pop(number) for number in numbers if number in self._waiting]
        if dropped and not self._waiting:
            self._end_generation()

    def recommended(self) -> list[Individual]:
        """Return none: costs are taken as they are."""
        return []

    def averaged_front(self) -> None:
        """Return nothing: no genome is evaluated twice."""

    def genomes_of(self, numbers: Sequence[int]) -> tuple[Genome, ...]:
        """Return the genomes of parents; KeyError for numbers that are not in the population."""
        genomes = {each.number: each.genome for each in self.population}
        return tuple(genomes[number] for number in numbers)

    def _end_generation(self) -> None:
        # Of equals the earlier survives: children come first, so that a plateau is explored.
        candidates = self._results + self.population
        costs, violations = _standings(candidates)
        chosen = survivors(costs, self._population_size, violations)
        self.population = [candidates[index] for index in chosen]
        self._results = []
        self.generation += 1

    def _begin_generation(self) -> None:
        children = self._next_generation()
        self._waiting = {
            number: Candidate(number, child.genome, self.generation, child.operator, child.parents)
            for number, child in enumerate(children, start=self._next_number)
        }
        self._asked_up_to = self._next_number
        self._next_number += len(children)

    def _next_generation(self) -> list[Child]:
        """Create the next candidates, fewer than a population if no more can be found.

        The first generation is the initial genomes and genomes drawn at random. Later ones are
        children; if a parent has failed, or ten children are not new, a genome is drawn instead.
        If no draw is new either, the remaining genomes are listed.
        """
        space = self._space
        asked: dict[Genome, Child] = {
            genome: Child(genome, "seed", ())
            for genome in self._initial
            if genome not in self.evaluated
        }

        def is_new(genome: Genome) -> bool:
            return genome not in self.evaluated and genome not in asked and space.allows(genome)

        drawn = "immigrant" if self.generation else "initial"
        ranks = crowded_ranks(*_standings(self.population))
        while len(asked) < self._population_size and len(self.evaluated) + len(asked) < space.size:
            child = next((each for each in self._children(ranks) if is_new(each.genome)), None)
            if child is None and (genome := draw(space, is_new, self._rng)) is not None:
                child = Child(genome, drawn, ())
            if child is None:
                rest = remaining_genomes(space, is_new, self._rng)[
                    : self._population_size - len(asked)
                ]
                asked |= {genome: Child(genome, drawn, ()) for genome in rest}
                break
            asked[child.genome] = child
        return list(asked.values())

    def _children(self, ranks: Sequence[CrowdedRank]) -> Iterator[Child]:
        """Create up to ten children; stops at a parent that failed."""
        population, rng = self.population, self._rng
        for _ in range(CHILD_TRIES if population else 0):
            mother, father = (population[tournament(ranks, rng)] for _ in range(2))
            if mother.failed or father.failed:
                return
            yield create_child(self._space, mother, father, rng)

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        return {
            "population_size": self._population_size,
            "generator": self._rng.bit_generator.state,
            "next_number": self._next_number,
            "generation": self.generation,
            "initial": [row_of(self._space, genome) for genome in self._initial],
            "waiting": [candidate_values(self._space, each) for each in self._waiting.values()],
            "results": [individual_values(self._space, each) for each in self._results],
            "evaluated": [row_of(self._space, genome) for genome in self.evaluated],
            "population": [individual_values(self._space, each) for each in self.population],
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Make a strategy from its state."""
        initial = tuple(genome_of(space, row) for row in state["initial"])
        next_number = int(state["next_number"])
        strategy = cls(space, Options(int(state["population_size"]), 0, initial, next_number))
        waiting = [candidate_of(space, values) for values in state["waiting"]]
        strategy._rng = generator_of(state["generator"])
        strategy._asked_up_to = min((each.number for each in waiting), default=next_number)
        strategy._waiting = {candidate.number: candidate for candidate in waiting}
        strategy._results = [individual_of(space, values) for values in state["results"]]
        strategy.generation = int(state["generation"])
        strategy.evaluated = GenomeSet(genome_of(space, row) for row in state["evaluated"])
        for each in strategy._results:
            strategy.evaluated.add(each.genome)
        strategy.population = [individual_of(space, values) for values in state["population"]]
        return strategy


def _standings(individuals: Sequence[Individual]) -> tuple[list[Costs | None], list[float]]:
    """Return the costs of individuals, None for those that failed, and their violations."""
    costs = [None if each.failed else costs_of(each.fitness) for each in individuals]
    return costs, [each.violation for each in individuals]
