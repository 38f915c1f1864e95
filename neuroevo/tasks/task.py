"""The interface of tasks: settings, a data set and baselines. Knows no particular task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuroevo.learning.data import DataSet
from neuroevo.settings import Settings
from neuroevo.space import Value


@dataclass(frozen=True, slots=True)
class Baseline:
    """A configuration chosen by hand, to compare the evolved ones with."""

    name: str
    configuration: Mapping[str, Value]  # such as {"hidden": (3,), "learning_rate": 0.005}
    note: str  # where it comes from, in a few words


class Task(Settings, ABC):
    """The settings of a data set; the same settings give the same bits on every machine."""

    kind: str
    """The task's name in the catalogue."""

    @abstractmethod
    def data_set(self) -> DataSet:
        """Make the training and validation data.

        Raises
        ------
        DataError
            If a data file is wrong.
        """

    @abstractmethod
    def describe(self) -> str:
        """Describe the task and its data in one sentence."""

    def page_data(self, data: DataSet) -> Mapping[str, Any]:  # noqa: ARG002 - few have a page
        """Return the part of the data that the task's page needs, as plain JSON values.

        It is stored with the run, so that the data need not be made again to show the run.
        """
        return {}

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities, as cross-entropy and some objectives require.

        Then the columns of the data have classes.
        """
        return False

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Configurations chosen by hand for this task; may be empty."""
        return ()
