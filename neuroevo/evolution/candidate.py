"""Candidates, which are to be evaluated, and individuals, which are evaluated.

Does not know how candidates are chosen or evaluated.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from neuroevo.space import Genome, Value

LARGEST_FITNESS = 1e300  # beyond it, differences of two fitnesses could overflow

Costs: TypeAlias = tuple[float, ...]
"""One finite number for each objective, to be minimised."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a model expected of a candidate when it was chosen.

    Attributes
    ----------
    means, deviations
        The expected cost in each objective, and the standard deviation of that.
    round
        The round of screening that made it, from 1; 0 if it was not screened.
    """

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    round: int


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
    forecast
        What a model expected of it; None without a model.
    """

    number: int
    genome: Mapping[str, Value]
    generation: int
    operator: str
    parents: tuple[int, ...] = ()
    name: str = ""
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Individual:
    """An evaluated candidate.

    Attributes
    ----------
    number
        That of the candidate.
    genome
        The value of each gene.
    fitness
        One number for each objective; NaN if there is no finite one.
    excesses
        How far each bound of the constraints is exceeded, 0 or less if it is kept.
    price
        What its evaluation cost, such as seconds; above 0, NaN if that is unknown or not asked.
    variance
        The squared standard error of its first number, if that is a mean; NaN if it is unknown.
    """

    number: int
    genome: Genome
    fitness: tuple[float, ...]
    excesses: tuple[float, ...] = ()
    price: float = field(default=math.nan, compare=False)
    variance: float = field(default=math.nan, compare=False)

    @property
    def failed(self) -> bool:
        """Whether any part of the fitness is NaN, infinite or beyond ±1e300, or an excess is."""
        return costs_of(self.fitness) is None or costs_of(self.excesses) is None

    @property
    def violation(self) -> float:
        """The sum of the excesses above 0: 0 if all constraints are kept, infinite if it failed."""
        return math.inf if self.failed else violation_of(self.excesses)

    @property
    def feasible(self) -> bool:
        """Whether it did not fail, and keeps all constraints."""
        return self.violation == 0.0


def costs_of(fitness: Sequence[float]) -> Costs | None:
    """Return a fitness, to be minimised, as costs; None if a number is not finite or too large."""
    return tuple(fitness) if all(abs(value) <= LARGEST_FITNESS for value in fitness) else None


def violation_of(excesses: Sequence[float]) -> float:
    """Return the sum of excesses above 0: 0 if all bounds are kept, infinite if one is NaN.

    The overall constraint violation of Deb et al. 2002.
    """
    if any(map(math.isnan, excesses)):
        return math.inf
    return sum(max(each, 0.0) for each in excesses)
