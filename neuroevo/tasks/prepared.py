"""What all tasks with a table have in common: how it is prepared and divided, and its defaults.

Does not know where a table comes from.
"""

from abc import ABC
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, ValidationInfo, field_validator

from neuroevo.learning.data import DataSet
from neuroevo.reference_models import REFERENCE_MODELS
from neuroevo.settings import one_of, refusal
from neuroevo.tables import TableSettings
from neuroevo.tasks.table_defaults import table_defaults
from neuroevo.tasks.task import NetworkTask, TaskData

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.tables import PreparedTable

Problem = Literal["regression", "classes"]


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
        return table_defaults(is_classes=self.has_class_targets)


class SplitTask(PreparedTask, ABC):
    """A task that makes its own table, of which random rows are the validation and test part."""

    validation: float = Field(
        default=0.2, gt=0, lt=1, description="share of the rows that validate networks"
    )
    test: float = Field(
        default=0.2, ge=0, lt=1, description="share of the rows that no search sees"
    )
    seed: int = Field(default=0, ge=0, lt=2**63, description="seed of the rows and their split")

    @field_validator("test")
    @classmethod
    def _check_shares(cls, test: float, information: ValidationInfo) -> float:
        validation = information.data.get("validation", 0.0)
        if validation + test >= 1:
            text = f"must leave rows for training beside validation = {validation:g}"
            raise refusal([((), f"{text}, but got {test:g}")])
        return test

    def prepared(
        self, frame: "pd.DataFrame", target: tuple[str, ...], problem: Problem
    ) -> TaskData:
        """Prepare and divide a table; DataError if it can't be learnt."""
        from neuroevo.tables import prepare  # noqa: PLC0415 - loads pandas and scikit-learn

        settings = TableSettings(
            target=target,
            problem=problem,
            validation=self.validation,
            test=self.test,
            split_seed=self.seed,
        )
        return task_data(prepare(frame, settings, f"task {self.kind}"))

    @property
    def divided(self) -> str:
        """How rows are divided, as the end of a sentence."""
        return f"; {self.validation:.0%} of them validate and {self.test:.0%} test"


def task_data(table: "PreparedTable") -> TaskData:
    """Return the data of a task from a prepared table."""
    training, validation, test = table.training, table.validation, table.test
    data = DataSet(
        training.inputs,
        training.targets,
        validation.inputs,
        validation.targets,
        table.preparation.columns,
        table.training_weights,
        test.inputs if len(test.inputs) else None,
        test.targets if len(test.inputs) else None,
    )
    return TaskData(data, preparation=table.preparation.to_plain(), warnings=tuple(table.warnings))


def single_precision(values: ArrayLike) -> NDArray[np.float64]:
    """Round to single precision, as the last bits of functions differ between machines."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)
