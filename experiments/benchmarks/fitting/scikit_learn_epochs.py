"""scikit-learn's MLP, trained for one epoch at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier, MLPRegressor

from experiments.benchmarks.fitting.epochs import Learner, Settings
from experiments.benchmarks.fitting.sets import Array


def make(
    settings: Settings, inputs: Array, targets: npt.NDArray[Any], classes: int, seed: int
) -> Learner:
    """Make a network for scaled inputs."""
    network = MLPClassifier if classes else MLPRegressor
    estimator = network(
        hidden_layer_sizes=tuple(settings["hidden"]),
        learning_rate_init=settings["learning_rate"],
        alpha=settings["weight_decay"],
        activation=settings["activation"],
        solver=settings["optimizer"],
        batch_size=min(settings["batch_size"], len(inputs)),
        random_state=seed,
    )
    return _Epochs(estimator, inputs, targets, classes)


class _Epochs:
    def __init__(
        self,
        estimator: Any,  # noqa: ANN401 - scikit-learn's classes have no types
        inputs: Array,
        targets: npt.NDArray[Any],
        classes: int,
    ) -> None:
        self._estimator, self._inputs, self._targets = estimator, inputs, targets
        self._named = {"classes": np.arange(classes)} if classes else {}
        self._is_sound = True  # weights that are not finite are refused

    def train_epoch(self) -> None:
        if self._is_sound:
            try:
                self._estimator.partial_fit(self._inputs, self._targets, **self._named)
            except ValueError:
                self._is_sound = False

    def outputs(self, inputs: Array) -> Array:
        columns = len(self._named.get("classes", [0]))
        if not self._is_sound:
            return np.full((len(inputs), columns), np.nan)
        if self._named:
            probabilities: Array = self._estimator.predict_proba(inputs)
            return probabilities
        return np.asarray(self._estimator.predict(inputs), dtype=np.float64).reshape(-1, 1)
