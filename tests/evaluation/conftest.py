import pytest

from neuroevo.learning import DataSet, TrainingSettings
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.tasks import MouseTask


@pytest.fixture(scope="session")
def data() -> DataSet:
    """Make the data of a small mouse task."""
    return MouseTask(count=500, grid=5).load().data_set


@pytest.fixture(scope="session")
def stream(data: DataSet) -> SampleStream:
    """Draw a small budget of samples from it, for twelve replicates."""
    return sample_stream(data, TrainingSettings(samples=400, replicates=12), (0, 0))
