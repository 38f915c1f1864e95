"""Tests of every task of the catalogue."""

from pathlib import Path
from typing import Any

import pytest

from neuroevo.evaluation import phenotype_of
from neuroevo.learning import READERS, Architecture, TrainingSettings
from neuroevo.tasks import TASKS, NetworkTask, Task

EVERY = pytest.mark.parametrize("kind", TASKS)
OF_NETWORKS = pytest.mark.parametrize(
    "kind", [kind for kind, task in TASKS.items() if issubclass(task, NetworkTask)]
)
FLATS = Path(__file__).parents[2] / "experiments" / "flats.csv"
NEEDED: dict[str, dict[str, Any]] = {
    "table": {"target": "rent", "path": FLATS, "missing": "median"},
    "dataset": {"name": "iris"},
    "python": {"function": "boosting.py:evaluate", "objectives": {"rmse": "minimize"}},
    "function": {"formula": "sin(x) + z", "inputs": {"x": {"low": 0, "high": 3}, "z": [0, 1]}},
}
"""The settings of each kind that have no default."""


def made(kind: str) -> Task:
    """Make a task with default settings where there are any."""
    return TASKS[kind].of({"kind": kind, **NEEDED.get(kind, {})})


@EVERY
def test_a_task_has_its_kind_and_descriptions(kind: str) -> None:
    """A task has the kind of the catalogue, and describes itself and each of its settings."""
    task = made(kind)
    assert isinstance(task, Task)
    assert task.kind == kind
    assert task.describe().endswith(".")
    assert all(
        field.description for name, field in TASKS[kind].model_fields.items() if name != "kind"
    )


@OF_NETWORKS
def test_baselines_are_networks_for_the_data(kind: str) -> None:
    """Baselines have different names, and describe networks for the inputs and outputs."""
    task = made(kind)
    assert isinstance(task, NetworkTask)
    size = task.load().data_set.size
    names = [baseline.name for baseline in task.baselines]
    assert len(set(names)) == len(names)
    for baseline in task.baselines:
        Architecture.of(
            {
                "inputs": size.inputs,
                "hidden": baseline.configuration["hidden"],
                "outputs": size.outputs,
                "activation": baseline.configuration["activation"],
            }
        )


@OF_NETWORKS
def test_baselines_do_not_depend_on_training_settings(kind: str) -> None:
    """With another optimizer, batch size, schedule or penalty, baselines are trained the same."""
    others = TrainingSettings(
        optimizer="adamw", beta1=0.5, batch_size=32, schedule="cosine", l2=0.1, dropout=0.5
    )
    for baseline in made(kind).baselines:
        usual, beside = (
            phenotype_of(baseline.configuration, (2, 2), settings).optimization
            for settings in (TrainingSettings(), others)
        )
        unread = {name for name, readers in READERS.items() if usual.optimizer not in readers}
        assert beside.model_dump(exclude=unread) == usual.model_dump(exclude=unread)
