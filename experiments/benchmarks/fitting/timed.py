"""A scikit-learn estimator whose fit ends in time, with the weights that it has by then.

Knows no search and no table.
"""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyClassifier, DummyRegressor


class Timed(BaseEstimator):  # type: ignore[misc] # scikit-learn's classes have no types
    """Wraps an estimator.

    scikit-learn's MLP catches an interrupt and keeps its weights. An estimator that keeps nothing,
    or has no time left, is replaced by one that predicts the mean or the shares of the classes.

    Parameters
    ----------
    estimator
        What is fitted.
    deadline
        When a fit ends at the latest, in `time.monotonic`.
    most_seconds
        How long a fit may take.
    """

    def __init__(self, estimator: Any, deadline: float, most_seconds: float) -> None:  # noqa: ANN401 - scikit-learn has no type for what can be fitted
        self.estimator = estimator
        self.deadline = deadline
        self.most_seconds = most_seconds

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit to the end or till the time is over."""
        seconds = min(self.most_seconds, self.deadline - time.monotonic())
        self.estimator_ = _fitted(clone(self.estimator).fit, seconds, X, y)
        if self.estimator_ is None:
            dummy = DummyClassifier if self._is_classifier() else DummyRegressor
            self.estimator_ = dummy().fit(X, y)
        return self

    def predict(self, X: npt.ArrayLike) -> Any:  # noqa: ANN401, N803 - as above
        """Predict."""
        return self.estimator_.predict(X)

    def predict_proba(self, X: npt.ArrayLike) -> Any:  # noqa: ANN401, N803 - as above
        """Return the probabilities of the classes."""
        return self.estimator_.predict_proba(X)

    @property
    def classes_(self) -> Any:  # noqa: ANN401 - as above
        """The classes that it has seen."""
        return self.estimator_.classes_

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - as above
        return self.estimator.__sklearn_tags__()

    def _is_classifier(self) -> bool:
        return bool(self.__sklearn_tags__().estimator_type == "classifier")


def _fitted(
    fit: Callable[[npt.ArrayLike, npt.ArrayLike], Any],
    seconds: float,
    inputs: npt.ArrayLike,
    targets: npt.ArrayLike,
) -> Any:  # noqa: ANN401 - as above
    """Fit under an alarm; None if there was no time, or nothing was kept."""
    if seconds <= 0:
        return None
    try:
        with _interrupted_after(seconds):
            return fit(inputs, targets)
    except (KeyboardInterrupt, ValueError):  # weights that are not finite are refused
        return None


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    """Interrupt the main thread of this process as Ctrl-C would."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds if math.isfinite(seconds) else 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
