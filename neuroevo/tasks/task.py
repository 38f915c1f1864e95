"""The interface of tasks: settings, data sets and baselines. Knows no particular task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, eq=False)
class TaskData:
    """The data of a task, and what a run keeps of them; mappings are plain JSON values.

    Parameters
    ----------
    data_set
        The samples.
    kept
        What the task's own page needs of its data, so that they need not be made again for it.
    preparation
        How raw rows are turned into inputs, see `neuroevo.tables.Preparation`; empty if inputs are
        raw values.
    warnings
        What users should know of their data, a line each.
    """

    data_set: DataSet
    kept: Mapping[str, Any] = field(default_factory=dict)
    preparation: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Task(Settings, ABC):
    """The settings of what configurations are evaluated on."""

    kind: str
    """The task's name in the catalogue."""

    @abstractmethod
    def describe(self) -> str:
        """Describe the task in one sentence."""

    @property
    def defaults(self) -> Mapping[str, Mapping[str, object]]:
        """Defaults of the tables of an experiment with this task, where they are not the usual.

        A mapping from ``space``, ``training`` or ``evolution`` to values as in experiment files.
        """
        return {}

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Configurations chosen by hand for this task; may be empty."""
        return ()


class NetworkTask(Task, ABC):
    """The settings of a data set that networks learn.

    The same settings give the same bits on every machine.
    """

    @abstractmethod
    def load(self) -> TaskData:
        """Read or make the data.

        Raises
        ------
        DataError
            If a data file is wrong.
        """

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities, as cross-entropy and some objectives require.

        Then the columns of the data have classes.
        """
        return False

    @property
    def reference_models(self) -> tuple[str, ...]:
        """Names of the `REFERENCE_MODELS` that networks are compared with on the test part."""
        return ()
