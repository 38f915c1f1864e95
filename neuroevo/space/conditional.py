"""A gene that has a value only where another gene has one of some values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neuroevo.errors import UsageError
from neuroevo.space.gene import Gene
from neuroevo.space.values import Value, plain, worded

Condition = Mapping[str, tuple[Value, ...]]
"""Name of a gene -> the values with which it makes another gene active; all must hold."""


@dataclass(frozen=True, slots=True)
class Conditional:
    """A gene with a condition: genomes that do not fulfil it have no value of the gene.

    Parameters
    ----------
    gene
        The gene.
    when
        For each of some other genes, which are choices or whole numbers, a value or a list of
        values; if each of them is active and has one of its values, the gene is active.

    Raises
    ------
    UsageError
        One line for each rule that does not hold.

    Examples
    --------
    >>> from neuroevo.space import Choice, Float, SearchSpace
    >>> rate_drop = Conditional(Float(0.0, 0.5), when={"booster": ["dart"]})
    >>> space = SearchSpace(booster=Choice(["gbtree", "dart"]), rate_drop=rate_drop)
    >>> space.genome({"booster": "gbtree"})
    Genome(booster='gbtree')
    """

    gene: Gene
    when: Condition

    def __init__(self, gene: Gene, when: Mapping[str, object]) -> None:
        if not isinstance(gene, Gene):
            raise UsageError(f"must be a gene, but got {worded(gene)}")
        object.__setattr__(self, "gene", gene)
        object.__setattr__(self, "when", _values(when))


def _values(when: object) -> dict[str, tuple[Value, ...]]:
    if not isinstance(when, Mapping) or not when:
        raise UsageError(f"when: must name at least one gene, but got {worded(when)}")
    problems, values = [], {}
    for name, listed in when.items():
        several = isinstance(listed, Sequence) and not isinstance(listed, str)
        try:
            values[name] = tuple(map(plain, listed if several else [listed]))
        except UsageError as error:
            problems += [f"when.{name}: {problem}" for problem in error.problems]
            continue
        if not values[name]:
            problems.append(f"when.{name}: must list at least one value, but got none")
    if problems:
        raise UsageError(*problems)
    return values
