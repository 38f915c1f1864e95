"""A task with classes: which third of the circle a point lies in."""

from typing import Literal

import numpy as np
import pytest

from neuroevo.experiment import experiment
from neuroevo.learning import Columns, DataSet
from neuroevo.tasks import TASKS, NetworkTask, TaskData


class Thirds(NetworkTask):
    """Points of the plane in three classes, of which the first is the most frequent."""

    kind: Literal["thirds"] = "thirds"

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities: they are."""
        return True

    def load(self) -> TaskData:
        """Draw points and find their classes."""
        points = np.random.default_rng(6).normal(size=(2, 90, 2)) + 0.4
        places = (np.arctan2(points[..., 1], points[..., 0]) // (2 * np.pi / 3)).astype(int)
        targets = np.eye(3)[places]
        names = "left", "right", "lower"
        columns = Columns(("x", "y"), names, names)
        return TaskData(DataSet(points[0], targets[0], points[1], targets[1], columns))

    def describe(self) -> str:
        """Describe the task."""
        return "Points of the plane in three classes."


@pytest.fixture
def thirds(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let experiments use the task; returns its kind."""
    monkeypatch.setattr(experiment, "TASKS", {**TASKS, "thirds": Thirds})
    return "thirds"
