"""Trials of earlier searches, which teach the models of a search before it has many of its own.

Knows positions and costs; knows neither how children are made nor where the trials come from.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evolution.candidate import Individual
from neuroevo.evolution.front import front_numbers
from neuroevo.evolution.kriging import Kriging, Trials
from neuroevo.evolution.positions import Positions, Rows
from neuroevo.evolution.targets import standardised

Indices = npt.NDArray[np.int64]

_LEAST = 3  # own trials that it takes to compare


class EarlierTrials(NamedTuple):
    """Trials of earlier searches."""

    rows: Rows  # (trials, columns) of positions
    costs: Rows  # (trials, objectives)
    searches: Indices  # (trials,) from 1

    @classmethod
    def of(cls, positions: Positions, searches: Sequence[Sequence[Individual]]) -> Self:
        """Take the first trials of all searches, then the second ones, and so on.

        Parameters
        ----------
        positions
            Converts genomes to rows.
        searches
            The trials of each search, none of which has failed, see `most_instructive`.
        """
        in_turn = sorted(
            (place, number)
            for number, trials in enumerate(searches, start=1)
            for place in range(len(trials))
        )
        individuals = [searches[number - 1][place] for place, number in in_turn]
        rows = [positions.row(each.genome) for each in individuals]
        objectives = len(individuals[0].fitness) if individuals else 0
        return cls(
            np.array(rows).reshape(len(rows), len(positions.columns)),
            np.array([each.fitness for each in individuals]).reshape(len(rows), objectives),
            np.array([number for _, number in in_turn], dtype=np.int64),
        )

    def first(self, count: int) -> "EarlierTrials":
        """Return the first trials."""
        return EarlierTrials(self.rows[:count], self.costs[:count], self.searches[:count])

    def aligned(
        self, rows: Rows, costs: Rows, models: Sequence[Kriging], points: Sequence[Rows]
    ) -> Rows:
        """Return the costs, moved so that they agree with trials of this search in the median.

        A constant difference, such as that of searches with other sample budgets, would else hide
        that the same genomes are good.

        Parameters
        ----------
        rows, costs
            Trials of this search, (trials, columns) and (trials, objectives).
        models, points
            A model of each objective, and its parameters.

        Returns
        -------
        The costs, (trials, objectives).
        """
        moved = self.costs.copy()
        if len(rows) < _LEAST:
            return moved
        nothing = np.zeros((0, rows.shape[1]))
        for search in np.unique(self.searches):
            its = self.searches == search
            for place, (model, point) in enumerate(zip(models, points, strict=True)):
                targets = standardised(self.costs[its, place])
                trials = Trials(self.rows[its], targets.values, np.ones(int(its.sum())))
                predicted = model.fit(point, trials, nothing).predict(rows).means
                gaps = costs[:, place] - (predicted * targets.unit + targets.mean)
                moved[its, place] += np.partition(gaps, len(gaps) // 2)[len(gaps) // 2]
        return moved


def most_instructive(
    searches: Sequence[Sequence[Individual]], most: int
) -> tuple[tuple[Individual, ...], ...]:
    """Choose trials of earlier searches that teach most, as many of each.

    Every second one is the next best; the others are spread over the rest, as a model must also
    know where costs are high. Failures are left out, and so are searches without other trials.

    Parameters
    ----------
    searches
        The trials of each search.
    most
        How many are chosen, at most, or one of each search.
    """
    known = [[each for each in trials if not each.failed] for trials in searches]
    known = [each for each in known if each]
    return tuple(_mixed(each, max(most // len(known), 1)) for each in known)


def _mixed(trials: Sequence[Individual], most: int) -> tuple[Individual, ...]:
    fronts = front_numbers(np.array([each.fitness for each in trials]))
    ranked = [trials[place] for place in np.argsort(fronts, kind="stable").tolist()]
    half = -(-most // 2)
    best, rest = ranked[:half], ranked[half:]
    spread = rest[:: max(len(rest) // half, 1)]
    pairs = zip_longest(best, spread)
    return tuple(each for pair in pairs for each in pair if each is not None)[:most]
