import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neuroevo.evolution.targets import (
    clipped,
    softened,
    standardised,
    weighted,
)

NUMBERS = st.floats(-1e300, 1e300)


@given(arrays(float, st.integers(1, 30), elements=NUMBERS))
def test_targets_are_standardised_without_a_warning(costs: np.ndarray) -> None:
    """Means are 0 and variances 1, or all are 0 if they are equal, up to the largest numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, unit, _ = standardised(clipped(costs))
    assert np.isfinite(values).all()
    assert unit > 0
    assert values.mean() == pytest.approx(0, abs=1e-9)
    assert values.std() == pytest.approx(1, abs=1e-9) or not values.any()


def test_outliers_are_lowered() -> None:
    """Clipping ends as far above the median as the lowest is below; softening keeps the order."""
    costs = np.array([0.0, 1.0, 2.0, 3.0, 1e6, 1e9])
    assert clipped(costs).tolist() == [0, 1, 2, 3, 6, 6]
    soft, *_ = lowered = softened(costs, np.array([True, False, False, False, False, False]))
    assert soft[:4].tolist() == [0, 1, 2, 3]
    assert 3 < soft[4] < soft[5] < 1e4
    assert [lowered.undone(float(each)) for each in soft] == pytest.approx(costs.tolist())


def test_weights_choose_among_the_front() -> None:
    """With all weight on an objective its best is lowest; with equal weights a compromise."""
    costs = np.array([[0.0, 9.0], [4.0, 4.0], [9.0, 0.0], [9.0, 9.0]])
    chosen = [int(weighted(costs, np.array([w, 1 - w])).argmin()) for w in (1.0, 0.5, 0.0)]
    assert chosen == [0, 1, 2]
