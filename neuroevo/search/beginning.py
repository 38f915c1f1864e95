"""What a search begins with, besides its experiment: first genomes, and trials of earlier runs.

Does not know how these are read.
"""

from dataclasses import dataclass
from typing import Self

from neuroevo.evolution import Individual
from neuroevo.experiment import Experiment
from neuroevo.runs import EarlierRun, Start
from neuroevo.search.outcomes import fitness_of
from neuroevo.space import Genome


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a search begins with.

    Parameters
    ----------
    genomes
        Genomes that the strategy asks for first, if they keep the restriction of the space.
    source
        The run or the file that they were taken from; empty if that is unknown.
    earlier
        Trials of earlier runs, from which a model learns.
    beside
        The start of a run with which this one is compared: data or function must be the same.
    """

    genomes: tuple[Genome, ...] = ()
    source: str = ""
    earlier: tuple[EarlierRun, ...] = ()
    beside: Start | None = None

    @classmethod
    def of(cls, start: Start, experiment: Experiment) -> Self:
        """Return what the search of a run began with.

        Raises
        ------
        UsageError
            If a genome is not in the space.
        """
        genomes = tuple(map(experiment.space.genome, start.initial))
        return cls(genomes, start.initial_from, start.earlier_runs)

    def individuals(self, experiment: Experiment) -> tuple[tuple[Individual, ...], ...]:
        """Return the trials of each earlier run with their fitness.

        Raises
        ------
        UsageError
            If a genome is not in the space.
        """
        space, objectives = experiment.space, experiment.objectives
        return tuple(
            tuple(
                Individual(place, space.genome(each.genome), fitness_of(each, objectives))
                for place, each in enumerate(run.trials)
            )
            for run in self.earlier
        )


NOTHING = Beginning()
"""What a search begins with that is given nothing."""
