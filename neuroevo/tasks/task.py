"""The interface of tasks: settings, data sets and baselines. Knows no particular task."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from neuroevo.errors import DataError, UsageError
from neuroevo.learning.data import DataSet
from neuroevo.settings import Settings
from neuroevo.space import Value

if TYPE_CHECKING:
    import pandas as pd


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
    file_setting: ClassVar[str] = ""
    """The setting that names the file of the data, if there is one."""

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
    def fold_count(self) -> int:
        """Number of folds of a cross-validation of networks, 1 without one."""
        return 1

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Configurations chosen by hand for this task; may be empty."""
        return ()

    def with_data(self, data: "Path | pd.DataFrame") -> Self:  # noqa: ARG002 - others use it
        """Return the task with its data in another file, such as one that was moved, or in memory.

        The file of a function in Python can be another one too.

        Raises
        ------
        UsageError
            If the task makes its data itself.
        """
        raise UsageError(f"data: must be left out for the task {self.kind!r}, which makes its own")

    def located(self, data: "str | Path | pd.DataFrame | None" = None) -> Self:
        """Return the task with its data where they are now.

        Parameters
        ----------
        data
            As for `with_data`; None if they are where they were.

        Raises
        ------
        UsageError
            As for `with_data`.
        DataError
            If they are lost.
        """
        data = Path(data) if isinstance(data, str) else data
        task = self if data is None else self.with_data(data)
        if task.lost_data:
            hint = "give it again with --data FILE, in Python with data=…"
            raise DataError(f"task: {task.lost_data}; {hint}")
        return task

    @property
    def lost_data(self) -> str:
        """What can't be loaded any more, such as a file that was moved; empty if all is there."""
        return ""


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

    def load_undivided(self, folds: int = 1, *, keep_test: bool = False) -> TaskData:  # noqa: ARG002 - what others need
        """Read or make the data with the rows of all parts in the training part.

        They are prepared as the training rows of the divided data are, so that a network has the
        same inputs.

        Parameters
        ----------
        folds
            Into how many folds the rows are cut, each of which validates in turn what the others
            train, all prepared alike; fewer if there are fewer rows. 1: all rows validate too.
        keep_test
            Whether the test rows stay apart.

        Raises
        ------
        UsageError
            If the task has no rows that it divides.
        DataError
            As for `load`.
        """
        raise UsageError(f"all rows: must be of a table, but the task is {self.kind!r}")

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
