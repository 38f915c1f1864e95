"""Packs the trainings of many genomes into bundles of lanes. Does not train them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from neuroevo.evaluation.phenotype import Phenotype
from neuroevo.learning import Architecture, StartingWeights


@dataclass(frozen=True, slots=True)
class Replicate:
    """One training of one trial."""

    trial: int  # place of the trial among those that are evaluated together
    number: int
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """Trainings that can share a bundle of lanes, each in a lane of its own."""

    architecture: Architecture
    starting_weights: StartingWeights
    replicates: tuple[Replicate, ...]


def pack(phenotypes: Sequence[Phenotype], replicates: int, lanes: int) -> list[Bundle]:
    """Pack all replicates of some trials into as few bundles as there can be.

    Trials of one architecture share bundles, so that no lane stays free but in the last bundle of
    each architecture. The largest networks come first: what is left for the end is small, and the
    workers finish together.

    Parameters
    ----------
    phenotypes
        What to train, one for each trial.
    replicates
        Trainings of each trial.
    lanes
        How many trainings fit into a bundle.
    """
    groups: defaultdict[tuple[Architecture, StartingWeights], list[Replicate]] = defaultdict(list)
    for trial, phenotype in enumerate(phenotypes):
        groups[phenotype.architecture, phenotype.starting_weights].extend(
            Replicate(trial, number, phenotype.learning_rate) for number in range(replicates)
        )
    bundles = [
        Bundle(architecture, starting_weights, tuple(members[first : first + lanes]))
        for (architecture, starting_weights), members in groups.items()
        for first in range(0, len(members), lanes)
    ]
    return sorted(bundles, key=lambda bundle: -bundle.architecture.vector_size)
