"""The public ask and tell: genomes and fitnesses in place of candidates and individuals.

Handles directions of objectives and what users may hand over; does not know what the fitnesses
measure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from typing import Any, Self

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution import Candidate, Individual, costs_of, extended_front
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import worded
from neuroevo.strategies.arguments import (
    LEAST_POPULATION,
    checked_fitnesses,
    checked_genomes,
    objective_problems,
    repetition_problems,
    whole_problems,
)
from neuroevo.strategies.nsga2 import Nsga2
from neuroevo.strategies.states import individual_of, individual_values
from neuroevo.strategies.strategy import Options

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a genome came from.

    Attributes
    ----------
    operator
        As of a `Candidate`.
    parents
        None, the genome that was mutated, or the two that were crossed.
    """

    operator: str
    parents: tuple[Genome, ...] = ()


class Evolution:
    """A search of a space for the genomes that are best by one or more objectives.

    The strategy is `Nsga2`. No genome is told twice, and none that was told is asked. The whole
    search is a function of its arguments and of what it is told: with one version of NumPy equal
    seeds give equal genomes, on any machine. A fitness belongs to its genome for good, so noise
    must be settled before.

    Parameters
    ----------
    space
        The genomes to choose from.
    objectives
        ``minimize`` or ``maximize`` for each number of a fitness.
    population_size
        How many genomes are asked at once, and how many survive; at least 4.
    seed
        The seed of all randomness; 0 or more.
    initial
        Genomes that the first generation shall hold, at most `population_size`; repeated ones
        are asked once.

    Raises
    ------
    UsageError
        One line for each argument that can't be.

    Examples
    --------
    >>> from neuroevo import Evolution, Float, SearchSpace
    >>> evolution = Evolution(SearchSpace(x=Float(-1.0, 1.0)), population_size=8)
    >>> for _ in range(5):
    ...     genomes = evolution.ask()
    ...     evolution.tell(genomes, [genome["x"] ** 2 for genome in genomes])
    >>> abs(evolution.best.genome["x"]) < 0.1
    True
    """

    __slots__ = ("_asked", "_front", "_objectives", "_others", "_space", "_strategy")

    def __init__(
        self,
        space: SearchSpace,
        objectives: Sequence[str] = ("minimize",),
        population_size: int = 64,
        seed: int = 0,
        initial: Sequence[Mapping[str, object]] = (),
    ) -> None:
        if not isinstance(space, SearchSpace):
            raise UsageError(f"space: must be a SearchSpace, but got {worded(space)}")
        problems = objective_problems(objectives)
        problems += whole_problems("population_size", population_size, LEAST_POPULATION)
        problems += whole_problems("seed", seed, 0)
        seeds, seed_problems = checked_genomes("initial", initial, space)
        if not problems and len(initial) > population_size:
            rule = f"must be at most the population of {population_size}"
            problems.append(f"initial: {rule}, but got {len(initial)}")
        if problems or seed_problems:
            raise UsageError(*problems, *seed_problems)
        self._space = space
        self._objectives = tuple(objectives)
        options = Options(int(population_size), int(seed), tuple(dict.fromkeys(seeds)))
        self._strategy = Nsga2(space, options)
        self._front: list[Individual] = []  # with the fitnesses that were told
        self._asked: dict[Genome, Candidate] = {}  # of the newest generation
        self._others = 0  # genomes that were told without being asked; their numbers are negative

    @property
    def space(self) -> SearchSpace:
        """The space that is searched."""
        return self._space

    @property
    def generation(self) -> int:
        """How many generations were told."""
        return self._strategy.generation

    @property
    def population(self) -> list[Individual]:
        """The survivors, by front; those that failed come last, and only while others lack."""
        return [self._turned(individual) for individual in self._strategy.population]

    @property
    def front(self) -> list[Individual]:
        """The Pareto front of all that was ever told, nothing that failed among it.

        Sorted by the first objective, best first, ties by the following ones. Of individuals
        with equal fitnesses it holds the one told first.
        """
        return list(self._front)

    @property
    def best(self) -> Individual | None:
        """The best by the first objective, ties by the following ones; None before any worked."""
        return self._front[0] if self._front else None

    def ask(self) -> list[Genome]:
        """Return the genomes to evaluate next.

        Asked again before it is told, it returns the same genomes.

        Returns
        -------
        list[Genome]
            As many as the population, all different and none told before; fewer, and at last
            none, when the space holds no others.
        """
        asked = self._strategy.ask(self._strategy.look_ahead)
        if asked:
            self._asked = {self._space.genome(each.genome): each for each in asked}
        return [genome for genome in self._asked if genome not in self._strategy.told]

    def origin(self, genome: Genome) -> Origin:
        """Say where a genome came from that was asked and is not told.

        Parameters
        ----------
        genome
            One that the latest `ask` returned.

        Raises
        ------
        UsageError
            When it is none of these.
        """
        genomes = {each.number: each.genome for each in self._strategy.population}
        try:
            candidate = self._asked[genome]
            return Origin(candidate.operator, tuple(genomes[each] for each in candidate.parents))
        except KeyError:
            raise UsageError(
                f"genome: must be one of the latest generation, but got {worded(dict(genome))}"
            ) from None

    def tell(
        self,
        genomes: Sequence[Mapping[str, object]],
        fitnesses: Sequence[float | Sequence[float]] | np.ndarray,
    ) -> None:
        """Tell what genomes are worth, which ends the generation.

        Any genomes of the space will do, not only those asked, but none twice. Those asked and
        not told are dropped; they may be asked again. If anything is wrong, nothing is changed.

        Parameters
        ----------
        genomes
            The genomes that were evaluated.
        fitnesses
            For each a number, or a row of numbers, one an objective. A genome with a number that
            is NaN, infinite or beyond ±1e300 failed: it ranks below all that did not and is
            never on the front.

        Raises
        ------
        UsageError
            One line for each genome or fitness that can't be.
        """
        checked, problems = checked_genomes("genomes", genomes, self._space, self._asked)
        problems += repetition_problems(checked, self._strategy.told)
        rows, fitness_problems = checked_fitnesses(fitnesses, len(self._objectives))
        problems += fitness_problems
        if len(genomes) != len(rows):
            problems.append(
                f"fitnesses: must be one for each of {len(genomes)} genomes, but got {len(rows)}"
            )
        if problems:
            raise UsageError(*problems)
        told = [
            Individual(self._number_of(genome), genome, row)
            for genome, row in zip(checked, rows, strict=True)
        ]
        self._front = extended_front(self._front, told, self._costs_of)
        self._strategy.tell([self._turned(individual) for individual in told])
        self._strategy.drop([candidate.number for candidate in self._asked.values()])
        self._asked = {}

    def _number_of(self, genome: Genome) -> int:
        if genome in self._asked:
            return self._asked[genome].number
        self._others += 1
        return -self._others

    def _turned(self, individual: Individual) -> Individual:
        """Turn a fitness that was told into one to be minimised, or back."""
        signs = (-1.0 if objective == "maximize" else 1.0 for objective in self._objectives)
        return replace(individual, fitness=tuple(map(mul, individual.fitness, signs)))

    def _costs_of(self, individual: Individual) -> tuple[float, ...] | None:
        return costs_of(self._turned(individual).fitness)

    def state(self) -> dict[str, Any]:
        """Return all that the search remembers as plain JSON values, at any time."""
        return self._strategy.state() | {
            "format": FORMAT,
            "objectives": list(self._objectives),
            "front": [individual_values(each) for each in self._front],
            "others": self._others,
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Continue a search exactly where `state` was taken.

        Parameters
        ----------
        space
            The space that was searched.
        state
            What `state` returned, or the same after a round trip through JSON.

        Raises
        ------
        UsageError
            When the state is damaged or that of another space.
        """
        if not isinstance(state, Mapping) or state.get("format") != FORMAT:
            raise UsageError(f"state: must be the state of an evolution in format {FORMAT}")
        try:
            evolution = cls(space, state["objectives"], state["population_size"])
            evolution._strategy = Nsga2.from_state(space, state)
            evolution._front = [individual_of(space, each) for each in state["front"]]
            evolution._others = int(state["others"])
            if state["waiting"]:
                evolution.ask()
        except UsageError as error:
            raise UsageError(*(f"state: {problem}" for problem in error.problems)) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"state: must be complete and undamaged, but {error!r}") from error
        return evolution
