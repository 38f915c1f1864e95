"""What every task has: its settings, a data set made from them, and baselines to be compared with.

Knows no particular task and no search.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuroevo.learning.data import DataSet
from neuroevo.settings import Settings
from neuroevo.space import Value


@dataclass(frozen=True, slots=True)
class Baseline:
    """A configuration that somebody picked by hand, to compare the evolved ones with.

    Attributes
    ----------
    name
        Its name in tables and plots.
    configuration
        From gene to value, such as ``{"hidden": (3,), "learning_rate": 0.005}``.
    note
        Where it comes from, in a few words.
    """

    name: str
    configuration: Mapping[str, Value]
    note: str


class Task(Settings, ABC):
    """Settings of something to be learned.

    A task is a pure function of its settings: the same settings give the same data set, to the
    last bit, on every machine.

    Attributes
    ----------
    kind
        The task's name in the catalogue.
    """

    kind: str

    @abstractmethod
    def data_set(self) -> DataSet:
        """Make the training and validation data.

        Raises
        ------
        DataError
            If a file that the data come from holds something else.
        """

    @abstractmethod
    def describe(self) -> str:
        """Say in one sentence what is learned, and from what."""

    def kept(self, data: DataSet) -> Mapping[str, Any]:  # noqa: ARG002 - for tasks with a page
        """Return what the task's own page needs of its data, as plain JSON values.

        A run keeps it, so that nobody who looks at the run has to make the data again.
        """
        return {}

    @property
    def tells_classes(self) -> bool:
        """Whether its targets are class probabilities, which cross-entropy asks for."""
        return False

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Hand-picked configurations for this task; none unless it has some."""
        return ()
