"""The public ask-and-tell interface, with genomes and fitnesses of any objective function.

Handles the directions of objectives and checks arguments.
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

FORMAT = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """How a genome was created.

    Attributes
    ----------
    operator
        See `Candidate`.
    parents
        Empty, the genome that was mutated, or the two that were crossed.
    """

    operator: str
    parents: tuple[Genome, ...] = ()


class Evolution:
    """Searches a space for the genomes that are best by one or more objectives, with `Nsga2`.

    Each genome is evaluated once only, so the fitness should have little noise. The search is a
    function of its arguments and of the fitnesses: with the same version of NumPy, equal seeds
    give equal genomes on any machine.

    Parameters
    ----------
    space
        The search space.
    objectives
        ``minimize`` or ``maximize`` for each number of a fitness.
    population_size
        Number of genomes of a generation, and of survivors; at least 4.
    seed
        The seed of all randomness; 0 or more.
    initial
        Genomes of the first generation, at most `population_size`; repeated ones are asked once.

    Raises
    ------
    UsageError
        One line for each argument that is wrong.

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
        self._front: list[Individual] = []  # with the fitnesses as the user gave them
        self._asked: dict[Genome, Candidate] = {}  # of the newest generation
        self._others = 0  # evaluated genomes that were not asked; their numbers are negative

    @property
    def space(self) -> SearchSpace:
        """The search space."""
        return self._space

    @property
    def generation(self) -> int:
        """Number of generations that are complete."""
        return self._strategy.generation

    @property
    def population(self) -> list[Individual]:
        """The survivors, by front; failed ones come last, and only if there are too few others."""
        return [self._negated(individual) for individual in self._strategy.population]

    @property
    def front(self) -> list[Individual]:
        """The Pareto front of all individuals so far that did not fail.

        Sorted by the first objective, best first, ties by the following ones. Of individuals
        with equal fitnesses only the first is kept.
        """
        return list(self._front)

    @property
    def best(self) -> Individual | None:
        """The best by the first objective, ties by the following ones; None if there is none."""
        return self._front[0] if self._front else None

    def ask(self) -> list[Genome]:
        """Return the genomes to evaluate next; the same ones until `tell` is called.

        Returns
        -------
        list[Genome]
            As many as the population, all different and none evaluated before; fewer, and
            finally none, when the space has no others.
        """
        asked = self._strategy.ask(self._strategy.look_ahead)
        if asked:
            self._asked = {self._space.genome(each.genome): each for each in asked}
        return [genome for genome in self._asked if genome not in self._strategy.evaluated]

    def origin(self, genome: Genome) -> Origin:
        """Return how a genome was created that was asked and is not yet evaluated.

        Parameters
        ----------
        genome
            One that the latest `ask` returned.

        Raises
        ------
        UsageError
            If it is not.
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
        """Receive the fitnesses of genomes, which ends the generation.

        Genomes that were not asked are accepted too, but each genome once only. Genomes that were
        asked and are not given are dropped; they may be asked again. If there is an error,
        nothing is changed.

        Parameters
        ----------
        genomes
            The genomes that were evaluated.
        fitnesses
            For each a number, or one number for each objective. A genome with a number that is
            NaN, infinite or beyond ±1e300 has failed: it ranks below all others and is never on
            the front.

        Raises
        ------
        UsageError
            One line for each genome or fitness that is wrong.
        """
        checked, problems = checked_genomes("genomes", genomes, self._space, self._asked)
        problems += repetition_problems(checked, self._strategy.evaluated)
        rows, fitness_problems = checked_fitnesses(fitnesses, len(self._objectives))
        problems += fitness_problems
        if len(genomes) != len(rows):
            problems.append(
                f"fitnesses: must be one for each of {len(genomes)} genomes, but got {len(rows)}"
            )
        if problems:
            raise UsageError(*problems)
        individuals = [
            Individual(self._number_of(genome), genome, row)
            for genome, row in zip(checked, rows, strict=True)
        ]
        self._front = extended_front(self._front, individuals, self._costs_of)
        self._strategy.tell([self._negated(individual) for individual in individuals])
        self._strategy.drop([candidate.number for candidate in self._asked.values()])
        self._asked = {}

    def _number_of(self, genome: Genome) -> int:
        if genome in self._asked:
            return self._asked[genome].number
        self._others += 1
        return -self._others

    def _negated(self, individual: Individual) -> Individual:
        """Negate the objectives that are maximised."""
        signs = (-1.0 if objective == "maximize" else 1.0 for objective in self._objectives)
        return replace(individual, fitness=tuple(map(mul, individual.fitness, signs)))

    def _costs_of(self, individual: Individual) -> tuple[float, ...] | None:
        return costs_of(self._negated(individual).fitness)

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values, at any time."""
        return self._strategy.state() | {
            "format": FORMAT,
            "objectives": list(self._objectives),
            "front": [individual_values(self._space, each) for each in self._front],
            "others": self._others,
        }

    @classmethod
    def from_state(cls, space: SearchSpace, state: Mapping[str, Any]) -> Self:
        """Continue a search from its state.

        Parameters
        ----------
        space
            The search space.
        state
            The value of `state()`, also after a round trip through JSON.

        Raises
        ------
        UsageError
            If the state is damaged or that of another space.
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
