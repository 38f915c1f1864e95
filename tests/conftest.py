from pathlib import Path

import pytest
from hypothesis import settings

from neuroevo.experiment import Experiment, load_experiment
from neuroevo.runs import RunFolder
from neuroevo.search import Progress, search

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def mouse_experiment() -> Experiment:
    """Load the experiment that `make run` runs."""
    return load_experiment(ROOT / "experiments" / "mouse.toml")


@pytest.fixture(scope="session")
def mouse_search(
    mouse_experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
) -> tuple[RunFolder, list[Progress]]:
    """Search with the default experiment, whole: its folder, and all progress that was reported."""
    progress: list[Progress] = []
    folder = search(mouse_experiment, tmp_path_factory.mktemp("results"), observer=progress.append)
    return folder, progress
