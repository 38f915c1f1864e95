"""Packs the replicates of many trials into groups that fill bundles of lanes. Does not train."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from neuroevo.evaluation.phenotype import Phenotype
from neuroevo.kernel.arrays import Method
from neuroevo.learning import Architecture
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import TrainingState

_UPDATE_COST = 2.0
"""Cost of an update outside the backward pass, relative to a forward and backward pass."""


@dataclass(frozen=True, slots=True)
class Replicate:
    """One training of a trial."""

    trial: int  # its place among those that are evaluated together
    lane: Lane
    state: TrainingState | None = field(default=None, compare=False)
    """Where its training is; None if it begins."""


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Replicates that can share a bundle, each in a lane of its own.

    Either all of their trainings begin, or all are after the same number of points.
    """

    architecture: Architecture
    replicates: tuple[Replicate, ...]
    fold: int = 0  # on which all of them are trained and validated
    points: int | None = None  # of the learning curves at the end; None for all

    @property
    def trials(self) -> tuple[int, ...]:
        """Places of the trials that the replicates belong to, in their order."""
        return tuple(dict.fromkeys(replicate.trial for replicate in self.replicates))

    def of_trial(self, trial: int) -> "LaneGroup":
        """Return the group of the replicates of one trial."""
        own = tuple(each for each in self.replicates if each.trial == trial)
        return replace(self, replicates=own)


def pack(
    phenotypes: Mapping[int, Phenotype],
    replicates: Iterable[Replicate],
    lanes: int,
    folds: int = 1,
    points: int | None = None,
) -> list[LaneGroup]:
    """Pack replicates of some trials into as few groups as possible.

    The lanes of a bundle see the same samples, so those of one fold make groups of their own.
    Trials with the same architecture and method share groups, so only the last group of each kind
    may leave lanes empty. Every second group comes from the cheapest up, so that a search soon has
    results; the others follow from the most expensive down, so that all workers finish at about
    the same time.

    Parameters
    ----------
    phenotypes
        The network of each trial, by the trial's place.
    replicates
        Those that are trained, in the order in which they share groups.
    lanes
        Number of lanes of a bundle.
    folds
        Number of folds; a replicate's number decides on which it is, see `DataSet.folds`.
    points
        How many points the learning curves have at the end; None for all.
    """
    kinds: defaultdict[_Kind, list[Replicate]] = defaultdict(list)
    methods = {trial: each.optimization.method for trial, each in phenotypes.items()}
    for each in replicates:
        kind = _Kind(
            phenotypes[each.trial].architecture,
            methods[each.trial],
            each.lane.replicate % folds,
            0 if each.state is None else each.state.points,
        )
        kinds[kind].append(each)
    groups = [
        LaneGroup(kind.architecture, tuple(members[first : first + lanes]), kind.fold, points)
        for kind, members in sorted(kinds.items(), key=lambda item: _cost(item[0]))
        for first in range(0, len(members), lanes)
    ]
    return groups[::2] + groups[1::2][::-1]


class _Kind(NamedTuple):
    """What replicates have in common that share groups."""

    architecture: Architecture
    method: Method
    fold: int
    points: int  # of the learning curves so far


def _cost(kind: _Kind) -> float:
    """Estimate the cost of a sample, in parameters of a forward and backward pass."""
    share = 0 if kind.method.online else _UPDATE_COST / kind.method.batch_size
    return kind.architecture.vector_size * (1 + share)
