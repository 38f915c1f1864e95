import pytest

from neuroevo.evaluation.evaluator import Assignment
from neuroevo.learning import TrainingSettings
from neuroevo.tasks import MouseTask


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    """Assign the mouse task with a small budget, twelve replicates, every objective."""
    return Assignment(
        MouseTask(count=500, grid=5),
        TrainingSettings(samples=400, replicates=12),
        ("final_mse", "samples_to_target", "curve_area", "parameters"),
        "median",
        seed=(0, 0),
    )
