"""Selection of survivors and parents, as in NSGA-II, by DEAP; all costs are minimised.

With constraints, feasible candidates come first, and others by their violation, as in Deb et al.
2002. Knows no genomes. The only importer of DEAP, of which only parts without randomness and
without global classes are used.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from deap import base
from deap.tools import emo

from neuroevo.evolution.candidate import Costs


class CrowdedRank(NamedTuple):
    """The rank of a candidate in the crowded comparison of Deb et al. 2002.

    Attributes
    ----------
    rank
        The number of Pareto fronts before its own. Infeasible ones follow all fronts, by their
        violation, and then those that failed.
    crowding
        The crowding distance to its neighbours on the front; 0 without a front.
    """

    rank: int
    crowding: float


class _Fitness(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """DEAP's fitness, minimised; DEAP's own `creator` would make a global class instead."""

    def __init__(self, costs: Costs) -> None:
        self.weights = (-1.0,) * len(costs)
        super().__init__(costs)


class _Selectable:
    """The objects that DEAP selects from: an index with a fitness."""

    __slots__ = ("fitness", "index")

    def __init__(self, index: int, costs: Costs) -> None:
        self.index = index
        # DEAP's fast sort into fronts needs two objectives; a constant one changes no order.
        self.fitness = _Fitness(costs if len(costs) > 1 else (*costs, 0.0))


def survivors(
    costs: Sequence[Costs | None], count: int, violations: Sequence[float] = ()
) -> list[int]:
    """Select survivors: whole fronts, then those of the last front with most distance around.

    Parameters
    ----------
    costs
        Those of each candidate; None if it failed.
    count
        How many survive.
    violations
        The violation of each, 0 if it is feasible; empty if all are.

    Returns
    -------
    list[int]
        The indices of survivors, by front; then infeasible ones by their violation, then failed
        ones, only if there are too few others. Of equals, the earlier candidate is selected.
    """
    valid, infeasible = _sorted_out(costs, violations)
    chosen = emo.selNSGA2(valid, min(count, len(valid)), nd="log") if valid else []
    failed = [index for index, cost in enumerate(costs) if cost is None]
    rest = [*infeasible, *failed][: count - len(chosen)]
    return [candidate.index for candidate in chosen] + rest


def crowded_ranks(
    costs: Sequence[Costs | None], violations: Sequence[float] = ()
) -> list[CrowdedRank]:
    """Compute the rank and crowding distance of each candidate, see `survivors`."""
    valid, infeasible = _sorted_out(costs, violations)
    fronts = emo.sortLogNondominated(valid, len(valid)) if valid else []
    different = dict.fromkeys(violations[index] for index in infeasible)
    ranks = {violation: rank for rank, violation in enumerate(different, start=len(fronts))}
    result = [CrowdedRank(len(fronts) + len(ranks), 0.0)] * len(costs)
    for index in infeasible:
        result[index] = CrowdedRank(ranks[violations[index]], 0.0)
    for rank, front in enumerate(fronts):
        emo.assignCrowdingDist(front)
        for candidate in front:
            result[candidate.index] = CrowdedRank(rank, candidate.fitness.crowding_dist)
    return result


def tournament(ranks: Sequence[CrowdedRank], rng: np.random.Generator) -> int:
    """Draw two of at least one candidates; returns the index of the one that ranks better."""
    first, second = (int(rng.random() * len(ranks)) for _ in range(2))
    a, b = ranks[first], ranks[second]
    return first if (a.rank, -a.crowding) <= (b.rank, -b.crowding) else second


def _sorted_out(
    costs: Sequence[Costs | None], violations: Sequence[float]
) -> tuple[list[_Selectable], list[int]]:
    """Return the feasible candidates, and the indices of others that did not fail, by violation."""
    valid = [(index, cost) for index, cost in enumerate(costs) if cost is not None]
    broken = {index for index, _ in valid if violations and violations[index] > 0}
    feasible = [_Selectable(index, cost) for index, cost in valid if index not in broken]
    return feasible, sorted(broken, key=lambda index: (violations[index], index))
