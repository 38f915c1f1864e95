"""Genomes and sets of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.space import Genome, GenomeSet

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.lists(st.integers(1, 64)),
)
GENOMES = st.builds(Genome, st.dictionaries(st.sampled_from("abc"), VALUES))


def test_a_genome_equals_a_mapping_of_its_items() -> None:
    """Items of equal values of the same kind, in any order, are the same genome."""
    genome = Genome({"x": 0.5, "n": 1, "hidden": (2, 3)})
    assert genome == {"hidden": [2, 3], "n": np.int64(1), "x": np.float64(0.5)}
    assert genome == {"n": 1, "x": 0.5, "hidden": (2, 3)}
    for other in ({"x": 0.5}, {**genome, "n": 1.0}, {**genome, "n": None}, {1: 2}, 3):
        assert genome != other


@given(st.lists(GENOMES), st.lists(GENOMES))
def test_a_genome_set_is_a_dict_of_genomes(first: list[Genome], second: list[Genome]) -> None:
    """It has the same members in the same order as the keys of a dict, also after additions."""
    found = GenomeSet(first)
    expected = dict.fromkeys(first)
    assert [*found] == [*expected]
    assert [genome in found for genome in second] == [genome in expected for genome in second]
    for genome in second:
        found.add(genome)
    expected |= dict.fromkeys(second)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == theirs
        assert [*ours.items()] == [*theirs.items()]
        assert [type(value) for value in ours.values()] == [type(each) for each in theirs.values()]


def test_a_genome_set_contains_only_genomes() -> None:
    """An equal mapping that is no genome is no member."""
    found = GenomeSet([Genome({"a": 1})])
    assert Genome({"a": 1}) in found
    assert Genome({"a": 1.0}) not in found
    assert {"a": 1} not in found
