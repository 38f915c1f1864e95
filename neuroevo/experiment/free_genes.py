"""The genes of a user's function: of any name, each with one of the forms of genes.

Does not know what they mean.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from neuroevo.errors import UsageError
from neuroevo.experiment.gene_tables import (
    GeneTable,
    Problems,
    Range,
    conditional_genes,
    made,
    made_of_values,
    space_of,
    table_of,
    written,
)
from neuroevo.settings import refusal, shown, worded
from neuroevo.space import Choice, Conditional, Gene, Layers, SearchSpace
from neuroevo.tasks import NAME_RULE, is_plain_name


class AnyChoices(GeneTable):
    """``{ choices = [..], ordered = true }``: some values of any kind."""

    choices: Annotated[tuple[Any, ...], Field(min_length=1)]
    ordered: bool = False

    def gene(self) -> Gene:
        """Make the gene."""
        try:
            return Choice(self.choices, ordered=self.ordered)
        except UsageError as error:
            names = (problem.replace("options", "choices", 1) for problem in error.problems)
            raise UsageError(*names) from None


class AnyLayers(GeneTable):
    """``{ count = [.., ..], width = [.., ..], activation = [..] }``: a list of varying length."""

    count: tuple[int, int]
    width: tuple[int, int]
    activation: tuple[str, ...] | None = None

    def gene(self) -> Gene:
        """Make the gene."""
        return Layers(count=self.count, width=self.width, activation=self.activation)


def read_free_space(value: object) -> SearchSpace:
    """Make the search space of a function from its table, or check an existing one.

    Parameters
    ----------
    value
        A search space, or a mapping from gene names to a `Gene`, or its form in an experiment
        file: a table, a list of choices, or one value.

    Raises
    ------
    pydantic.ValidationError
        With all problems, each at its key.
    """
    if isinstance(value, SearchSpace):
        value = conditional_genes(value)
    if not isinstance(value, Mapping):
        raise refusal([((), f"must be a table of genes, but got {shown(value)}")])
    if not value:
        raise refusal([((), "must have at least one gene for a function, but got none")])
    genes: dict[str, Gene | Conditional] = {}
    problems: Problems = []
    for name, raw in value.items():
        if not isinstance(name, str) or not is_plain_name(name):
            problems.append(((str(name),), f"{NAME_RULE}, but got {shown(name)}"))
            continue
        try:
            genes[name] = _read(raw)
        except ValidationError as error:
            problems += [((name, *at), text) for at, text in worded(error)]
    if problems:
        raise refusal(problems)
    return space_of(genes)


def readable_free_gene(_: str, raw: object) -> Gene | Conditional | None:
    """Make a gene from its form in a file, whatever its name is; None if that is wrong."""
    try:
        return _read(raw)
    except ValidationError:
        return None


def write_free_space(space: SearchSpace) -> dict[str, object]:
    """Return a space as the table that `read_free_space` reads, in plain values for TOML."""
    texts = {name: written(gene, space.conditions.get(name)) for name, gene in space.genes.items()}
    return {name: [text] if isinstance(text, tuple) else text for name, text in texts.items()}


def _read(raw: object) -> Gene | Conditional:
    if isinstance(raw, Gene | Conditional):
        table_of(raw.gene if isinstance(raw, Conditional) else raw)  # refuses unknown kinds
        return raw
    if isinstance(raw, Mapping):
        return made(_form(raw), raw)
    return made_of_values(AnyChoices, raw, listed=isinstance(raw, list | tuple))


def _form(table: Mapping[str, object]) -> type[GeneTable]:
    if "choices" in table:
        return AnyChoices
    if "count" in table or "width" in table:
        return AnyLayers
    ends = [table.get("low"), table.get("high")]
    are_whole = all(isinstance(end, int) and not isinstance(end, bool) for end in ends)
    return Range[int] if are_whole else Range[float]
