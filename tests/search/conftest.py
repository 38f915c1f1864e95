from collections.abc import Callable

import pytest

from neuroevo.experiment import Experiment
from neuroevo.runs import RunFolder
from neuroevo.search import search

TINY = {
    "name": "tiny",
    "task": {"kind": "mouse", "count": 60, "grid": 3},
    "training": {"samples": 60, "replicates": 3},
    "evolution": {"population": 4, "generations": 4},
}

Tiny = Callable[..., Experiment]


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    """Return a function that makes a small experiment with some settings replaced."""

    def make(**tables: dict[str, object]) -> Experiment:
        changed = {name: {**TINY.get(name, {}), **table} for name, table in tables.items()}  # type: ignore[dict-item]  # the name is no table
        return Experiment.of({**TINY, **changed})

    return make


@pytest.fixture(scope="session")
def uninterrupted(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return the folder of an uninterrupted run."""
    return search(tiny(), tmp_path_factory.mktemp("uninterrupted"))
