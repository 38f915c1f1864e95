"""The table task: a user's own file, or a frame from Python."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr

from neuroevo.errors import DataError
from neuroevo.settings import OptionalFilePath, printable
from neuroevo.tables import TableSettings
from neuroevo.tasks.prepared import PreparedTask, Problem, RawTable, folds_text
from neuroevo.tasks.task import TaskData

if TYPE_CHECKING:
    import pandas as pd


class TableTask(PreparedTask, TableSettings):
    """A table of your own: a CSV file (also .gz), a Parquet file, or a frame from Python.

    Examples
    --------
    >>> TableTask(path="houses.csv", target="price").problem
    'regression'
    """

    file_setting: ClassVar[str] = "path"
    kind: Literal["table"] = "table"
    path: OptionalFilePath = Field(
        default=None, description="the file: .csv, .tsv or .txt, also with .gz, or .parquet"
    )
    problem: Problem = Field(
        default="regression", description='"regression": targets are numbers; or "classes"'
    )
    _frame: "pd.DataFrame | None" = PrivateAttr(default=None)

    @classmethod
    def of_frame(cls, frame: "pd.DataFrame", **settings: object) -> Self:
        """Make the task of a frame in memory, which is not changed; UsageError as for settings."""
        task = cls.of(settings)
        task._frame = frame  # noqa: SLF001 - its own
        return task

    def with_data(self, data: "Path | pd.DataFrame") -> Self:
        """Return the task with its table in another file, or in a frame."""
        if isinstance(data, Path):
            return self.replace(path=data)
        return self.of_frame(data, **{**dict(self), "path": None})

    def with_frame_of(self, other: Self) -> Self:
        """Return the task with the table that another one has in memory, if it has one."""
        return self if other._frame is None else self.with_data(other._frame)

    def without_frame(self) -> Self:
        """Return the task without its table in memory, which must be given to load it again."""
        return self.replace()

    def with_inputs(self, names: Collection[str]) -> Self:
        """Return the task whose inputs are these columns, unless its settings name them."""
        if self.columns or not names:
            return self
        return self.replace(columns=tuple(names), leave_out=()).with_frame_of(self)

    def unused_columns(self) -> list[str]:
        """Return a line on the columns of the table that are not used, if there are any.

        Raises
        ------
        DataError
            If there is no table, or it can't be read.
        """
        from neuroevo.tables import column_names, unused_notes  # noqa: PLC0415 - loads pandas

        others = self.split_column, self.weight_column
        known = {*self.columns, *self.target, *self.leave_out, *others}
        if self._frame is not None:
            names = tuple(str(name) for name in self._frame.columns)
        else:
            names = column_names(self.path, self) if self.path is not None else ()
        return unused_notes(names, known, self.source) if self.columns else []

    @property
    def lost_data(self) -> str:
        """What can't be loaded any more: a file that was moved, or the frame of another process."""
        if self._frame is not None:
            return ""
        if self.path is None:
            return "the table was a frame in memory"
        return "" if self.path.exists() else f"the table {printable(str(self.path))} does not exist"

    @property
    def has_class_targets(self) -> bool:
        """Whether targets are class probabilities."""
        return self.problem == "classes"

    @property
    def fold_count(self) -> int:
        """Number of folds of a cross-validation, 1 without one."""
        return max(self.folds, 1)

    def raw_table(self) -> RawTable:
        """Return the table, read from its file if it is not in memory.

        Raises
        ------
        DataError
            If there is no file, or it is no table.
        """
        return RawTable(self._read(), self, self.source)

    def _read(self) -> "pd.DataFrame":
        if self._frame is not None:
            return self._frame
        if self.path is None:
            raise DataError(
                "task.path: must be given, as the table of an earlier process is not in memory"
            )
        from neuroevo.tables import read_table  # noqa: PLC0415 - loads pandas

        return read_table(self.path, self)

    def _loaded(self, undivided: int, *, keep_test: bool = False) -> TaskData:
        loaded = super()._loaded(undivided, keep_test=keep_test)
        if self.path is not None:
            self._frame = None  # to free its memory: it can be read again
        return loaded

    def describe(self) -> str:
        """Describe the task and its data in one sentence."""
        targets = ", ".join(map(printable, self.target))
        parts = [f"Networks predict {targets} of the table {self.source}", self._divided]
        if self.weight_column:
            parts.append(f"each row counts as {printable(self.weight_column)} says")
        elif self.weight:
            parts.append("all classes weigh equally in training and validation")
        return f"{'; '.join(parts)}."

    @property
    def _divided(self) -> str:
        """How rows are divided, as the end of a sentence."""
        column = printable(self.split_column)
        if self.split == "column":
            return f"the column {column} says which rows validate and test"
        if self.split == "time":
            rows = f"{self.test:.0%} of the rows, the last by {column}, test"
            return f"{rows}, and {self.validation:.0%} before validate"
        unit = f"groups of {column}" if self.split == "groups" else "rows"
        if self.folds:
            return folds_text(self.folds, self.test, unit)
        return f"{self.validation:.0%} of the {unit} validate and {self.test:.0%} test"

    @property
    def source(self) -> str:
        """The name of the table in messages."""
        return "data" if self.path is None else printable(self.path.name)
