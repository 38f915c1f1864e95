"""Candidates, which are to be evaluated, and individuals, which are evaluated.

Does not know how candidates are chosen or evaluated.
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
    """A genome that is to be evaluated, and how it was created.

    Candidates are identified by their numbers; two of them may have equal genomes.

    Attributes
    ----------
    number
        Its place among all candidates, from 0 on.
    genome
        The value of each gene.
    generation
        Its generation, from 0 on.
    operator
        ``initial`` (drawn for the first generation), ``seed`` (given by the user), ``immigrant``
        (drawn later, if a parent has failed or no new child was found), ``repeat`` (of a genome
        whose costs have noise), ``crossover``,
        ``crossover+mutation``, ``mutations`` (of several genes), or the mutation of one gene:
        ``step`` (to a near value), ``switch`` (to another option), ``add_layer``, ``drop_layer``,
        ``copy_layer``, ``resize_layer``, ``switch_activation``; other strategies have their own.
    parents
        The numbers of the candidates that it was created from.
    name
        The name of a baseline.
    """

    number: int
    genome: Mapping[str, Value]
    generation: int
    operator: str
    parents: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Individual:
    """An evaluated candidate."""

    number: int  # of the candidate
    genome: Genome
    fitness: tuple[float, ...]  # one number for each objective; NaN if there is no finite one

    @property
    def failed(self) -> bool:
        """Whether any part of the fitness is NaN, infinite or beyond ±1e300."""
        return costs_of(self.fitness) is None


def costs_of(fitness: Sequence[float]) -> Costs | None:
    """Return a fitness, to be minimised, as costs; None if a number is not finite or too large."""
    return tuple(fitness) if all(abs(value) <= LARGEST_FITNESS for value in fitness) else None
