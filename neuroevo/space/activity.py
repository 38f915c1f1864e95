"""Which genes of a search space are active, given the values of those that decide it.

Knows conditions; draws and checks no values.
"""

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence

from neuroevo.errors import UsageError
from neuroevo.space.choice import Choice
from neuroevo.space.conditional import Condition
from neuroevo.space.gene import Gene, raise_all
from neuroevo.space.ranges import Integer
from neuroevo.space.values import Value

MOST_COMBINATIONS = 10_000
"""Of the values of genes that are named in conditions which depend on each other."""


class Activity:
    """The order in which genes get their values, and which of them are active.

    Parameters
    ----------
    genes
        The genes by name.
    conditions
        The conditions of some of them.

    Raises
    ------
    UsageError
        One line for each condition that no genome can have, such as that of an unknown gene.
    """

    __slots__ = ("_deciding", "_genes", "order")

    def __init__(self, genes: Mapping[str, Gene], conditions: Mapping[str, Condition]) -> None:
        raise_all(_problems(genes, conditions))
        self._genes = genes
        # Name of a gene -> name of a gene that decides it -> indices of the values.
        self._deciding = {
            name: {
                other: frozenset(map(_decider(genes, other).index, values))
                for other, values in condition.items()
            }
            for name, condition in conditions.items()
        }
        self.order = _ordered(self._deciding, sorted(genes))
        """The names, sorted, but each after those that decide whether it is active."""
        raise_all(self._size_problems())

    def holds(self, name: str, values: Mapping[str, Value]) -> bool:
        """Whether a gene is active, given the values of the active genes before it."""
        if name not in self._deciding:
            return True
        return all(
            other in values and _decider(self._genes, other).index(values[other]) in indices
            for other, indices in self._deciding[name].items()
        )

    def size(self) -> float:
        """Count the genomes; infinite if a gene that can be active has infinitely many values."""
        return math.prod(self._count(group, {}) for group in self._groups())

    def genomes(self) -> Iterator[dict[str, Value]]:
        """List the values of the active genes of every genome, in a fixed order."""
        return self._from(0, {})

    def _from(self, place: int, values: dict[str, Value]) -> Iterator[dict[str, Value]]:
        if place == len(self.order):
            yield values
            return
        name = self.order[place]
        if not self.holds(name, values):
            yield from self._from(place + 1, values)
            return
        for value in self._genes[name].values():
            yield from self._from(place + 1, {**values, name: value})

    def _groups(self) -> list[list[str]]:
        """Divide the genes into groups between which there are no conditions."""
        group_of = {name: [name] for name in self.order}
        for name, condition in self._deciding.items():
            for other in condition:
                if group_of[name] is not group_of[other]:
                    joined = group_of[name] + group_of[other]
                    group_of |= dict.fromkeys(joined, joined)
        places = {name: place for place, name in enumerate(self.order)}
        groups = {id(group): group for group in group_of.values()}.values()
        return [sorted(group, key=places.__getitem__) for group in groups]

    def _count(self, names: Sequence[str], values: dict[str, Value]) -> float:
        count = 1.0
        for place, name in enumerate(names):
            if not self.holds(name, values):
                continue
            gene = self._genes[name]
            if name in self._named:
                rest = names[place + 1 :]
                each = (self._count(rest, {**values, name: value}) for value in gene.values())
                return count * sum(each)
            count *= gene.size
        return count

    @property
    def _named(self) -> set[str]:
        return {other for condition in self._deciding.values() for other in condition}

    def _size_problems(self) -> list[str]:
        problems = []
        for group in self._groups():
            named = [name for name in group if name in self._named]
            combinations = math.prod(self._genes[name].size for name in named)
            if combinations > MOST_COMBINATIONS:
                rule = f"must have at most {MOST_COMBINATIONS:,} combinations of values together"
                problems.append(
                    f"{', '.join(named)}: {rule}, as conditions name them, "
                    f"but got {combinations:,.0f}"
                )
        return problems


def _decider(genes: Mapping[str, Gene], name: str) -> Choice | Integer:
    gene = genes[name]
    if not isinstance(gene, Choice | Integer):  # refused by `_problems`
        raise TypeError(name)
    return gene


def _problems(genes: Mapping[str, Gene], conditions: Mapping[str, Condition]) -> list[str]:
    problems = []
    for name, condition in conditions.items():
        for other, values in condition.items():
            place = f"{name}: when.{other}"
            gene = genes.get(other)
            if gene is None or other == name:
                near = difflib.get_close_matches(str(other), [*genes.keys() - {name}], n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                problems.append(f"{place}: must be another gene of the search space{hint}")
            elif not isinstance(gene, Choice | Integer):
                rule = "must be a gene whose values are listed or whole numbers"
                problems.append(f"{place}: {rule}, but got {gene.describe()}")
            else:
                problems += [
                    f"{place}: {text}" for value in values for text in _value_problems(gene, value)
                ]
    return problems


def _value_problems(gene: Choice | Integer, value: Value) -> tuple[str, ...]:
    try:
        gene.check(value)
    except UsageError as error:
        return error.problems
    return ()


def _ordered(deciding: Mapping[str, Mapping[str, object]], names: Sequence[str]) -> list[str]:
    """Put each name after those that decide it; UsageError if they depend on each other."""
    if not deciding:
        return list(names)
    ordered: dict[str, None] = {}
    left = list(names)
    while left:
        ready = next((name for name in left if ordered.keys() >= deciding.get(name, {}).keys()), "")
        if not ready:
            circle = [name for name in left if name in deciding]
            raise UsageError(
                f"{circle[0]}: when: must not depend on the gene itself, but got a "
                f"circle among {', '.join(circle)}"
            )
        ordered[ready] = None
        left.remove(ready)
    return list(ordered)
