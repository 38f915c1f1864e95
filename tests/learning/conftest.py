from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neuroevo.learning import Columns, DataSet, Optimization
from neuroevo.learning.lanes import Lane


@pytest.fixture(scope="session")
def data() -> DataSet:
    """Three inputs, and two outputs that are nonlinear functions of them."""
    random = np.random.default_rng(3)
    training, validation = random.uniform(-1, 1, (150, 3)), random.uniform(-1, 1, (20, 3))

    def targets(x: np.ndarray) -> np.ndarray:
        return np.stack([x[:, 0] * x[:, 1], np.sin(2 * x[:, 2])], axis=1)

    return DataSet(
        training,
        targets(training),
        validation,
        targets(validation),
        Columns(("a", "b", "c"), ("product", "sine")),
    )


@pytest.fixture(scope="session")
def weighted(data: DataSet) -> DataSet:
    """Give the same samples weights, some of them 0."""
    random = np.random.default_rng(4)
    training, validation = (
        random.integers(0, 5, len(inputs)).astype(np.float64)
        for inputs in (data.training_inputs, data.validation_inputs)
    )
    return replace(data, training_weights=training, validation_weights=validation)


@pytest.fixture(scope="session")
def classes(data: DataSet) -> DataSet:
    """Three classes, by the largest input; every third sample has mixed probabilities."""

    def targets(x: np.ndarray) -> np.ndarray:
        probabilities: np.ndarray = np.eye(3)[np.argmax(x, axis=1)]
        probabilities[::3] = probabilities[::3] / 2 + [0.25, 0.25, 0]
        return probabilities

    return DataSet(
        data.training_inputs,
        targets(data.training_inputs),
        data.validation_inputs,
        targets(data.validation_inputs),
        Columns(data.columns.inputs, data.columns.inputs, data.columns.inputs),
    )


@pytest.fixture(scope="session")
def varied() -> Callable[[int, Optimization], list[Lane]]:
    """Make lanes with the method of an optimization that differ in every number."""

    def lanes(count: int, like: Optimization) -> list[Lane]:
        random = np.random.default_rng(1)

        def numbers() -> dict[str, float | None]:
            return {
                "momentum": random.uniform(0.3, 0.95),
                "rho": random.uniform(0.7, 0.99),
                "beta1": random.uniform(0.3, 0.95),
                "beta2": random.uniform(0.7, 0.999),
                "epsilon": 10 ** random.uniform(-8, -2),
                "weight_decay": 10 ** random.uniform(-2, 0),
                "l2": 10 ** random.uniform(-3, -1) if like.l2 else 0,
                "end_factor": random.uniform(0.001, 1),
                "dropout": random.uniform(0.1, 0.7) if like.dropout else 0,
                "max_gradient_norm": random.uniform(0.02, 0.5) if like.max_gradient_norm else 0.0,
            }

        return [
            Lane(number, random.uniform(0.005, 0.03), like.model_copy(update=numbers()), "glorot")
            for number in range(count)
        ]

    return lanes
