import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from neuroevo.evolution import Individual
from neuroevo.evolution.variation import create_child, cross, mutate
from neuroevo.space import SearchSpace
from neuroevo.strategies import Evolution
from tests.conditional_spaces import conditional_spaces, is_active


@given(space=conditional_spaces(), seed=st.integers(0, 2**32))
def test_children_have_exactly_the_active_genes(space: SearchSpace, seed: int) -> None:
    """Crossover and mutation give genomes of the space; a mutant differs from its parent."""
    assume(space.size > 1)
    random = np.random.default_rng(seed)
    mother, father = space.sample(random), space.sample(random)
    for _ in range(5):
        mutant, _ = mutate(space, mother, random)
        child = create_child(space, Individual(0, mother, ()), Individual(1, father, ()), random)
        for genome in (mutant, child.genome, cross(space, mother, father, random)):
            assert genome.keys() == {name for name in space.genes if is_active(space, name, genome)}
            assert space.genome(genome) == genome
        assert mutant != mother
        mother, father = child.genome, mother


@given(space=conditional_spaces(), seed=st.integers(0, 2**32))
def test_a_child_of_equal_parents_inherits_what_stays_active(space: SearchSpace, seed: int) -> None:
    """Crossover of a genome with itself changes nothing."""
    random = np.random.default_rng(seed)
    genome = space.sample(random)
    assert cross(space, genome, genome, random) == genome


@given(space=conditional_spaces(), seed=st.integers(0, 2**32))
def test_a_search_continues_from_its_state(space: SearchSpace, seed: int) -> None:
    """With conditional genes, too, a search that is restored asks for the same genomes."""
    evolution = Evolution(space, ["minimize"], population_size=4, seed=seed, strategy="nsga2")
    for _ in range(2):
        genomes = evolution.ask()
        evolution.tell(genomes, [float(len(genome)) for genome in genomes])
    restored = Evolution.from_state(space, evolution.state())
    assert restored.ask() == evolution.ask()
