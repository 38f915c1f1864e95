"""Tests whether two settings differ by more than their runs with different seeds do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

LEVEL = 0.05
"""Largest p of a difference that is more than chance."""
MOST_ARRANGEMENTS = 20_000  # for an exact permutation test


@dataclass(frozen=True, slots=True)
class RankTest:
    """A Mann-Whitney test of two settings in one measure.

    Parameters
    ----------
    first, second
        The settings.
    counts
        Number of runs of each that have a value.
    superiority
        Share of all pairs of runs, one of each setting, in which the first is better; ties count
        half. The effect size of Vargha and Delaney.
    p_value
        Two-sided p-value.
    adjusted
        The p-value after Holm's correction for several pairs of settings.
    least
        The least adjusted p-value that is possible with these numbers of runs: that of the only
        pair of settings in which every run of one is better than every run of the other.
    """

    first: str
    second: str
    counts: tuple[int, int]
    superiority: float
    p_value: float
    adjusted: float
    least: float

    @property
    def is_clear(self) -> bool:
        """Whether the settings differ by more than chance."""
        return self.adjusted <= LEVEL

    @property
    def may_be_clear(self) -> bool:
        """Whether there are enough runs for that."""
        return self.least <= LEVEL


def rank_tests(
    values: Mapping[str, Sequence[float]], pairs: Sequence[tuple[str, str]] | None = None
) -> tuple[RankTest, ...]:
    """Compare each pair of settings that have two or more runs each.

    Parameters
    ----------
    values
        The values of each setting's runs, the lower the better. Infinite ones are the worst, NaN
        are left out.
    pairs
        The pairs that are compared; by default all.

    References
    ----------
    Mann and Whitney, 1947; Holm, 1979; Vargha and Delaney, 2000.
    """
    known = {name: [each for each in row if not math.isnan(each)] for name, row in values.items()}
    able = [name for name, row in known.items() if len(row) > 1]
    compared = combinations(able, 2) if pairs is None else pairs
    tests = [_test(one, other, known) for one, other in compared if one in able and other in able]
    adjusted, highest = dict[int, float](), 0.0
    for rank, place in enumerate(sorted(range(len(tests)), key=lambda at: tests[at].p_value)):
        highest = max(highest, min((len(tests) - rank) * tests[place].p_value, 1.0))
        adjusted[place] = highest
    return tuple(
        replace(test, adjusted=adjusted[place], least=min(len(tests) * test.least, 1.0))
        for place, test in enumerate(tests)
    )


def _test(one: str, other: str, values: Mapping[str, Sequence[float]]) -> RankTest:
    ours, theirs = np.array(values[one]), np.array(values[other])
    counts = (len(ours), len(theirs))
    least = 2 / math.comb(sum(counts), counts[0])
    wins = (ours[:, None] < theirs).sum() + 0.5 * (ours[:, None] == theirs).sum()
    superiority = float(wins) / (counts[0] * counts[1])
    p_value = _p_value(ours, theirs)
    return RankTest(one, other, counts, superiority, p_value, p_value, least)


def _p_value(ours: np.ndarray, theirs: np.ndarray) -> float:
    from scipy import stats  # noqa: PLC0415 - takes a second to load, and only groups need it

    together = np.concatenate([ours, theirs])
    different = len(np.unique(together))
    if different == 1:
        return 1.0
    arrangements = math.comb(len(together), len(ours))
    method = "exact" if different == len(together) else "asymptotic"
    if method == "asymptotic" and arrangements <= MOST_ARRANGEMENTS:
        method = stats.PermutationMethod(n_resamples=arrangements)
    return float(stats.mannwhitneyu(ours, theirs, method=method).pvalue)
