"""What all tasks with a table have in common: how it is prepared and divided, and its defaults.

Does not know where a table comes from.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, ValidationInfo, field_validator, model_validator

from neuroevo.learning.data import DataSet
from neuroevo.reference_models import REFERENCE_MODELS
from neuroevo.settings import one_of, refusal
from neuroevo.tables import TableSettings
from neuroevo.tables.settings import MOST_FOLDS, VALIDATION, fold_problems
from neuroevo.tasks.table_defaults import table_defaults
from neuroevo.tasks.task import NetworkTask, TaskData

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.tables import PreparedFold, PreparedTable

Problem = Literal["regression", "classes"]


class RawTable(NamedTuple):
    """A table as it is before its rows are checked, divided and prepared."""

    frame: "pd.DataFrame"
    settings: TableSettings  # which columns are used, and how
    name: str  # what problems call it


class PreparedTask(NetworkTask, ABC):
    """A task whose data are a table, which is prepared and divided."""

    compare_with: tuple[str, ...] = Field(
        default=REFERENCE_MODELS,
        description="models of scikit-learn that are scored on the test part beside the networks",
    )

    @field_validator("compare_with")
    @classmethod
    def _check_models(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [(place, name) for place, name in enumerate(names) if name not in REFERENCE_MODELS]
        if wrong:
            raise refusal([((place,), one_of(name, REFERENCE_MODELS)) for place, name in wrong])
        return tuple(dict.fromkeys(names))

    @property
    def reference_models(self) -> tuple[str, ...]:
        """Names of the models that networks are compared with on the test part."""
        return self.compare_with

    @property
    def defaults(self) -> Mapping[str, Mapping[str, object]]:
        """Defaults of the other tables of an experiment, for a table."""
        return table_defaults(is_classes=self.has_class_targets, folds=self.fold_count)

    @abstractmethod
    def raw_table(self) -> RawTable:
        """Read or make the table; DataError if that is not possible."""

    def load(self) -> TaskData:
        """Read or make the table, check, divide and prepare it.

        Raises
        ------
        DataError
            One line for each problem.
        """
        return self._loaded(0)

    def load_undivided(self, folds: int = 1, *, keep_test: bool = False) -> TaskData:
        """Read or make the table and prepare it, all rows for training; see `NetworkTask`."""
        return self._loaded(folds, keep_test=keep_test)

    def _loaded(self, undivided: int, *, keep_test: bool = False) -> TaskData:
        from neuroevo.tables import prepare  # noqa: PLC0415 - loads pandas and scikit-learn

        table = prepare(*self.raw_table(), undivided=undivided, keep_test=keep_test)
        return _task_data(table)


class MadeTable(NamedTuple):
    """A table that a task made, the columns to predict, and what they are."""

    frame: "pd.DataFrame"
    target: tuple[str, ...]
    problem: Problem


class SplitTask(PreparedTask, ABC):
    """A task that makes its own table, of which random rows are the validation and test part."""

    folds: int = Field(
        default=0,
        ge=0,
        le=MOST_FOLDS,
        description="folds of a cross-validation: the rows outside the test part are cut into so "
        "many, and each validates networks that the others train; 0: none",
    )
    validation: float = Field(
        default=VALIDATION,
        gt=0,
        lt=1,
        description="share of the rows that validate networks, if there are no folds",
    )
    test: float = Field(
        default=0.2, ge=0, lt=1, description="share of the rows that no search sees"
    )
    seed: int = Field(default=0, ge=0, lt=2**63, description="seed of the rows and their split")

    @model_validator(mode="after")
    def _check_folds(self) -> Self:
        found = fold_problems(self.folds, self.validation)
        if found:
            raise refusal(found)
        return self

    @field_validator("test")
    @classmethod
    def _check_shares(cls, test: float, information: ValidationInfo) -> float:
        validation = information.data.get("validation", 0.0)
        if not information.data.get("folds") and validation + test >= 1:
            text = f"must leave rows for training beside validation = {validation:g}"
            raise refusal([((), f"{text}, but got {test:g}")])
        return test

    @abstractmethod
    def make(self) -> "MadeTable":
        """Make the table; DataError if that is not possible."""

    def raw_table(self) -> RawTable:
        """Make the table; DataError if that is not possible."""
        made = self.make()
        settings = TableSettings(
            target=made.target,
            problem=made.problem,
            folds=self.folds,
            validation=self.validation,
            test=self.test,
            split_seed=self.seed,
        )
        return RawTable(made.frame, settings, f"task {self.kind}")

    @property
    def fold_count(self) -> int:
        """Number of folds of a cross-validation, 1 without one."""
        return max(self.folds, 1)

    @property
    def divided(self) -> str:
        """How rows are divided, as the end of a sentence."""
        if self.folds:
            return f"; {folds_text(self.folds, self.test)}"
        return f"; {self.validation:.0%} of them validate and {self.test:.0%} test"


def _task_data(table: "PreparedTable") -> TaskData:
    """Return the data of a task from a prepared table."""
    others = tuple(map(_data_set, table.other_folds))
    data = replace(_data_set(table), test_groups=table.test_groups, other_folds=others)
    return TaskData(data, preparation=table.preparation.to_plain(), warnings=tuple(table.warnings))


def _data_set(fold: "PreparedFold") -> DataSet:
    training, validation, test = fold.training, fold.validation, fold.test
    return DataSet(
        training.inputs,
        training.targets,
        validation.inputs,
        validation.targets,
        fold.preparation.columns,
        fold.weights.training,
        fold.weights.validation,
        test.inputs if len(test.inputs) else None,
        test.targets if len(test.inputs) else None,
        fold.weights.test,
    )


def folds_text(folds: int, test: float, unit: str = "rows") -> str:
    """Describe how a share of test rows is set aside and the others are cut into folds."""
    rest = f"{test:.0%} of the {unit} test; the other {unit}" if test else f"the {unit}"
    return f"{rest} are {folds} folds, and each validates networks that the others train"


def single_precision(values: ArrayLike) -> NDArray[np.float64]:
    """Round to single precision, as the last bits of functions differ between machines."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)
