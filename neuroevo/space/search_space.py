"""A search space: named genes, and the genomes that they allow.

Draws, checks and counts genomes; does not know how they are searched or evaluated.
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType

import numpy as np

from neuroevo.errors import UsageError
from neuroevo.space.choice import Choice
from neuroevo.space.gene import Gene, raise_all
from neuroevo.space.genome import Genome
from neuroevo.space.values import Value, worded


class SearchSpace:
    """Named genes; immutable.

    Genomes are drawn gene by gene in the order of the names, so the order in which genes are
    given does not matter.

    Parameters
    ----------
    genes
        The genes by name; a plain value in place of a gene fixes it.
    **named
        The same as keyword arguments.

    Raises
    ------
    UsageError
        One line for each name or value that is wrong; also if there is no gene.

    Examples
    --------
    >>> from neuroevo.space import Float, Layers, SearchSpace
    >>> space = SearchSpace(hidden=Layers((1, 4), (1, 32)), rate=Float(1e-4, 1.0, log=True))
    >>> space.genome({"hidden": [6, 3], "rate": 0.5})
    Genome(hidden=(6, 3), rate=0.5)
    """

    __slots__ = ("_genes", "_size")

    def __init__(
        self, genes: Mapping[str, Gene | Value] | None = None, /, **named: Gene | Value
    ) -> None:
        if genes is not None and not isinstance(genes, Mapping):
            raise UsageError(f"a search space must be a mapping of genes, but got {worded(genes)}")
        self._genes = _checked_genes({**(genes or {}), **named})
        self._size = math.prod(gene.size for gene in self._genes.values())

    @property
    def genes(self) -> Mapping[str, Gene]:
        """The genes by name, in the order in which they were given."""
        return MappingProxyType(self._genes)

    @property
    def size(self) -> float:
        """The number of genomes; may be infinite."""
        return self._size

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw a genome, each gene independently."""
        return Genome({name: self._genes[name].sample(rng) for name in sorted(self._genes)})

    def genome(self, values: Mapping[str, object]) -> Genome:
        """Check values, and make a genome of this space.

        Parameters
        ----------
        values
            A value for each gene, by name.

        Raises
        ------
        UsageError
            One line for each gene that is unknown, missing or has a wrong value.
        """
        if not isinstance(values, Mapping):
            raise UsageError(f"a genome must be a mapping of values, but got {worded(values)}")
        problems = [self._unknown(name) for name in values if name not in self._genes]
        checked: dict[str, Value] = {}
        for name, gene in self._genes.items():
            if name not in values:
                problems.append(f"{name}: must have a value, but got none")
                continue
            try:
                checked[name] = gene.check(values[name])
            except UsageError as error:
                problems += [f"{name}: {problem}" for problem in error.problems]
        raise_all(problems)
        return Genome(checked)

    def _unknown(self, name: object) -> str:
        near = difflib.get_close_matches(str(name), self._genes, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(self._genes)}"
        return f"{name}: must be a gene of the search space, but is not{hint}"

    def genomes(self) -> Iterator[Genome]:
        """Every genome once, in a fixed order; to be called only if `size` is finite."""
        names = sorted(self._genes)
        for values in product(*(self._genes[name].values() for name in names)):
            yield Genome(dict(zip(names, values, strict=True)))

    def describe(self) -> str:
        """Describe the space: one line for each gene, in the order in which they were given."""
        return "\n".join(f"{name}: {gene.describe()}" for name, gene in self._genes.items())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SearchSpace):
            return NotImplemented
        return self._genes == other._genes

    def __hash__(self) -> int:
        return hash(frozenset(self._genes.items()))

    def __repr__(self) -> str:
        genes = ", ".join(f"{name}={gene!r}" for name, gene in self._genes.items())
        return f"SearchSpace({genes})"


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
