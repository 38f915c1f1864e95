"""The members of a population: a genome with its fitness, and where a genome came from.

Knows what failed; does not know how members are made or chosen.
"""

from dataclasses import dataclass

from neuroevo.space import Genome

LARGEST_FITNESS = 1e300  # beyond it, differences of two fitnesses could overflow


@dataclass(frozen=True, slots=True)
class Individual:
    """A genome and what it was found to be worth.

    Attributes
    ----------
    genome
        The genome that was evaluated.
    fitness
        One number for each objective, as told; NaN where the number told was not finite.
    """

    genome: Genome
    fitness: tuple[float, ...]

    @property
    def failed(self) -> bool:
        """Whether any part of the fitness is NaN, infinite or beyond ±1e300."""
        return not all(abs(value) <= LARGEST_FITNESS for value in self.fitness)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a genome came from.

    Attributes
    ----------
    operator
        ``initial`` (drawn for the first generation), ``seed`` (given by the user), ``immigrant``
        (drawn later, in the place of a failed parent or of children that were nothing new),
        ``crossover``, ``crossover+mutation``, ``mutations`` (of several genes), or the mutation
        of a single gene: ``step`` (to a near value), ``switch`` (to another option),
        ``add_layer``, ``drop_layer``, ``copy_layer``, ``resize_layer``.
    parents
        None, the one mutated, or the two crossed.
    """

    operator: str
    parents: tuple[Genome, ...] = ()


def signs(objectives: tuple[str, ...]) -> tuple[float, ...]:
    """Return the factors that make all objectives ones to be minimised.

    Parameters
    ----------
    objectives
        ``minimize`` or ``maximize`` for each number of a fitness.

    Returns
    -------
    tuple[float, ...]
        1 or -1 for each.
    """
    return tuple(-1.0 if objective == "maximize" else 1.0 for objective in objectives)
