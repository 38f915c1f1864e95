"""scikit-learn's own checks of estimators that search."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from neuroevo.estimator import EvolvedClassifier, EvolvedRegressor

SMALL: dict[str, Any] = {
    "generations": 1,
    "population": 4,
    "overrides": ("training.samples=1500", "training.replicates=4", "space.hidden=[4]"),
}


@pytest.mark.filterwarnings("default")  # the checks fit with data that make NumPy warn
@parametrize_with_checks(
    [
        EvolvedRegressor(**SMALL),
        EvolvedClassifier(**SMALL),
        EvolvedClassifier(**SMALL | {"overrides": ("training.samples=150", "space.hidden=[4]")}),
    ]
)
def test_searches_for_networks_pass_all_checks_of_scikit_learn(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    """No check of scikit-learn fails, and none is expected to."""
    check(estimator)
