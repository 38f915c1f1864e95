"""Parzen estimators against a twin in plain Python, and what they prefer."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evolution.parzen import ParzenEstimators
from neuroevo.evolution.positions import NO_OPTION


def density(points: Sequence[float], place: float, options: int) -> float:
    """Return the density of some points, written as plainly as possible."""
    if options:
        return (1 + sum(point == place for point in points)) / (len(points) + options)
    centres = sorted([*points, 0.5])
    narrowest = 1 / min(100, 1 + len(centres))
    total = 0.0
    for index, centre in enumerate(centres):
        left = centres[index - 1] if index else 0.0
        right = centres[index + 1] if index + 1 < len(centres) else 1.0
        width = min(max(centre - left, right - centre, narrowest), 1.0)
        if index == centres.index(0.5):
            width = 1.0
        total += 1 / (1 + ((place - centre) / width) ** 2) ** 2 / width
    return total / len(centres)


@given(seed=st.integers(0, 2**32), good=st.integers(1, 30), others=st.integers(0, 60))
def test_ratios_are_those_of_a_plain_twin(seed: int, good: int, others: int) -> None:
    """The order is that of the ratios of densities, and sums of logarithms differ by little."""
    rng = np.random.default_rng(seed)
    options = [0, 3, 0]
    trials = rng.random((good + others, 3))
    trials[:, 1] = rng.integers(-1, 3, good + others)  # -1 for a column that is not active
    rows = np.array([[0.1, 0, 0.9], [0.5, NO_OPTION, 0.5], [*trials[0]], [1.0, 2, 0.0]])
    found = ParzenEstimators(options, trials[:good], trials[good:]).log_ratios(rows)
    expected = [
        sum(
            math.log(
                density(trials[:good, column].tolist(), row[column], size)
                / density(trials[good:, column].tolist(), row[column], size)
            )
            for column, size in enumerate(options)
        )
        for row in rows.tolist()
    ]
    assert (np.argsort(found) == np.argsort(expected)).all()
    assert found == pytest.approx(expected, abs=0.07)


def test_good_values_of_different_trials_come_together() -> None:
    """A row with the good value of each column is likelier than any good trial."""
    even, most = np.linspace(0.1, 0.9, 4), np.linspace(0.0, 1.0, 40)
    good = np.array([*((0.2, each) for each in even), *((each, 0.7) for each in even)])
    others = np.stack([most, most[::-1]], axis=1)
    estimators = ParzenEstimators([0, 0], good, others)
    [together] = estimators.log_ratios(np.array([[0.2, 0.7]]))
    assert together > estimators.log_ratios(good).max()


def test_ratios_of_many_columns_are_finite() -> None:
    """The product of many small or large ratios neither vanishes nor overflows."""
    good, others = np.zeros((20, 500)), np.ones((200, 500))
    rows = np.stack([np.zeros(500), np.ones(500)])
    low, high = ParzenEstimators([0] * 500, others, good).log_ratios(rows)
    assert math.isfinite(low)
    assert high > 500
    assert low < -500
