"""A genome: an immutable mapping from gene to value, and sets of genomes.

Does not know its search space.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping

from neuroevo.errors import UsageError
from neuroevo.space.values import Value, plain

_canonical = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Genome(Mapping[str, Value]):
    """An immutable mapping from the names of genes to their values, sorted by name.

    Two genomes are equal if their keys are: 1, 1.0 and true are three different values. A genome
    equals another mapping if the genome of its items is equal.

    Parameters
    ----------
    values
        The name of each gene and its value, in any order.

    Raises
    ------
    UsageError
        If a value is not plain (see `neuroevo.space.values.plain`).
    """

    __slots__ = ("_key", "_values")

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = {name: plain(values[name]) for name in sorted(values)}
        self._key = _canonical(self._values)

    @property
    def key(self) -> str:
        """The genome as canonical JSON: sorted names, no spaces, shortest exact numbers."""
        return self._key

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Genome):
            return self._key == other._key
        if not isinstance(other, Mapping) or not all(isinstance(name, str) for name in other):
            return NotImplemented
        try:
            return self._key == Genome(other)._key
        except UsageError:
            return False

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"Genome({values})"


class GenomeSet(Collection[Genome]):
    """A set of genomes in the order in which they were added.

    It keeps only their keys, some 200 bytes each, so that a long search can remember all of its
    genomes.
    """

    __slots__ = ("_keys",)

    def __init__(self, genomes: Iterable[Genome] = ()) -> None:
        self._keys = dict.fromkeys(genome.key for genome in genomes)

    def add(self, genome: Genome) -> None:
        """Add a genome, unless it is contained."""
        self._keys[genome.key] = None

    def __contains__(self, genome: object) -> bool:
        return isinstance(genome, Genome) and genome.key in self._keys

    def __iter__(self) -> Iterator[Genome]:
        return (Genome(json.loads(key)) for key in self._keys)

    def __len__(self) -> int:
        return len(self._keys)
