"""The forms of genes in experiment files, and how genes are written in them.

Knows tables of ranges, choices, layers and conditions; does not know which genes there are.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Generic, TypeAlias, TypeVar

from pydantic import Field, ValidationError, field_validator

from neuroevo.errors import UsageError
from neuroevo.settings import Location, Settings, refusal, shown, worded
from neuroevo.space import (
    Choice,
    Condition,
    Conditional,
    Float,
    Gene,
    Integer,
    Layers,
    SearchSpace,
    Value,
)
from neuroevo.space.activity import MOST_COMBINATIONS

Problems = list[tuple[Location, str]]

Reader: TypeAlias = Callable[[str, object], Gene | Conditional | None]
"""Makes a gene of its name and its form in a file; None if that is wrong."""

Option = TypeVar("Option")
Number = TypeVar("Number", int, float)


class GeneTable(Settings, ABC):
    """A gene in an experiment file, written as a table."""

    when: Mapping[str, Any] | None = None  # checked when the gene is made conditional

    @abstractmethod
    def gene(self) -> Gene:
        """Make the gene."""


class Choices(GeneTable, Generic[Option]):
    """``{ choices = [..], ordered = true }``: some values, with an order or without."""

    choices: Annotated[tuple[Option, ...], Field(min_length=1)]
    ordered: bool = False

    @field_validator("choices")
    @classmethod
    def _check_distinct(cls, choices: tuple[Option, ...]) -> tuple[Option, ...]:
        first = {choice: index for index, choice in reversed([*enumerate(choices)])}
        repeated = [index for index, choice in enumerate(choices) if first[choice] < index]
        if repeated:
            raise refusal(
                ((index,), f"must not be repeated, but got {shown(choices[index])} again")
                for index in repeated
            )
        return choices

    def gene(self) -> Gene:
        """Make the gene."""
        return Choice(self.choices, ordered=self.ordered)


class Range(GeneTable, Generic[Number]):
    """``{ low = .., high = .., log = true }``: integers or floats between two bounds."""

    low: Number
    high: Number
    log: bool = False

    def gene(self) -> Gene:
        """Make the gene."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return Integer(self.low, self.high, log=self.log)
        return Float(self.low, self.high, log=self.log)


def made(form: type[GeneTable], table: Mapping[str, object]) -> Gene | Conditional:
    """Make the gene of a table; pydantic.ValidationError with its problems, each at its key."""
    checked = form.model_validate(dict(table))
    try:
        gene = checked.gene()
        return gene if checked.when is None else Conditional(gene, checked.when)
    except UsageError as error:
        raise refusal(_placed(problem, form) for problem in error.problems) from None


def made_of_values(form: type[GeneTable], raw: object, *, listed: bool) -> Gene | Conditional:
    """Make the gene of a list of choices, or of one value; problems have the keys of that list."""
    try:
        return made(form, {"choices": raw if listed else [raw]})
    except ValidationError as error:
        steps = 1 if listed else 2  # the keys of the table and list added here
        raise refusal((at[steps:], text) for at, text in worded(error)) from None


def values_in(
    tables: Iterable[Mapping[str, object]], name: str, read: Reader
) -> Sequence[Value] | None:
    """Return the values of a gene, or of a setting, in the first table with it.

    None if they are not known: if it is in no table, wrong, conditional, or no choice and no few
    whole numbers.
    """
    table = next((each for each in tables if name in each), None)
    return None if table is None else listed_values(read(name, table[name]))


def listed_values(gene: Gene | Conditional | None) -> Sequence[Value] | None:
    """Return the values of a choice or of whole numbers; None if it is neither."""
    if isinstance(gene, Choice | Integer) and gene.size <= MOST_COMBINATIONS:
        return tuple(gene.values())
    return None


def space_of(genes: Mapping[str, Gene | Conditional]) -> SearchSpace:
    """Make a search space; pydantic.ValidationError if a condition is wrong, at its key."""
    try:
        return SearchSpace(genes)
    except UsageError as error:
        lines = (problem.split(": ", maxsplit=2) for problem in error.problems)
        raise refusal(
            ((name, *rest[0].split(".", maxsplit=1)), rest[1]) if len(rest) > 1 else ((), name)
            for name, *rest in lines
        ) from None


def conditional_genes(space: SearchSpace) -> dict[str, Gene | Conditional]:
    """Return the genes of a space, each with its condition if it has one."""
    return {
        name: Conditional(gene, space.conditions[name]) if name in space.conditions else gene
        for name, gene in space.genes.items()
    }


def written(gene: Gene, condition: Condition | None = None) -> object:
    """Return a gene as it is written in a file: a table, a list or a value."""
    table = table_of(gene)
    if not condition:
        return _short(table)
    return table | {"when": {name: list(values) for name, values in condition.items()}}


def table_of(gene: Gene) -> dict[str, object]:
    """Return a gene as a table."""
    match gene:
        case Float() | Integer():
            return {"low": gene.low, "high": gene.high, "log": gene.log}
        case Layers():
            table: dict[str, object] = {"count": list(gene.count), "width": list(gene.width)}
            if gene.activation is not None:
                table["activation"] = _short(table_of(gene.activation))
            return table
        case Choice():
            return {"choices": list(gene.options), "ordered": gene.ordered}
    raise refusal([((), f"must be a Float, Layers or Choice, but got {shown(gene)}")])


def holds_lists(items: Iterable[object]) -> bool:
    """Whether one of some items is a list."""
    return any(isinstance(item, list | tuple) for item in items)


def _keys(key: str) -> Location:
    """Return ``when.booster`` or ``choices[1]`` as the parts of a location."""
    name, _, index = key.partition("[")
    if index:
        return name, int(index.removesuffix("]"))
    return tuple(key.split(".", maxsplit=1))


def _short(table: dict[str, object]) -> object:
    """Shorten the table of an unordered choice to its list, or to its only value."""
    match table:
        case {"choices": [only], "ordered": False}:
            return only
        case {"choices": choices, "ordered": False}:
            return choices
    return table


def _placed(problem: str, form: type[GeneTable]) -> tuple[Location, str]:
    """Split a problem of the gene into its key and its text."""
    key, _, text = problem.partition(": ")
    keys = _keys(key)
    return (keys, text) if keys[0] in form.model_fields else ((), problem)
