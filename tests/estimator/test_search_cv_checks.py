"""scikit-learn's own checks of `EvolutionSearchCV`."""

from collections.abc import Callable

import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from neuroevo import Float
from neuroevo.estimator import EvolutionSearchCV

SEARCHES = [
    EvolutionSearchCV(
        Ridge(), {"alpha": Float(0.1, 10.0, log=True)}, n_iter=5, cv=2, error_score="raise"
    ),
    EvolutionSearchCV(
        LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, n_iter=2, cv=2, error_score="raise"
    ),
]


@pytest.mark.filterwarnings("default")  # the checks fit with data that make NumPy warn
@parametrize_with_checks(SEARCHES)
def test_search_cv_passes_all_checks_of_scikit_learn(
    estimator: EvolutionSearchCV, check: Callable[[EvolutionSearchCV], None]
) -> None:
    """No check of scikit-learn fails, and none is expected to."""
    check(estimator)
