"""All that was fitted on the training rows of a table, as plain values; prepares raw rows with it.

Loads neither pandas nor scikit-learn until rows are prepared. Prepared values need only additions,
multiplications, divisions, comparisons and interpolation, which give the same bits everywhere.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StrictBool, StrictFloat, StrictInt, model_validator

from neuroevo.errors import DataError, UsageError
from neuroevo.learning.data import Columns, Scaling
from neuroevo.settings import Location, Settings, refusal, shown
from neuroevo.tables.records import CategoryInput, CategoryName, Input, Target, label_name
from neuroevo.tables.settings import Unseen

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class Preparation(Settings):
    """All that was fitted on the training rows of a table, to prepare other rows in the same way.

    Parameters
    ----------
    inputs
        The columns that inputs are made of, in their order.
    unseen
        What becomes of categories that no training row has.
    targets
        The columns to predict.
    classes
        The labels of the classes as they were given, in their order; empty for a regression.
    """

    version: int = Field(default=1, ge=1, le=1)
    inputs: tuple[Input, ...] = Field(min_length=1)
    unseen: Unseen
    targets: tuple[Target, ...] = Field(min_length=1)
    classes: tuple[CategoryName | StrictBool | StrictInt | StrictFloat, ...] = ()

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        found: list[tuple[Location, str]] = []
        names = self.input_names
        if len(set(names)) < len(names):
            twice = next(each for place, each in enumerate(names) if each in names[:place])
            rule = f"must have different names, but got {shown(twice)} twice"
            text = f"{rule}, as a column and as an input made of another column (rename it)"
            found.append((("inputs",), text))
        if len({target.name for target in self.targets}) < len(self.targets):
            found.append((("targets",), "must have different names"))
        if self.classes and (len(self.targets) > 1 or len(set(self.classes)) < 2):  # noqa: PLR2004
            found.append((("classes",), "must be at least two of one target, or none"))
        if len(set(self.classes)) < len(self.classes):
            found.append((("classes",), "must differ from each other"))
        if found:
            raise refusal(found)
        return self

    @classmethod
    def from_plain(cls, values: object, name: str) -> Self:
        """Make a preparation from the plain values that `to_plain` gave.

        Parameters
        ----------
        values
            As read from JSON.
        name
            The file, which is put in front of each problem.

        Raises
        ------
        DataError
            One line for each problem, with its key.
        """
        if not isinstance(values, Mapping):
            raise DataError(f"{name}: must be a table, but got {shown(values)}")
        try:
            return cls.of(values)
        except UsageError as error:
            raise DataError(*error.named(name).problems) from None

    def to_plain(self) -> dict[str, Any]:
        """Return it as values that JSON can hold; floats are exact there."""
        return self.model_dump(mode="json")

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the inputs: ``age``, ``colour=red``, ``colour rare``, ``age missing``."""
        return tuple(name for column in self.inputs for name in column.input_names)

    @property
    def categories(self) -> dict[str, tuple[str, ...]]:
        """The names of the categories that each column of categories was trained with."""
        return {
            each.name: (*each.categories, *each.gathered)
            for each in self.inputs
            if isinstance(each, CategoryInput)
        }

    @property
    def class_names(self) -> tuple[str, ...]:
        """The labels of the classes as texts."""
        return tuple(map(label_name, self.classes))

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs: ``price``, or one for each class: ``colour=red``."""
        [*names] = (target.name for target in self.targets)
        return tuple(f"{names[0]}={each}" for each in self.class_names) or tuple(names)

    @property
    def target_scaling(self) -> Scaling:
        """How the targets of a regression are scaled."""
        offsets = tuple(target.offset for target in self.targets)
        return Scaling(offsets, tuple(target.scale for target in self.targets))

    @property
    def columns(self) -> Columns:
        """The columns of a data set of prepared rows; inputs are already scaled."""
        scaling = None if self.classes else self.target_scaling
        sources = tuple(
            column.name
            for column in self.inputs
            for _ in range(len(column.value_names) + column.indicator)
        )
        names = self.class_names
        return Columns(self.input_names, self.output_names, names, None, scaling, sources)

    def prepare_inputs(self, frame: "pd.DataFrame", name: str = "data") -> Floats:
        """Prepare the inputs of raw rows.

        Parameters
        ----------
        frame
            Rows with at least the columns of the inputs, in any order; it is not changed.
        name
            What problems call the frame, such as its file.

        Returns
        -------
        Array (rows, inputs), finite.

        Raises
        ------
        DataError
            One line for each problem: columns that are missing, cells that are wrong, missing or
            of unseen categories where these are refused.
        """
        from neuroevo.tables.applying import inputs_of_frame  # noqa: PLC0415 - loads pandas

        return inputs_of_frame(self.inputs, self.unseen, frame, name)

    def notes(self, frame: "pd.DataFrame", name: str = "data") -> list[str]:
        """Return a line on unused columns, and for each that is filled or has unseen categories.

        Parameters and errors are those of `prepare_inputs`.
        """
        from neuroevo.tables.applying import notes_of_frame  # noqa: PLC0415 - loads pandas

        return notes_of_frame(self.inputs, frame, name)
