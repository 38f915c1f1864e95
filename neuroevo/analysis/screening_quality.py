"""How right a model was: what it expected of trials, against what was measured.

Knows neither words nor how a model works.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective

MOST_WINDOWS = 12
LEAST_IN_WINDOW = 12  # trials
LEAST = 6  # trials; fewer ranks say nothing
WITHIN = 1.959964  # standard deviations, in which 95% of normal values are
_RESAMPLES = 200
_OUTSIDE = 0.025  # of the resamples, on each side of an interval
_SEED = 12  # of the resampling, which no other result uses


@dataclass(frozen=True, slots=True)
class Correlation:
    """The rank correlation of expected and measured values of some trials in an objective.

    Attributes
    ----------
    objective
        The objective's name.
    first, last
        Numbers of the first and the last trial.
    trials
        How many they are.
    value
        Spearman's rank correlation (Spearman 1904); NaN if all values are equal.
    low, high
        A 95% percentile bootstrap interval.
    within
        The share of the values that were in the 95% interval of the model.
    """

    objective: str
    first: int
    last: int
    trials: int
    value: float
    low: float
    high: float
    within: float


@dataclass(frozen=True, slots=True, eq=False)
class ScreeningQuality:
    """How right a model was, of trials that it chose, and of others."""

    objectives: "tuple[Objective, ...]"
    windows: tuple[Correlation, ...]  # of screened trials in a row, by objective and time
    screened: tuple[Correlation, ...]  # of all of them, by objective; empty if there are too few
    unscreened: tuple[Correlation, ...]  # of all that no model chose

    def over_time(self, item: "Objective") -> list[Correlation]:
        """Return the windows of an objective."""
        return [each for each in self.windows if each.objective == item.name]


def screening_quality(findings: "Findings") -> ScreeningQuality:
    """Compare the forecasts of complete trials with their objectives.

    Both are on the scales on which the search compares them. Trials without a forecast of each
    objective are left out.
    """
    objectives = findings.objectives
    known = [
        (trial, trial.forecast)
        for trial in findings.complete
        if trial.forecast is not None and len(trial.forecast.means) == len(objectives)
    ]
    measured = findings.fitnesses([trial for trial, _ in known])
    numbers = np.array([trial.number for trial, _ in known], dtype=np.int64)
    is_screened = np.array([forecast.round > 0 for _, forecast in known], dtype=bool)
    screened, unscreened = np.flatnonzero(is_screened), np.flatnonzero(~is_screened)
    correlations: dict[str, list[Correlation]] = {"windows": [], "screened": [], "unscreened": []}
    for place, item in enumerate(objectives):
        rows = np.array(
            [
                (forecast.means[place], cost, forecast.deviations[place])
                for (_, forecast), cost in zip(known, measured[:, place], strict=True)
            ]
        ).reshape(-1, 3)
        for kind, parts in (
            ("windows", _windows(screened)),
            ("screened", [screened]),
            ("unscreened", [unscreened]),
        ):
            correlations[kind] += [
                _correlation(item.name, numbers[part], rows[part])
                for part in parts
                if len(part) >= LEAST
            ]
    return ScreeningQuality(objectives, *map(tuple, correlations.values()))


def rank_correlation(pairs: NDArray[np.float64]) -> float:
    """Return Spearman's rank correlation of pairs, array (pairs, 2); NaN if a column is constant.

    Equal values share the mean of their ranks.
    """
    from scipy.stats import rankdata  # noqa: PLC0415 - slow, and most runs have no model

    ranks = rankdata(pairs, axis=0).T
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    if not squares.all():
        return float("nan")
    return float((centred[0] * centred[1]).sum() / np.sqrt(squares[0] * squares[1]))


def _windows(places: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Cut places into parts of about equal size, none of them too small."""
    count = min(MOST_WINDOWS, len(places) // LEAST_IN_WINDOW)
    return list(np.array_split(places, count)) if count else []


def _correlation(
    objective: str, numbers: NDArray[np.int64], rows: NDArray[np.float64]
) -> Correlation:
    """Correlate expected and measured values, the first columns of rows (trials, 3)."""
    pairs = rows[:, :2]
    random = np.random.default_rng(_SEED)
    drawn = random.integers(len(pairs), size=(_RESAMPLES, len(pairs)))
    found = np.array([rank_correlation(pairs[places]) for places in drawn])
    found = found[~np.isnan(found)]
    low, high = np.quantile(found, [_OUTSIDE, 1 - _OUTSIDE]) if len(found) else (np.nan, np.nan)
    near = np.abs(pairs[:, 0] - pairs[:, 1]) <= WITHIN * rows[:, 2]
    ends = int(numbers[0]), int(numbers[-1])
    value = rank_correlation(pairs)
    return Correlation(
        objective, *ends, len(pairs), value, float(low), float(high), float(near.mean())
    )
