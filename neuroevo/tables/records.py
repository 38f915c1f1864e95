"""What was fitted to each column of a table, as plain values. Knows no frames."""

from abc import ABC
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, field_validator, model_validator

from neuroevo.settings import Location, Settings, one_of, refusal, shown
from neuroevo.tables.settings import MOST_NAME, ColumnName, Unseen

UNIFORM_SPREAD = 3.4641016151377544  # the square root of 12: a uniform distribution has variance 1
MOST_PREPARED = 1e9  # of a prepared value: networks compute in single precision

REFUSED = -2  # the place of a category that is neither known nor to be taken for another
NO_INPUT = -1  # the place of a category that makes all inputs of its column 0

Label = str | bool | int | float
"""The label of a class, as it was given."""

CategoryName = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
Number = Annotated[float, Field(ge=-1e150, le=1e150)]
Scale = Annotated[float, Field(gt=1e-200, le=1e150)]


def label_name(label: Label) -> str:
    """Return the label of a class as text.

    Examples
    --------
    >>> [label_name(label) for label in (" 01", True, 1, 1.0, 2.5)]
    [' 01', 'True', '1', '1', '2.5']
    """
    whole = isinstance(label, float) and label.is_integer() and abs(label) < _MOST_PLAIN
    return str(int(label)) if whole else str(label)


_MOST_PLAIN = 1e15  # larger numbers are written with an exponent


class _ColumnInput(Settings, ABC):
    """A column that inputs are made of."""

    name: ColumnName
    indicator: bool = False  # whether an input says that the cell is missing

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names of its inputs, but for that of the indicator."""
        return (self.name,)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of its inputs, that of the indicator last."""
        return (*self.value_names, *[f"{self.name} missing"] * self.indicator)


class NumberInput(_ColumnInput):
    """A column of numbers: (number - offset) / scale, or its place among the knots.

    Knots are the quantiles of the training values at equal distances. Between them the place is
    interpolated; places are scaled to mean 0 and variance 1, as of a uniform distribution.
    """

    kind: Literal["number"] = "number"
    fill: Number | None = None  # of missing cells; None: they are refused
    offset: Number = 0.0
    scale: Scale = 1.0
    knots: tuple[Number, ...] = ()

    @field_validator("knots")
    @classmethod
    def _check_knots(cls, knots: tuple[float, ...]) -> tuple[float, ...]:
        if len(knots) == 1 or (np.diff(knots) < 0).any():
            raise refusal([((), f"must be none, or increase, but got {shown(knots)}")])
        if knots and knots[0] == knots[-1]:
            raise refusal([((), f"must not all be equal, but got {shown(knots)}")])
        return knots


class BooleanInput(_ColumnInput):
    """A column of true and false: 1 or 0."""

    kind: Literal["boolean"] = "boolean"
    fill: bool | None = None


class CategoryInput(_ColumnInput):
    """A column of categories: an input of 0 or 1 for each, and one for all rare ones together."""

    kind: Literal["category"] = "category"
    fill: CategoryName | None = None
    categories: tuple[CategoryName, ...]  # that have an input of their own
    gathers: bool = False  # whether rare categories have an input together
    gathered: tuple[CategoryName, ...] = ()  # their names, unless any other category is one

    @model_validator(mode="after")
    def _check_as_a_whole(self) -> Self:
        every = (*self.categories, *self.gathered)
        found: list[tuple[Location, str]] = []
        if not self.categories and not self.gathers:
            found.append((("categories",), "must not be empty"))
        if len(set(every)) < len(every):
            found.append((("categories",), "must differ from each other and from those gathered"))
        if self.gathered and not self.gathers:
            found.append((("gathered",), "must be empty unless rare categories are gathered"))
        if self.fill is not None and self.fill not in every and not self.gathers:
            found.append((("fill",), f"must be one of the categories, but got {shown(self.fill)}"))
        if found:
            raise refusal(found)
        return self

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names of its inputs, but for that of the indicator."""
        names = tuple(f"{self.name}={category}" for category in self.categories)
        return (*names, f"{self.name} rare") if self.gathers else names

    def place_of(self, name: str, unseen: Unseen) -> int:
        """Return which input of the column a category has: a place, NO_INPUT or REFUSED."""
        if name in self.categories:
            return self.categories.index(name)
        if self.gathers and (unseen == "rare" or name in self.gathered):
            return len(self.categories)
        return REFUSED if unseen == "refuse" else NO_INPUT


_INPUTS: Mapping[object, type[NumberInput | BooleanInput | CategoryInput]] = {
    "number": NumberInput,
    "boolean": BooleanInput,
    "category": CategoryInput,
}


def _read_input(value: object) -> object:
    if isinstance(value, Settings):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("must be a table")  # noqa: TRY004 - pydantic collects ValueErrors
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _INPUTS:
        raise refusal([(("kind",), one_of(kind, map(str, _INPUTS)))])
    return _INPUTS[kind].model_validate(value)


Input = Annotated[NumberInput | BooleanInput | CategoryInput, BeforeValidator(_read_input)]


class Target(Settings):
    """A column to predict; numbers are scaled: (number - offset) / scale."""

    name: ColumnName
    offset: Number = 0.0
    scale: Scale = 1.0
