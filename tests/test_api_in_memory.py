"""A run in memory equals the same run in a folder, and writes no files."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import neuroevo
from neuroevo import Experiment, NeuroevoError, Run, Trial
from neuroevo.learning import Network
from neuroevo.report.plots import FIGURES

QUICK = Experiment.of(
    {
        "name": "quick",
        "seed": 5,
        "task": {"kind": "mouse", "count": 100, "grid": 3},
        "training": {"samples": 120, "replicates": 3},
        "evolution": {"population": 6, "generations": 3},
    }
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the run in a folder."""
    return neuroevo.run(QUICK, results=tmp_path_factory.mktemp("results"), n_jobs=1)


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return the run in memory, made in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return neuroevo.run(QUICK, results=None, n_jobs=2)


def timeless(trials: tuple[Trial, ...]) -> list[Trial]:
    """Return trials without times."""
    return [
        dataclasses.replace(
            trial,
            seconds=0,
            work=(),
            curve=tuple(np.array(trial.curve, dtype=np.float32).tolist()),
        )
        for trial in trials
    ]


def test_a_run_in_memory_equals_the_run_in_a_folder(held: Run, stored: Run) -> None:
    """Trials, front, weights, reason and predictions are equal, bit for bit."""
    assert timeless(held.all_trials) == timeless(stored.all_trials)
    assert [each.number for each in held.pareto_front()] == [
        each.number for each in stored.pareto_front()
    ]
    for one, other in zip(held.champions, stored.champions, strict=True):
        assert one.parameters.tobytes() == other.parameters.tobytes()
        assert one.fresh_objectives == other.fresh_objectives
    one_network, other_network = held.champion(), stored.champion()
    assert isinstance(one_network, Network)
    assert isinstance(other_network, Network)
    assert one_network.predict([[0.5, 0.25]]) == pytest.approx(
        other_network.predict([[0.5, 0.25]]), abs=0
    )
    assert one_network.columns == other_network.columns
    assert held.status.reason == stored.status.reason == "3 generations done"
    assert list(held.trials().columns) == list(stored.trials().columns)


def test_a_run_in_memory_writes_no_files(held: Run) -> None:
    """The working folder stays empty; what needs a folder is refused in one line."""
    assert list(Path().iterdir()) == []
    assert "in memory" in repr(held)
    with pytest.raises(NeuroevoError, match=r"^quick: must have a folder, but is in memory$"):
        neuroevo.resume(held)
    with pytest.raises(NeuroevoError, match=r"^quick: must have a folder, but is in memory$"):
        held.folder  # noqa: B018 - what is tested


def test_figures_of_a_run_in_memory(held: Run, stored: Run) -> None:
    """Each figure has as many traces as that of the run in a folder."""
    for name in FIGURES:
        if name != "workers":  # another number of them trained it
            assert len(held.figure(name).data) == len(stored.figure(name).data)


def test_a_run_in_memory_can_be_studied_and_compared(held: Run, stored: Run) -> None:
    """Random search and ablation train the same trials as for a folder; runs can be compared."""
    searched, ablated = neuroevo.random_search(held), neuroevo.ablate(held)
    neuroevo.random_search(stored)
    other = neuroevo.ablate(stored)
    assert timeless(searched.findings.random) == timeless(other.findings.random)
    assert timeless(ablated.findings.ablation) == timeless(other.findings.ablation)
    assert len(neuroevo.compare([held, stored]).runs) == 2
