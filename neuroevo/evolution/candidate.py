"""Candidates by number: genomes that are to be evaluated, and what they were found to be worth.

Knows what failed; does not know how candidates are chosen or evaluated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neuroevo.space import Genome, Value

LARGEST_FITNESS = 1e300  # beyond it, differences of two fitnesses could overflow

Costs: TypeAlias = tuple[float, ...]
"""One finite number for each objective, to be minimised."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A genome that is to be evaluated, and where it comes from.

    Its number is its identity: candidates with equal genomes are different candidates.

    Attributes
    ----------
    number
        Its place among all that are asked for, from 0 on.
    genome
        Value of each gene.
    generation
        The generation that it belongs to, from 0 on.
    operator
        ``initial`` (drawn for the first generation), ``seed`` (given by the user), ``immigrant``
        (drawn later, in the place of a failed parent or of children that were nothing new),
        ``crossover``, ``crossover+mutation``, ``mutations`` (of several genes), or the mutation
        of a single gene: ``step`` (to a near value), ``switch`` (to another option),
        ``add_layer``, ``drop_layer``, ``copy_layer``, ``resize_layer``, ``switch_activation``;
        other strategies have their own.
    parents
        The numbers of the candidates that it was made of.
    name
        A baseline's name.
    """

    number: int
    genome: Mapping[str, Value]
    generation: int
    operator: str
    parents: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Individual:
    """A genome and what it was found to be worth.

    Attributes
    ----------
    number
        The number of the candidate that was evaluated.
    genome
        Its genome.
    fitness
        One number for each objective; NaN where there is no finite one.
    """

    number: int
    genome: Genome
    fitness: tuple[float, ...]

    @property
    def failed(self) -> bool:
        """Whether any part of the fitness is NaN, infinite or beyond ±1e300."""
        return costs_of(self.fitness) is None


def costs_of(fitness: Sequence[float]) -> Costs | None:
    """Return a fitness whose numbers are to be minimised as costs; None if it is a failure."""
    return tuple(fitness) if all(abs(value) <= LARGEST_FITNESS for value in fitness) else None
