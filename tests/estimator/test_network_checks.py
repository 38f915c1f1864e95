"""scikit-learn's own checks of estimators of one network."""

from collections.abc import Callable
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from neuroevo.estimator import NetworkClassifier, NetworkRegressor

SMALL: dict[str, Any] = {"hidden": (8,), "samples": 2000, "replicates": 4, "batch_size": 8}


@pytest.mark.filterwarnings("default")  # the checks fit with data that make NumPy warn
@parametrize_with_checks([NetworkRegressor(**SMALL), NetworkClassifier(**SMALL)])
def test_networks_pass_all_checks_of_scikit_learn(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    """No check of scikit-learn fails, and none is expected to."""
    check(estimator)
