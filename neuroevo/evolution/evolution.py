"""The search itself: NSGA-II that is asked for genomes and told what they are worth.

Handles generations, what is new, and the archive; does not know what the fitnesses measure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.evolution.arguments import (
    LEAST_POPULATION,
    checked_fitnesses,
    checked_genomes,
    objective_problems,
    repetition_problems,
    whole_problems,
)
from neuroevo.evolution.front import extended_front
from neuroevo.evolution.generation import individual_costs, next_generation
from neuroevo.evolution.individual import Individual, Origin
from neuroevo.evolution.memory import Memory, decoded, encoded
from neuroevo.evolution.operators import survivors
from neuroevo.space import Genome, SearchSpace
from neuroevo.space.values import worded


class Evolution:
    """A search of a space for the genomes that are best by one or more objectives.

    Deb's NSGA-II (2002) with parents by binary tournament and operators that suit each gene. No
    genome is told twice, and none that was told is asked. The whole search is a function of its
    arguments and of what it is told: with one version of NumPy equal seeds give equal genomes, on
    any machine. A fitness belongs to its genome for good, so noise must be settled before.

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
    >>> from neuroevo.space import Float, SearchSpace
    >>> evolution = Evolution(SearchSpace(x=Float(-1.0, 1.0)), population_size=8)
    >>> for _ in range(5):
    ...     genomes = evolution.ask()
    ...     evolution.tell(genomes, [genome["x"] ** 2 for genome in genomes])
    >>> abs(evolution.best.genome["x"]) < 0.1
    True
    """

    __slots__ = ("_memory", "_space")

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
        self._memory = Memory(
            objectives=tuple(objectives),
            population_size=int(population_size),
            rng=np.random.Generator(np.random.PCG64(int(seed))),
            seeds=tuple(dict.fromkeys(seeds)),
        )

    @property
    def space(self) -> SearchSpace:
        """The space that is searched."""
        return self._space

    @property
    def generation(self) -> int:
        """How many generations were told."""
        return self._memory.generation

    @property
    def population(self) -> list[Individual]:
        """The survivors, by front; those that failed come last, and only while others lack."""
        return list(self._memory.population)

    @property
    def front(self) -> list[Individual]:
        """The Pareto front of all that was ever told, nothing that failed among it.

        Sorted by the first objective, best first, ties by the following ones. Of individuals
        with equal fitnesses it holds the one told first.
        """
        return list(self._memory.front)

    @property
    def best(self) -> Individual | None:
        """The best by the first objective, ties by the following ones; None before any worked."""
        return self._memory.front[0] if self._memory.front else None

    def ask(self) -> list[Genome]:
        """Return the genomes to evaluate next.

        Asked again before it is told, it returns the same genomes.

        Returns
        -------
        list[Genome]
            As many as the population, all different and none told before; fewer, and at last
            none, when the space holds no others.
        """
        memory = self._memory
        if not memory.waiting:
            memory.asked = next_generation(self._space, memory)
            memory.waiting = True
        return list(memory.asked)

    def origin(self, genome: Genome) -> Origin:
        """Say where a genome of the newest generation came from.

        Parameters
        ----------
        genome
            One that the latest `ask` returned.

        Raises
        ------
        UsageError
            When it is none of these.
        """
        try:
            return self._memory.asked[genome]
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
        memory = self._memory
        checked, problems = checked_genomes("genomes", genomes, self._space, memory.asked)
        problems += repetition_problems(checked, memory.told)
        rows, fitness_problems = checked_fitnesses(fitnesses, len(memory.objectives))
        problems += fitness_problems
        if len(genomes) != len(rows):
            problems.append(
                f"fitnesses: must be one for each of {len(genomes)} genomes, but got {len(rows)}"
            )
        if problems:
            raise UsageError(*problems)
        self._learn([Individual(*pair) for pair in zip(checked, rows, strict=True)])

    def _learn(self, newcomers: list[Individual]) -> None:
        memory = self._memory
        # Of equals the earlier survives: children stand first, so that a plateau is drifted over.
        candidates = newcomers + memory.population
        chosen = survivors(individual_costs(candidates, memory.objectives), memory.population_size)
        memory.front = extended_front(memory.front, newcomers, memory.objectives)
        memory.population = [candidates[index] for index in chosen]
        memory.told.update(dict.fromkeys(each.genome for each in newcomers))
        memory.seeds = ()
        memory.generation += 1
        memory.waiting = False

    def state(self) -> dict[str, Any]:
        """Return all that the search remembers as plain JSON values, at any time."""
        return encoded(self._memory)

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
        memory = decoded(space, state)
        evolution = cls(space, memory.objectives, memory.population_size)
        evolution._memory = memory
        return evolution
