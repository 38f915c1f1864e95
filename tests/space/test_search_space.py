import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.space import Choice, Float, Gene, Genome, Integer, Layers, SearchSpace

NETWORKS = SearchSpace(
    hidden=Layers((1, 4), (1, 32)),
    learning_rate=Float(1e-4, 1.0, log=True),
    activation=Choice(["linear", "tanh"]),
)


@given(data=st.data(), seed=st.integers(0, 2**32))
def test_a_sample_is_a_genome_of_the_space(
    genes: st.SearchStrategy[Gene], data: st.DataObject, seed: int
) -> None:
    """A drawn genome is equal to the genome that is made from its key."""
    names = st.text(min_size=1, max_size=4)
    space = SearchSpace(data.draw(st.dictionaries(names, genes, min_size=1, max_size=4)))
    genome = space.sample(np.random.default_rng(seed))
    assert space.genome(genome) == genome
    assert space.genome(json.loads(genome.key)) == genome


def test_a_genome_is_a_mapping_with_a_canonical_key() -> None:
    """The key depends neither on the order nor on NumPy types and lists."""
    values = {"b": np.float64(1e-05), "a": [np.int32(3), 4], "c": np.True_, "d": -0.0}
    genome = Genome(values)
    assert genome.key == '{"a":[3,4],"b":1e-05,"c":true,"d":0.0}'
    assert list(genome) == ["a", "b", "c", "d"]
    assert {name: type(value) for name, value in genome.items()} == {
        "a": tuple,
        "b": float,
        "c": bool,
        "d": float,
    }
    assert genome == Genome(dict(reversed(values.items())))
    assert len({genome, Genome(values)}) == 1


def test_layers_with_activations_have_a_canonical_key() -> None:
    """Pairs become tuples, and lists of lists in the key."""
    genome = Genome({"hidden": [[np.int64(6), np.str_("tanh")], (4, "relu")]})
    assert genome.key == '{"hidden":[[6,"tanh"],[4,"relu"]]}'
    assert genome["hidden"] == ((6, "tanh"), (4, "relu"))
    assert len({genome, Genome({"hidden": ((6, "tanh"), (4, "relu"))})}) == 1
    assert genome != Genome({"hidden": ((6, "tanh"), (4, "tanh"))})
    assert genome != Genome({"hidden": (6, 4)})


def test_genomes_are_equal_only_if_their_keys_are() -> None:
    """1, 1.0 and true are three different values."""
    assert len({Genome({"x": value}) for value in (1, 1.0, True)}) == 3


def test_a_genome_can_be_pickled_and_cannot_be_changed() -> None:
    """A copy from another process is equal and has the same hash; items can't be assigned."""
    genome = NETWORKS.sample(np.random.default_rng(0))
    copy = pickle.loads(pickle.dumps(genome))  # noqa: S301 - our own bytes
    assert copy == genome
    assert hash(copy) == hash(genome)
    assert dict(copy) == dict(genome)
    with pytest.raises(TypeError):
        genome["hidden"] = (1,)  # type: ignore[index]  # what is tested
    with pytest.raises(AttributeError):
        genome.key = "{}"  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    "value",
    [[6, "tanh"], [[6, "tanh"], 4], [["tanh", 6]], [[True, "tanh"]], [[6, "a", "b"]], [[[6, "a"]]]],
)
def test_layers_are_all_widths_or_all_pairs(value: object) -> None:
    """Any other mixture of items in a list is refused."""
    with pytest.raises(UsageError, match="must be a number"):
        Genome({"hidden": value})


def test_a_genome_refuses_values_that_are_not_plain() -> None:
    """NaN and objects are refused."""
    with pytest.raises(UsageError, match="must be finite"):
        Genome({"x": math.nan})
    with pytest.raises(UsageError, match="must be a number"):
        Genome({"x": object()})


def test_all_problems_of_a_genome_are_reported_at_once() -> None:
    """Unknown, missing and wrong values are each reported with their gene."""
    with pytest.raises(UsageError) as refused:
        NETWORKS.genome({"hiden": [3], "learning_rate": 2, "activation": "step"})
    assert refused.value.problems == (
        "hiden: must be a gene of the search space, but is not; did you mean hidden?",
        "hidden: must have a value, but got none",
        "learning_rate: must be between 0.0001 and 1.0, but got 2",
        "activation: must be linear or tanh, but got 'step'",
    )


def test_all_problems_of_a_space_are_reported_at_once() -> None:
    """An empty name and a value that is not plain are both refused."""
    with pytest.raises(UsageError) as refused:
        SearchSpace({"": 3, "x": None, "y": Float(0, 1)})  # type: ignore[dict-item]  # what is tested
    assert refused.value.problems == (
        "a gene's name must be a string that is not empty, but got ''",
        (
            "x: must be a number, a string, true, false or a list of whole numbers or of pairs "
            "(whole number, string), but got None"
        ),
    )
    with pytest.raises(UsageError, match="at least one gene"):
        SearchSpace()
    with pytest.raises(UsageError, match="must be a mapping"):
        SearchSpace([1])  # type: ignore[arg-type]  # what is tested
    with pytest.raises(UsageError, match="must be a mapping"):
        NETWORKS.genome([1])  # type: ignore[arg-type]  # what is tested


def test_a_plain_value_fixes_its_gene() -> None:
    """A number, a string or a list of widths becomes a choice of one option."""
    space = SearchSpace(hidden=(6, 3), rate=0.1, activation="tanh")
    assert space == SearchSpace(hidden=Choice([(6, 3)]), rate=Choice([0.1]), activation="tanh")
    assert space.size == 1
    assert dict(space.sample(np.random.default_rng(0))) == {
        "activation": "tanh",
        "hidden": (6, 3),
        "rate": 0.1,
    }


def test_the_order_of_genes_does_not_change_genomes() -> None:
    """Equal spaces draw equal genomes; each lists its genes as they were given."""
    turned = SearchSpace({name: NETWORKS.genes[name] for name in reversed(list(NETWORKS.genes))})
    assert turned == NETWORKS
    assert hash(turned) == hash(NETWORKS)
    assert list(turned.genes) == ["activation", "learning_rate", "hidden"]
    for seed in range(5):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        assert turned.sample(one) == NETWORKS.sample(other)


def test_a_space_describes_itself() -> None:
    """The description has one line for each gene, in the given order."""
    assert NETWORKS.describe().splitlines() == [
        "hidden: 1 to 4 layers, 1 to 32 wide",
        "learning_rate: 0.0001 to 1.0, on a log scale",
        "activation: linear or tanh",
    ]


def test_a_finite_space_lists_its_genomes() -> None:
    """There are as many as the size, all different and all valid; other sizes are infinite."""
    space = SearchSpace(a=Integer(1, 3), b=Choice(["x", "y"]), c=Layers((0, 2), (1, 2)))
    genomes = list(space.genomes())
    assert len(set(genomes)) == len(genomes) == space.size == 3 * 2 * 7
    assert all(space.genome(genome) == genome for genome in genomes)
    assert NETWORKS.size == math.inf


def test_a_space_can_be_pickled_and_cannot_be_changed() -> None:
    """A copy is equal; its genes are a read-only mapping."""
    copy = pickle.loads(pickle.dumps(NETWORKS))  # noqa: S301 - our own bytes
    assert copy == NETWORKS
    with pytest.raises(TypeError):
        NETWORKS.genes["x"] = Float(0, 1)  # type: ignore[index]  # what is tested
