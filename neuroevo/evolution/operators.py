"""Selection: who survives and who becomes a parent, by DEAP's NSGA-II.

Knows numbers to be minimised and nothing of genomes. The only importer of DEAP, of which only
parts without randomness and without global classes are used.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from deap import base
from deap.tools import emo

from neuroevo.evolution.candidate import Costs


class CrowdedRank(NamedTuple):
    """How well a member of a population does: the crowded comparison of Deb et al. 2002.

    Attributes
    ----------
    rank
        How many Pareto fronts lie before its own; the number of fronts for one that failed.
    crowding
        The distance to its neighbours on the front; 0 for one that failed.
    """

    rank: int
    crowding: float


class _Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """Minimises every number; DEAP's own `creator` would make a global class instead."""

    def __init__(self, costs: Costs) -> None:
        self.weights = (-1.0,) * len(costs)
        super().__init__(costs)


class _Selectable:
    """What DEAP selects: an index with a fitness."""

    __slots__ = ("fitness", "index")

    def __init__(self, index: int, costs: Costs) -> None:
        self.index = index
        # DEAP's quick sort into fronts needs two objectives; a constant one changes no order.
        self.fitness = _Fitness(costs if len(costs) > 1 else (*costs, 0.0))


def survivors(costs: Sequence[Costs | None], count: int) -> list[int]:
    """Choose who survives: whole fronts, then those of the last front with most room around.

    Parameters
    ----------
    costs
        The finite costs of each candidate, one number an objective, or None for one that failed.
    count
        How many survive, at most.

    Returns
    -------
    list[int]
        The indices of the survivors, by front; those that failed come last, and only if the
        others are too few. Of equals, the earlier candidate is chosen.
    """
    valid = _candidates(costs)
    chosen = emo.selNSGA2(valid, min(count, len(valid)), nd="log") if valid else []
    failed = [index for index, cost in enumerate(costs) if cost is None]
    return [candidate.index for candidate in chosen] + failed[: count - len(chosen)]


def crowded_ranks(costs: Sequence[Costs | None]) -> list[CrowdedRank]:
    """Rank each candidate and measure how crowded its front is around it.

    Parameters
    ----------
    costs
        The finite costs of each candidate, one number an objective, or None for one that failed.
    """
    valid = _candidates(costs)
    fronts = emo.sortLogNondominated(valid, len(valid)) if valid else []
    result = [CrowdedRank(len(fronts), 0.0)] * len(costs)
    for rank, front in enumerate(fronts):
        emo.assignCrowdingDist(front)
        for candidate in front:
            result[candidate.index] = CrowdedRank(rank, candidate.fitness.crowding_dist)
    return result


def tournament(ranks: Sequence[CrowdedRank], rng: np.random.Generator) -> int:
    """Draw two members and return the index of the one with the better crowded rank.

    Parameters
    ----------
    ranks
        The crowded rank of each member; at least one.
    rng
        Where all randomness comes from.
    """
    first, second = (int(rng.random() * len(ranks)) for _ in range(2))
    a, b = ranks[first], ranks[second]
    return first if (a.rank, -a.crowding) <= (b.rank, -b.crowding) else second


def _candidates(costs: Sequence[Costs | None]) -> list[_Selectable]:
    return [_Selectable(index, cost) for index, cost in enumerate(costs) if cost is not None]
