from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo.evolution import Individual
from neuroevo.evolution.variation import create_child, cross, cross_values, mutate, mutate_value
from neuroevo.space import Choice, Float, Genome, Integer, Layers, SearchSpace, Value
from neuroevo.space.values import Layer
from tests.invented_genes import Even

SEEDS = st.integers(0, 2**32)


@given(data=st.data(), seed=SEEDS)
def test_every_operator_creates_a_genome_of_the_space(
    spaces: st.SearchStrategy[SearchSpace], data: st.DataObject, seed: int
) -> None:
    """In any space, bounds are kept, values are plain, and a child differs from its mother."""
    space, rng = data.draw(spaces), np.random.default_rng(seed)
    mother, father = space.sample(rng), space.sample(rng)
    for _ in range(5):
        mutant, _ = mutate(space, mother, rng)
        child, operator, _ = create_child(
            space, Individual(0, mother, ()), Individual(1, father, ()), rng
        )
        for genome in (mutant, child, cross(space, mother, father, rng)):
            assert space.genome(genome) == genome
        assert mutant != mother
        assert child != mother or operator == "crossover+mutation"
        mother, father = child, mother


@given(data=st.data(), seed=SEEDS)
def test_the_operator_and_parents_of_a_child_are_right(
    spaces: st.SearchStrategy[SearchSpace], data: st.DataObject, seed: int
) -> None:
    """A child differs from its mother in as many genes as its operator says."""
    space, rng = data.draw(spaces), np.random.default_rng(seed)
    mother, father = space.sample(rng), space.sample(rng)
    child, operator, parents = create_child(
        space, Individual(7, mother, ()), Individual(8, father, ()), rng
    )
    changed = [name for name in child if repr(child[name]) != repr(mother[name])]
    if operator == "crossover":
        assert parents == (7, 8)
        assert all(repr(mother[name]) != repr(father[name]) for name in changed)
    elif operator == "crossover+mutation":
        assert parents == (7, 8)
    else:
        assert parents == (7,)
        assert len(changed) >= 2 if operator == "mutations" else len(changed) == 1


@pytest.mark.parametrize("activation", [None, ["a", "b", "c"]])
def test_each_mutation_of_layers_does_what_its_name_says(activation: list[str] | None) -> None:
    """The result of each operator is among those that a naive version lists."""
    gene, rng = Layers((0, 5), (1, 32), activation), np.random.default_rng(1)
    value = gene.check([4, 9, 16] if activation is None else [(4, "a"), (9, "a"), (16, "b")])
    seen = Counter[str]()
    for _ in range(4000):
        changed, operator = mutate_value(gene, value, rng)
        assert isinstance(changed, tuple)
        seen[operator] += 1
        assert changed in set(_naive_mutants(gene, value, operator))
        value = gene.check(changed)
    assert set(seen) == {"add_layer", "drop_layer", "copy_layer", "resize_layer"} | (
        set() if activation is None else {"switch_activation"}
    )
    assert min(seen.values()) > 200


def _naive_mutants(
    gene: Layers, value: tuple[Layer, ...], operator: str
) -> Iterator[tuple[Layer, ...]]:
    layers = [layer for [layer] in Layers((1, 1), gene.width, gene.activation).values()]
    for place in range(len(value) + 1):
        head, tail = value[:place], value[place:]
        match operator:
            case "add_layer":
                yield from ((*head, layer, *tail) for layer in layers)
            case "copy_layer" if tail:
                yield (*head, tail[0], *tail)
            case "drop_layer" if tail:
                yield head + tail[1:]
            case "resize_layer" | "switch_activation" if tail:
                kept = 1 if operator == "resize_layer" else 0
                yield from (
                    (*head, layer, *tail[1:])
                    for layer in layers
                    if layer != tail[0] and _parts(layer)[kept] == _parts(tail[0])[kept]
                )


def _parts(layer: Layer) -> tuple[int, str | None]:
    return layer if isinstance(layer, tuple) else (layer, None)


def test_ordered_activations_step() -> None:
    """A switch of an activation goes to a neighbour if activations are ordered."""
    gene = Layers((1, 1), (3, 3), Choice(["a", "b", "c"], ordered=True))
    rng = np.random.default_rng(0)
    moved = {mutate_value(gene, ((3, "a"),), rng) for _ in range(50)}
    assert moved == {(((3, "b"),), "switch_activation")}


@given(
    st.lists(st.integers(1, 64), min_size=1, max_size=6).map(tuple),
    st.lists(st.integers(1, 64), min_size=1, max_size=6).map(tuple),
    SEEDS,
)
def test_crossed_layers_have_the_number_of_a_parent(
    mother: tuple[int, ...], father: tuple[int, ...], seed: int
) -> None:
    """A child has as many layers as one parent; those of one parent only are unchanged."""
    gene = Layers((1, 6), (1, 64))
    child = gene.check(cross_values(gene, mother, father, np.random.default_rng(seed)))
    assert len(child) in {len(mother), len(father)}
    longer, shared = max(mother, father, key=len), min(len(mother), len(father))
    assert child[shared:] == longer[shared : len(child)]


def test_crossed_layers_mix_activations_and_widths() -> None:
    """Each shared layer has one parent's activation, independently of its width."""
    gene, rng = Layers((1, 3), (1, 64), ["a", "b"]), np.random.default_rng(0)
    mother, father = ((4, "a"), (60, "a")), ((30, "b"), (8, "b"), (2, "b"))
    names = Counter[tuple[str, ...]]()
    for _ in range(400):
        child = gene.check(cross_values(gene, mother, father, rng))
        assert child[2:] in {(), ((2, "b"),)}
        names[tuple(layer[1] for layer in child[:2] if isinstance(layer, tuple))] += 1
    assert set(names) == {("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")}
    assert min(names.values()) > 60


def test_steps_have_every_size() -> None:
    """Steps on a log scale are symmetric, mostly small, and sometimes larger than a decade."""
    gene, rng = Float(1e-4, 1.0, log=True), np.random.default_rng(0)
    moved = [gene.check(mutate_value(gene, 0.01, rng)[0]) for _ in range(4000)]
    decades = np.log10(moved) + 2
    assert abs(np.mean(decades > 0) - 0.5) < 0.03
    assert np.mean(np.abs(decades) < 0.1) > 0.4
    assert 0.02 < np.mean(np.abs(decades) > 1) < 0.2
    assert np.min(np.abs(decades)) > 0


@pytest.mark.parametrize("value", [1, 2, 5])
def test_a_whole_number_changes_by_at_least_one(value: int) -> None:
    """Also in a narrow range and at a bound, a step changes the number and keeps the bounds."""
    gene, rng = Integer(1, 5), np.random.default_rng(0)
    moved = {mutate_value(gene, value, rng)[0] for _ in range(500)}
    assert value not in moved
    assert moved <= {1, 2, 3, 4, 5}


def test_choices_switch_and_ordered_choices_step() -> None:
    """Without order any other option may follow, with order only a neighbour."""
    rng = np.random.default_rng(0)
    options: list[Value] = [1, True, "x", 4]
    plain, ordered = Choice(options), Choice(options, ordered=True)
    switched = {repr(mutate_value(plain, options[1], rng)) for _ in range(200)}
    assert switched == {"(1, 'switch')", "('x', 'switch')", "(4, 'switch')"}
    stepped = {repr(mutate_value(ordered, 1, rng)) for _ in range(50)}
    assert stepped == {"(True, 'step')"}


def test_a_gene_of_an_unknown_kind_is_varied() -> None:
    """It is drawn again by mutation, and taken from a parent by crossover."""
    space, rng = SearchSpace(x=Even(), y=Integer(0, 3)), np.random.default_rng(0)
    mother, father = Genome({"x": 2, "y": 0}), Genome({"x": 8, "y": 0})
    assert {mutate_value(Even(), 2, rng) for _ in range(99)} == {
        (value, "switch") for value in (0, 4, 6, 8)
    }
    assert {cross(space, mother, father, rng)["x"] for _ in range(99)} == {2, 8}
