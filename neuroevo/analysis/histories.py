"""Best score so far, hypervolume so far, and the distribution of the scores of a search."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo.analysis.thinning import thinned
from neuroevo.evolution.front import hypervolumes

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

Numbers = NDArray[np.float64]

MOST_POINTS = 300  # of a line


def best_so_far(item: "Objective", scores: Numbers, seconds: Numbers) -> pd.DataFrame:
    """Return the best score so far: a row wherever it became better, and one at the end.

    Parameters
    ----------
    item
        The objective.
    scores
        Of each trial in its order, NaN if it has none, shape (trials,).
    seconds
        Time until its end, shape (trials,).

    Returns
    -------
    pandas.DataFrame
        Columns ``trials`` (number so far), ``seconds`` and ``best``; empty if no trial has a
        score.
    """
    best = item.cost(np.fmin.accumulate(item.cost(scores)))
    before = np.concatenate([[np.nan], best[:-1]])
    kept = np.flatnonzero(~np.isnan(best) & ~(best == before))
    if kept.size and kept[-1] < len(best) - 1:
        kept = np.append(kept, len(best) - 1)
    return pd.DataFrame({"trials": kept + 1, "seconds": seconds[kept], "best": best[kept]})


def hypervolume_so_far(
    fitnesses: Numbers, seconds: Numbers, reference: tuple[float, ...]
) -> pd.DataFrame:
    """Return the hypervolume so far: after the first trial, wherever it grew, and at the end.

    It is computed after each trial, or after evenly spaced ones if there are many.

    Parameters
    ----------
    fitnesses
        Of each trial in its order, NaN if it has none, shape (trials, objectives).
    seconds
        Time until its end, shape (trials,).
    reference
        The reference point of the hypervolume.

    Returns
    -------
    pandas.DataFrame
        Columns ``trials`` (number so far), ``seconds`` and ``hypervolume``.
    """
    kept = thinned(len(fitnesses), MOST_POINTS)
    trials = np.array(kept, dtype=np.int64) + 1
    pieces = [rows[np.isfinite(rows).all(axis=1)] for rows in np.split(fitnesses, trials)[:-1]]
    volumes = hypervolumes(pieces, reference)
    table = pd.DataFrame({"trials": trials, "seconds": seconds[kept], "hypervolume": volumes})
    is_last = trials == len(fitnesses)
    grew = table["hypervolume"].diff().to_numpy() != 0
    return pd.DataFrame(table[grew | is_last]).reset_index(drop=True)


def distribution(item: "Objective", scores: Numbers) -> pd.DataFrame:
    """Return the empirical distribution of scores, at evenly spaced ones if there are many.

    Parameters
    ----------
    item
        The objective.
    scores
        Of all trials, NaN if it has none: such a trial counts as worse than any score.

    Returns
    -------
    pandas.DataFrame
        Columns ``value``, the best first, and ``share`` of all trials that are as good or better.
    """
    finite = np.sort(item.cost(scores[np.isfinite(scores)]))
    costs = np.unique(finite)
    shares = np.searchsorted(finite, costs, side="right") / max(len(scores), 1)
    kept = thinned(len(costs), MOST_POINTS)
    return pd.DataFrame({"value": item.cost(costs[kept]), "share": shares[kept]})


def median_curve(curves: Sequence[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    """Return the median of several step functions, where all of them are defined.

    Parameters
    ----------
    curves
        For each function the places of its steps, ascending, and its value from each step on; it
        is defined up to its last step. At least one function, none of them empty.

    Returns
    -------
    The same for the median; empty if the functions are nowhere all defined.
    """
    start, end = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    grid = np.unique(np.concatenate([x for x, _ in curves]))
    grid = grid[(grid >= start) & (grid <= end)]
    rows = [y[np.searchsorted(x, grid, side="right") - 1] for x, y in curves]
    return grid, np.median(rows, axis=0)
