"""Packs the trainings of many genomes into groups that fill bundles of lanes. Does not train."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from neuroevo.evaluation.phenotype import Phenotype
from neuroevo.kernel.arrays import Method
from neuroevo.learning import Architecture
from neuroevo.learning.lanes import Lane

_STEP_COST = 2.0
"""What an update costs that is not made on the way back, in passes forward and back."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """One training of one trial."""

    trial: int  # its place among those that are evaluated together
    lane: Lane


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Trainings that can share a bundle of lanes, each in a lane of its own."""

    architecture: Architecture
    replicates: tuple[Replicate, ...]

    @property
    def trials(self) -> tuple[int, ...]:
        """Places of the trials that it holds trainings of, in their order."""
        return tuple(dict.fromkeys(replicate.trial for replicate in self.replicates))

    def of_trial(self, trial: int) -> "LaneGroup":
        """Take the trainings of one trial alone."""
        return LaneGroup(
            self.architecture, tuple(each for each in self.replicates if each.trial == trial)
        )


def pack(phenotypes: Mapping[int, Phenotype], replicates: int, lanes: int) -> list[LaneGroup]:
    """Pack all replicates of some trials into as few groups as there can be.

    Trials of one architecture and one method share groups, so that no lane stays free but in the
    last group of each kind. The costliest come first: what is left for the end is small, and the
    workers finish together.

    Parameters
    ----------
    phenotypes
        What to train for each trial.
    replicates
        Trainings of each trial.
    lanes
        How many trainings fit into a bundle.
    """
    kinds: defaultdict[tuple[Architecture, Method], list[Replicate]] = defaultdict(list)
    for trial, phenotype in phenotypes.items():
        kinds[phenotype.architecture, phenotype.optimization.method].extend(
            Replicate(trial, _lane(phenotype, number)) for number in range(replicates)
        )
    return [
        LaneGroup(architecture, tuple(members[first : first + lanes]))
        for (architecture, _), members in sorted(kinds.items(), key=lambda item: -_cost(*item[0]))
        for first in range(0, len(members), lanes)
    ]


def _lane(phenotype: Phenotype, replicate: int) -> Lane:
    return Lane(
        replicate, phenotype.learning_rate, phenotype.optimization, phenotype.starting_weights
    )


def _cost(architecture: Architecture, method: Method) -> float:
    """Estimate what a sample costs, in parameters that are passed forward and back."""
    share = 0 if method.online else _STEP_COST / method.batch_size
    return architecture.vector_size * (1 + share)
