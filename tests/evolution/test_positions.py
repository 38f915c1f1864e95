import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neuroevo.evolution.breeding import Manner, children, latin_hypercube
from neuroevo.evolution.positions import IDLE, NO_OPTION, Positions
from neuroevo.space import Choice, Conditional, Float, Integer, Layers, SearchSpace
from tests.conditional_spaces import conditional_spaces

CONDITIONAL = SearchSpace(
    method=Choice(["a", "b", "c"]),
    size=Choice([1, 2, 4], ordered=True),
    step=Conditional(Integer(1, 5), when={"method": ["b", "c"]}),
    kind=Conditional(Choice(["x", "y"]), when={"size": [2, 4]}),
    deep=Conditional(Float(0.1, 10.0, log=True), when={"kind": "y", "method": "c"}),
    fixed=3,
)


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_a_genome_comes_back_from_its_positions(
    spaces: st.SearchStrategy[SearchSpace], data: st.DataObject, seed: int
) -> None:
    """Rows lie in the cube, and the genome of the row of a genome is the same."""
    space = data.draw(spaces)
    positions, rng = Positions(space), np.random.default_rng(seed)
    for _ in range(5):
        genome = space.sample(rng)
        row = positions.row(genome)
        ordered = positions.options == 0
        assert ((row[ordered] >= 0) & (row[ordered] <= 1)).all()
        assert (row[~ordered] < positions.options[~ordered]).all()
        assert positions.genome(row) == genome


def has_wide_ranges(space: SearchSpace) -> bool:
    """Whether no range is so narrow that it holds only some floating-point numbers."""
    ranges = (gene for gene in space.genes.values() if isinstance(gene, Float))
    return all(each.high - each.low > 1e-9 * abs(each.high) or each.size == 1 for each in ranges)


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_children_are_genomes_of_the_space(
    spaces: st.SearchStrategy[SearchSpace], data: st.DataObject, seed: int
) -> None:
    """Every child is at the place of its genome, but for the rounding of numbers."""
    space = data.draw(spaces.filter(has_wide_ranges))
    positions, rng = Positions(space), np.random.default_rng(seed)
    parents = np.array([positions.row(space.sample(rng)) for _ in range(4)])
    bred = children(positions, parents, 20, Manner(), rng)
    for row in bred.rows:
        genome = positions.genome(row)
        assert space.genome(genome) == genome
        np.testing.assert_allclose(positions.row(genome), row, atol=1e-4)


def test_conditions_decide_which_columns_are_active() -> None:
    """Children hold the place of an inactive column exactly where the genome has no value."""
    positions, rng = Positions(CONDITIONAL), np.random.default_rng(0)
    parents = np.array([positions.row(CONDITIONAL.sample(rng)) for _ in range(8)])
    names = [column.name for column in positions.columns]
    seen = set()
    for row in children(positions, parents, 400, Manner(), rng).rows:
        genome = positions.genome(row)
        seen.add(tuple(genome))
        for name, place, options in zip(names, row, positions.options, strict=True):
            idle = NO_OPTION if options else IDLE
            assert (place == idle) == (name not in genome)
    assert len(seen) == 5


@given(space=conditional_spaces(), seed=st.integers(0, 1000))
@example(SearchSpace(a=Choice([1, 2]), b=Conditional(Layers((0, 2), (1, 3)), {"a": 1})), 0)
@example(SearchSpace(a=Choice([1, 2]), b=Conditional(Layers((2, 2), (1, 3)), {"a": 1})), 0)
def test_columns_are_active_where_their_genes_have_values(space: SearchSpace, seed: int) -> None:
    """Drawn rows have the active columns of their genomes, also if one value alone decides."""
    positions = Positions(space)
    idle = np.where(positions.options > 0, NO_OPTION, IDLE)
    for row in latin_hypercube(positions, 10, np.random.default_rng(seed)):
        np.testing.assert_array_equal(row == idle, positions.row(positions.genome(row)) == idle)


def test_whole_numbers_of_any_range_decide() -> None:
    """A condition on one of 10,000 whole numbers holds there alone, also on a log scale."""
    for log in (False, True):
        space = SearchSpace(
            size=Integer(1, 10_000, log=log), rate=Conditional(Float(0.0, 1.0), {"size": [1, 7000]})
        )
        positions, rng = Positions(space), np.random.default_rng(0)
        for size in (1, 2, 6999, 7000, 7001, 10_000):
            genome = space.completed({"size": size}, rng)
            row = positions.row(genome)
            assert positions.genome(row) == genome
            [snapped] = positions.snapped(row[None], rng.random((1, 2)))
            assert ("rate" in positions.genome(snapped)) == (size in (1, 7000))


def test_positions_of_layers_are_a_number_and_slots() -> None:
    """Layers have a column for their number, and one for each width and each activation."""
    space = SearchSpace(hidden=Layers((1, 3), (2, 16), ["tanh", "relu"]))
    positions = Positions(space)
    assert [column.layer for column in positions.columns] == [-1, 0, 0, 1, 1, 2, 2]
    row = positions.row(space.genome({"hidden": [[2, "relu"], [16, "tanh"]]}))
    assert row[[0, 2, 4, 5, 6]].tolist() == [0.5, 1, 0, IDLE, NO_OPTION]
    assert row[1] < 0.2
    assert row[3] > 0.9


def test_steps_are_small_and_large_and_go_to_the_ends() -> None:
    """Mutations of a number are of every size, and some of them reach the ends of its range."""
    space = SearchSpace(x=Float(0.0, 1.0))
    positions = Positions(space)
    bred = children(
        positions, np.array([[0.2]]), 4000, Manner(newcomers=0.0), np.random.default_rng(0)
    )
    steps = np.abs(bred.rows[:, 0] - 0.2)
    assert (steps < 0.005).mean() > 0.1
    assert (steps > 0.2).mean() > 0.05
    assert 0.01 < (bred.rows == 0).mean() < 0.2
    assert (bred.fathers == -1).all()
    assert not bred.fresh.any()


@pytest.mark.parametrize("count", [1, 10])
def test_a_latin_hypercube_covers_each_range_evenly(count: int) -> None:
    """Each column has one value in each tenth of its range."""
    space = SearchSpace({f"x{place}": Float(0.0, 1.0) for place in range(4)}, c=Choice(range(10)))
    rows = latin_hypercube(Positions(space), count, np.random.default_rng(1))
    scaled = np.where(Positions(space).options > 0, rows / 10, rows)
    assert (np.arange(count) == np.sort(np.floor(count * scaled + 1e-9), axis=0).T).all()
