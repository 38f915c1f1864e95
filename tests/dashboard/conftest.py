"""A results folder with runs of a real search, and servers over it on free ports."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from neuroevo.experiment import Experiment
from neuroevo.search import search
from tests.dashboard.client import Client, serving

SCRIPT = "<script>document.title='run'</script>\"'><img src=x onerror=alert(2)>"


def tiny(name: str, note: str = "", objectives: tuple[str, ...] = ("final_mse",)) -> Experiment:
    """Give an experiment that takes a moment."""
    return Experiment.of(
        {
            "name": name,
            "note": note,
            "task": {"kind": "mouse", "count": 50},
            "training": {"samples": 200, "replicates": 2},
            "evolution": {"population": 8, "generations": 6, "objectives": list(objectives)},
        }
    )


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a results folder with two finished runs."""
    results = tmp_path_factory.mktemp("sound") / "results"
    search(tiny("first", note=SCRIPT), results)
    search(tiny("second", objectives=("final_mse", "samples_to_target")), results)
    return results


@pytest.fixture
def results(sound: Path, tmp_path: Path) -> Path:
    """Give a copy of the results that a test may change."""
    return Path(shutil.copytree(sound, tmp_path / "results"))


@pytest.fixture(scope="session")
def client(sound: Path) -> Iterator[Client]:
    """Serve the two finished runs."""
    with serving(sound) as client:
        yield client


@pytest.fixture
def serve() -> Iterator[Callable[..., Client]]:
    """Give a function that serves a folder until the test is over."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(serving(*arguments))


@pytest.fixture(scope="session")
def first(sound: Path) -> str:
    """Give the id of the first run."""
    return next(path.name for path in sound.iterdir() if path.name.startswith("first"))
