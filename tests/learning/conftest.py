import numpy as np
import pytest

from neuroevo.learning import DataSet


@pytest.fixture(scope="session")
def data() -> DataSet:
    """Three inputs, two outputs that depend on them in a curved way."""
    random = np.random.default_rng(3)
    training, validation = random.uniform(-1, 1, (150, 3)), random.uniform(-1, 1, (20, 3))

    def targets(x: np.ndarray) -> np.ndarray:
        return np.stack([x[:, 0] * x[:, 1], np.sin(2 * x[:, 2])], axis=1)

    return DataSet(
        training,
        targets(training),
        validation,
        targets(validation),
        ("a", "b", "c"),
        ("product", "sine"),
    )
