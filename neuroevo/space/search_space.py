"""A search space: named genes, and the genomes that they allow.

Draws, checks and counts genomes; does not know how they are searched or evaluated.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Self

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.activity import Activity
from neuroevo.space.choice import Choice
from neuroevo.space.conditional import Condition, Conditional
from neuroevo.space.gene import Gene, raise_all
from neuroevo.space.genome import Genome
from neuroevo.space.values import Value, worded


class SearchSpace:
    """Named genes; immutable.

    Genomes are drawn gene by gene in the order of the names, so the order in which genes are
    given does not matter. A gene with a condition is drawn after the genes that decide whether it
    is active; if it is not, the genome has no value of it.

    Parameters
    ----------
    genes
        The genes by name; a plain value in place of a gene fixes it, and `Conditional` makes a
        gene conditional.
    **named
        The same as keyword arguments.

    Raises
    ------
    UsageError
        One line for each name, value or condition that is wrong; also if there is no gene.

    Examples
    --------
    >>> from neuroevo.space import Float, Layers, SearchSpace
    >>> space = SearchSpace(hidden=Layers((1, 4), (1, 32)), rate=Float(1e-4, 1.0, log=True))
    >>> space.genome({"hidden": [6, 3], "rate": 0.5})
    Genome(hidden=(6, 3), rate=0.5)
    """

    __slots__ = ("_activity", "_conditions", "_excess", "_genes", "_size")

    def __init__(
        self,
        genes: Mapping[str, Gene | Conditional | Value] | None = None,
        /,
        **named: Gene | Conditional | Value,
    ) -> None:
        if genes is not None and not isinstance(genes, Mapping):
            raise UsageError(f"a search space must be a mapping of genes, but got {worded(genes)}")
        given = {**(genes or {}), **named}
        self._conditions = {
            name: gene.when for name, gene in given.items() if isinstance(gene, Conditional)
        }
        self._genes = _checked_genes(
            {
                name: gene.gene if isinstance(gene, Conditional) else gene
                for name, gene in given.items()
            }
        )
        self._activity = Activity(self._genes, self._conditions)
        self._size = self._activity.size()
        self._excess: Callable[[Genome], float] | None = None

    def restricted(self, excess: Callable[[Genome], float]) -> Self:
        """Return the space with a restriction that searches keep: they ask for no other genome.

        Parameters
        ----------
        excess
            Returns how far a genome is beyond the restriction, 0 or less if it keeps it. Equal
            genomes must have equal excesses; searches move towards lower ones.
        """
        space = copy(self)
        space._excess = excess  # noqa: SLF001 - of the same class
        return space

    def excess(self, genome: Genome) -> float:
        """Return how far a genome is beyond the restriction; 0 if it keeps it or there is none."""
        return 0.0 if self._excess is None else max(0.0, self._excess(genome))

    def allows(self, genome: Genome) -> bool:
        """Whether a genome keeps the restriction."""
        return self.excess(genome) == 0.0

    @property
    def is_restricted(self) -> bool:
        """Whether there is a restriction."""
        return self._excess is not None

    @property
    def genes(self) -> Mapping[str, Gene]:
        """The genes by name, in the order in which they were given."""
        return MappingProxyType(self._genes)

    @property
    def conditions(self) -> Mapping[str, Condition]:
        """The conditions of those genes that have one."""
        return MappingProxyType(self._conditions)

    @property
    def size(self) -> float:
        """The number of genomes, also of those beyond a restriction; may be infinite."""
        return self._size

    @property
    def order(self) -> Sequence[str]:
        """The names of the genes, each after those that decide whether it is active."""
        return tuple(self._activity.order)

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw a genome, each active gene independently."""
        return self.completed({}, rng)

    def completed(self, values: Mapping[str, Value], rng: np.random.Generator) -> Genome:
        """Make a genome of values that some genes have.

        Parameters
        ----------
        values
            Values of any genes of the space; those of inactive genes are left out.
        rng
            Draws the values of active genes that have none.
        """
        whole: dict[str, Value] = {}
        for name in self._activity.order:
            if self._activity.holds(name, whole):
                whole[name] = values[name] if name in values else self._genes[name].sample(rng)
        return Genome(whole)

    def genome(self, values: Mapping[str, object]) -> Genome:
        """Check values, and make a genome of this space.

        Parameters
        ----------
        values
            A value for each active gene, by name; those of inactive genes are left out.

        Raises
        ------
        UsageError
            One line for each gene that is unknown, missing or has a wrong value.
        """
        if not isinstance(values, Mapping):
            raise UsageError(f"a genome must be a mapping of values, but got {worded(values)}")
        unknown = [self._unknown(name) for name in values if name not in self._genes]
        problems: dict[str, list[str]] = {}
        checked: dict[str, Value] = {}
        for name in self._activity.order:
            if not self._activity.holds(name, checked):
                continue
            if name not in values:
                problems[name] = ["must have a value, but got none"]
                continue
            try:
                checked[name] = self._genes[name].check(values[name])
            except UsageError as error:
                problems[name] = list(error.problems)
        wrong = [f"{name}: {text}" for name in self._genes for text in problems.get(name, ())]
        raise_all([*unknown, *wrong])
        return Genome(checked)

    def _unknown(self, name: object) -> str:
        near = difflib.get_close_matches(str(name), self._genes, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(self._genes)}"
        return f"{name}: must be a gene of the search space, but is not{hint}"

    def genomes(self) -> Iterator[Genome]:
        """Every genome once, in a fixed order; to be called only if `size` is finite."""
        return map(Genome, self._activity.genomes())

    def describe(self, number: Callable[[float], str] = str) -> str:
        """Describe the space: one line for each gene, in the order in which they were given.

        Parameters
        ----------
        number
            Writes a number.
        """
        return "\n".join(
            f"{name}: {gene.describe(number)}{self._described_condition(name, number)}"
            for name, gene in self._genes.items()
        )

    def _described_condition(self, name: str, number: Callable[[float], str]) -> str:
        condition = self._conditions.get(name, {})
        parts = [
            f"{other} is {Choice(values).describe(number)}" for other, values in condition.items()
        ]
        return f" (when {' and '.join(parts)})" if parts else ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchSpace):
            return NotImplemented
        return self._genes == other._genes and _written(self) == _written(other)

    def __hash__(self) -> int:
        return hash(frozenset(self._genes.items()))

    def __repr__(self) -> str:
        genes = ", ".join(f"{name}={gene!r}" for name, gene in self._genes.items())
        conditions = f", conditions={dict(self._conditions)!r}" if self._conditions else ""
        return f"SearchSpace({genes}{conditions})"


def _written(space: SearchSpace) -> dict[str, dict[str, list[str]]]:
    # In Python True == 1, but they are different values.
    return {
        name: {other: sorted(map(repr, values)) for other, values in condition.items()}
        for name, condition in space.conditions.items()
    }


def _checked_genes(given: Mapping[str, Gene | Value]) -> dict[str, Gene]:
    problems = [] if given else ["a search space must have at least one gene, but got none"]
    genes: dict[str, Gene] = {}
    for name, gene in given.items():
        if not isinstance(name, str) or not name:
            problems.append(f"a gene's name must be a string that is not empty, but got {name!r}")
            continue
        try:
            genes[name] = gene if isinstance(gene, Gene) else Choice([gene])
        except UsageError as error:
            texts = (problem.removeprefix("options[0]: ") for problem in error.problems)
            problems += [f"{name}: {text}" for text in texts]
    raise_all(problems)
    return genes
