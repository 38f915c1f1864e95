"""How a run's champion compares with its baselines, and how sure that is.

Knows neither words nor how the champion is chosen.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.analysis.dominance import ratio_as_shown
from neuroevo.analysis.judged_scores import judged_replicates, judged_score, shown_cost
from neuroevo.evaluation import REDUCTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.runs import Trial

WILD = 10.0  # times the lower quartile over the replicates: beyond, a baseline is not steady
_RESAMPLES = 1_000
_FEWEST = 4  # replicates that are resampled
_OUTSIDE = 0.025  # of the resamples, on each side of an interval
_SEED = 11  # of the resampling, which no other result uses


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times a baseline's score is the champion's, with a 95% interval.

    The interval is a percentile bootstrap over the replicates, which the two have in common; an
    end is infinite if the baseline does not reach the target there. NaN if there are too few.
    """

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def is_clear(self) -> bool:
        """Whether it is above 1, and its interval too."""
        return self.value > 1 and not self.low <= 1


@dataclass(frozen=True, slots=True, eq=False)
class Unsteady:
    """A baseline with which the champion is not compared.

    Parameters
    ----------
    trial
        The baseline.
    diverged
        Number of its replicates that diverged; if there are none, its scores vary too much.
    low, high
        Quartiles of its scores over the replicates; NaN if some have diverged.
    """

    trial: "Trial"
    diverged: int
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class BaselineComparison:
    """The champion's score in an objective, and that of the best steady baseline.

    Parameters
    ----------
    score
        The champion's.
    baseline
        The best of the baselines that are steady: of which no replicate diverged, and whose upper
        quartile over the replicates is at most 10 times the lower; None if there is none.
    other
        Its score.
    ratio
        Of its score to the champion's; None where a ratio has no meaning.
    unsteady
        Baselines that are left out, and whose score is better than `other`.
    """

    score: float
    baseline: "Trial | None"
    other: float
    ratio: Ratio | None
    unsteady: tuple[Unsteady, ...]


def compared_with_baselines(
    findings: "Findings", item: "Objective", candidates: "Sequence[Trial]"
) -> BaselineComparison:
    """Compare the champion with the best of some baselines, by the scores that judge them.

    Parameters
    ----------
    findings
        Findings of a run with a champion.
    item
        The objective.
    candidates
        Baselines with a finite score in it.
    """

    def cost(trial: "Trial") -> tuple[float, int]:
        return item.cost(judged_score(findings, trial, item)), trial.number

    left_out = {each.number: _unsteady(findings, each, item) for each in candidates}
    steady = [each for each in candidates if left_out[each.number] is None]
    baseline = min(steady, key=cost, default=None)
    unsteady = tuple(
        found
        for each in sorted(candidates, key=cost)
        if (found := left_out[each.number]) and (baseline is None or cost(each) < cost(baseline))
    )
    champion = findings.front[0]
    score = judged_score(findings, champion, item)
    if baseline is None:
        return BaselineComparison(score, None, math.nan, None, unsteady)
    other, ratio = judged_score(findings, baseline, item), ratio_to(findings, item, baseline)
    return BaselineComparison(score, baseline, other, ratio, unsteady)


def ratio_to(findings: "Findings", item: "Objective", baseline: "Trial") -> Ratio | None:
    """Return how many times a baseline's score is the champion's; None if that has no meaning."""
    return ratio_between(item, (findings, findings.front[0]), (findings, baseline))


def ratio_between(
    item: "Objective", one: "tuple[Findings, Trial]", another: "tuple[Findings, Trial]"
) -> Ratio | None:
    """Return how many times the score of another trial is that of one; None without a meaning.

    Both are given with the findings of their run, which must measure the same.
    """
    own, other = (judged_score(findings, trial, item) for findings, trial in (one, another))
    value = ratio_as_shown(item, other, own)
    if value is None:
        return None
    values = [judged_replicates(findings, trial, item) for findings, trial in (one, another)]
    if len(values[0]) != len(values[1]) or len(values[0]) < _FEWEST:
        return Ratio(value)
    table = np.array(values, dtype=np.float64)
    table[~np.isfinite(table) | (table > item.limit)] = np.inf
    return Ratio(value, *_interval(table, one[0].experiment.evolution.reduction))


def beating_baselines(findings: "Findings") -> "tuple[Trial, ...]":
    """Return the baselines that beat the champion by the scores that judge them.

    They are as good in every objective and better in one, in the digits that are shown.
    """
    own = _shown_costs(findings, findings.front[0])
    rows = [(_shown_costs(findings, each), each) for each in findings.rivals]
    return tuple(
        each
        for costs, each in sorted(rows, key=lambda row: (row[0], row[1].number))
        if costs != own and all(map(lambda other, mine: other <= mine, costs, own))
    )


def _shown_costs(findings: "Findings", trial: "Trial") -> tuple[float, ...]:
    scores = ((item, judged_score(findings, trial, item)) for item in findings.objectives)
    return tuple(shown_cost(item, score) for item, score in scores)


def _unsteady(findings: "Findings", trial: "Trial", item: "Objective") -> Unsteady | None:
    values = np.array(judged_replicates(findings, trial, item), dtype=np.float64)
    diverged = max(trial.diverged, int((~np.isfinite(values)).sum()))
    if diverged:
        return Unsteady(trial, diverged)
    if len(values) < _FEWEST or not item.logarithmic:
        return None
    low, high = np.quantile(values, (0.25, 0.75), method="nearest").tolist()
    return Unsteady(trial, 0, low, high) if high > WILD * low else None


def _interval(table: "np.ndarray", reduction: str) -> tuple[float, float]:
    """Return the interval of the ratio of the second of two rows of values to the first."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    picks = random.integers(0, table.shape[1], size=(_RESAMPLES, table.shape[1]))
    reduce = REDUCTIONS[reduction]
    ratios = sorted(_ratio(reduce(table[0, row]), reduce(table[1, row])) for row in picks)
    outside = round(_OUTSIDE * _RESAMPLES)
    return ratios[outside], ratios[-1 - outside]


def _ratio(own: float, other: float) -> float:
    if math.isinf(own):
        return 1.0 if math.isinf(other) else 0.0
    return other / own if own > 0 else math.inf
