"""Packs the replicates of many trials into groups that fill bundles of lanes. Does not train."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from neuroevo.evaluation.phenotype import Phenotype
from neuroevo.kernel.arrays import Method
from neuroevo.learning import Architecture
from neuroevo.learning.lanes import Lane

_UPDATE_COST = 2.0
"""Cost of an update outside the backward pass, relative to a forward and backward pass."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """One training of a trial."""

    trial: int  # its place among those that are evaluated together
    lane: Lane


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Replicates that can share a bundle, each in a lane of its own."""

    architecture: Architecture
    replicates: tuple[Replicate, ...]
    fold: int = 0  # on which all of them are trained and validated

    @property
    def trials(self) -> tuple[int, ...]:
        """Places of the trials that the replicates belong to, in their order."""
        return tuple(dict.fromkeys(replicate.trial for replicate in self.replicates))

    def of_trial(self, trial: int) -> "LaneGroup":
        """Return the group of the replicates of one trial."""
        own = tuple(each for each in self.replicates if each.trial == trial)
        return LaneGroup(self.architecture, own, self.fold)


def pack(
    phenotypes: Mapping[int, Phenotype], replicates: int, lanes: int, folds: int = 1
) -> list[LaneGroup]:
    """Pack all replicates of some trials into as few groups as possible.

    The lanes of a bundle see the same samples, so those of one fold make groups of their own.
    Trials with the same architecture and method share groups, so only the last group of each kind
    may leave lanes empty. Every second group comes from the cheapest up, so that a search soon has
    results; the others follow from the most expensive down, so that all workers finish at about
    the same time.

    Parameters
    ----------
    phenotypes
        The network of each trial, by the trial's place.
    replicates, lanes
        Numbers of replicates of a trial, and of lanes of a bundle.
    folds
        Number of folds.
    """
    kinds: defaultdict[tuple[Architecture, Method, int], list[Replicate]] = defaultdict(list)
    for trial, phenotype in phenotypes.items():
        for fold in range(folds):
            kinds[phenotype.architecture, phenotype.optimization.method, fold].extend(
                Replicate(trial, phenotype.lane(number))
                for number in range(fold, replicates, folds)  # see `DataSet.folds`
            )
    groups = [
        LaneGroup(architecture, tuple(members[first : first + lanes]), fold)
        for (architecture, _, fold), members in sorted(kinds.items(), key=_cost)
        for first in range(0, len(members), lanes)
    ]
    return groups[::2] + groups[1::2][::-1]


def _cost(item: tuple[tuple[Architecture, Method, int], object]) -> float:
    """Estimate the cost of a sample, in parameters of a forward and backward pass."""
    (architecture, method, _), _ = item
    share = 0 if method.online else _UPDATE_COST / method.batch_size
    return architecture.vector_size * (1 + share)
