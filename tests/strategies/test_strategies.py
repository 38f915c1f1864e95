"""What holds for every strategy of the catalogue."""

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo.errors import UsageError
from neuroevo.evolution import Candidate, Individual
from neuroevo.experiment import Experiment
from neuroevo.space import Choice, Float, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies import STRATEGIES, Options, Strategy

SPACE = SearchSpace(
    hidden=Layers((0, 2), (1, 3), ["tanh", "relu"]),
    batch=Integer(1, 4),
    schedule=Choice(["constant", "cosine"]),
)
SMALL = SearchSpace(batch=Integer(1, 5), schedule=Choice(["constant", "cosine"]))
EVERY = pytest.mark.parametrize("name", STRATEGIES)
NEVER_AGAIN = pytest.mark.parametrize("name", ["nsga2", "random", "grid"])
"""Strategies that ask for no genome twice, and for a generation ahead."""

INITIAL = SPACE.genome({"hidden": [[3, "tanh"]], "batch": 2, "schedule": "cosine"})


def made(name: str, space: SearchSpace = SPACE, size: int = 5, seed: int = 3) -> Strategy:
    """Make a strategy whose candidates are numbered from 10 on."""
    initial = (INITIAL,) if space is SPACE else ()
    return STRATEGIES[name](space, Options(size, seed, initial, first_number=10))


def told(candidate: Candidate) -> Individual:
    """Say what a candidate is worth: two numbers of no meaning, now and then a failure."""
    assert isinstance(candidate.genome, Genome)
    rest = sum(map(ord, candidate.genome.key))
    costs = math.nan if rest % 7 == 0 else float(rest % 13), float(rest % 5)
    return Individual(candidate.number, candidate.genome, costs)


def search(strategy: Strategy, trials: int, saved: Sequence[int] = ()) -> list[Candidate]:
    """Ask ahead as far as may be, tell in the order of numbers; save and load before some tells."""
    asked: list[Candidate] = []
    waiting: list[Candidate] = []
    while True:
        new = strategy.ask(min(strategy.look_ahead - len(waiting), trials - len(asked)))
        asked, waiting = asked + new, waiting + new
        if not waiting:
            return asked
        if len(asked) - len(waiting) in saved:
            text = json.dumps(strategy.state(), allow_nan=False)
            strategy = type(strategy).from_state(SPACE, json.loads(text))
            assert strategy.ask(len(waiting)) == waiting
        strategy.tell([told(waiting.pop(0))])


@EVERY
def test_candidates_are_numbered_and_of_the_space(name: str) -> None:
    """Numbers rise from the first, a generation has five, genomes are valid, parents are older."""
    asked = search(made(name), 60)
    assert [candidate.number for candidate in asked] == list(range(10, 70))
    assert [each.generation for each in asked] == [place // 5 for place in range(60)]
    assert all(SPACE.genome(candidate.genome) == candidate.genome for candidate in asked)
    assert all(parent < each.number for each in asked for parent in each.parents)


@NEVER_AGAIN
def test_initial_genomes_come_first_and_none_twice(name: str) -> None:
    """What the user gave is asked first, as a seed, and no genome is repeated."""
    asked = search(made(name), 60)
    assert (asked[0].genome, asked[0].operator) == (INITIAL, "seed")
    assert len({candidate.genome for candidate in asked}) == 60


@EVERY
@settings(max_examples=15)
@given(saved=st.sets(st.integers(0, 39)))
def test_a_state_of_any_moment_gives_the_same_future(name: str, saved: set[int]) -> None:
    """Saved and loaded between any two tells, also amid a generation, nothing changes."""
    assert search(made(name), 40, sorted(saved)) == search(made(name), 40)


@NEVER_AGAIN
def test_a_small_space_is_asked_whole_and_once(name: str) -> None:
    """All ten genomes come, then nothing, and nothing is waited for."""
    strategy = made(name, SMALL)
    asked = search(strategy, 1000)
    assert {candidate.genome for candidate in asked} == set(SMALL.genomes())
    assert len(asked) == 10
    assert strategy.generation == 2


@NEVER_AGAIN
def test_what_is_asked_in_parts_is_what_is_asked_at_once(name: str) -> None:
    """Candidates do not depend on how many are asked for at a time."""
    whole, parts = made(name), made(name)
    assert [each for count in (1, 2, 0, 2) for each in parts.ask(count)] == whole.ask(5)


@NEVER_AGAIN
def test_candidates_may_never_come_back(name: str) -> None:
    """What is dropped is waited for no longer; what else was asked still counts."""
    strategy = made(name)
    asked = strategy.ask(5)
    strategy.tell([told(candidate) for candidate in asked[:2]])
    assert strategy.generation == 0
    strategy.drop([candidate.number for candidate in asked[2:]])
    assert strategy.generation == 1 or strategy.name != "nsga2"
    following = strategy.ask(5)
    assert [candidate.number for candidate in following] == list(range(15, 20))
    assert not {each.genome for each in following} & {each.genome for each in asked[:2]}


@EVERY
def test_equal_seeds_give_equal_candidates(name: str) -> None:
    """With equal seeds the same is asked; with others another, but by a grid."""
    assert search(made(name), 20) == search(made(name), 20)
    others = [search(made(name, seed=seed), 20) for seed in (4, 5)]
    assert (others[0] == others[1]) == (name == "grid")


def test_a_genome_may_be_told_twice() -> None:
    """Individuals of equal genomes but other numbers are two: none is refused or lost."""
    strategy = STRATEGIES["nsga2"](SMALL, Options(4, seed=0))
    asked = strategy.ask(4)
    individuals = [Individual(each.number, Genome(each.genome), (1.0, 2.0)) for each in asked]
    again = Individual(99, individuals[0].genome, (0.5, 0.5))
    strategy.tell([*individuals, again])
    children = strategy.ask(4)
    assert {parent for child in children for parent in child.parents} >= {99}


def test_random_search_draws_every_genome_with_equal_chances() -> None:
    """The first genome of many seeds is each of the ten about as often."""
    first = [str(made("random", SMALL, seed=seed).ask(1)[0].genome) for seed in range(2000)]
    _, counts = np.unique(first, return_counts=True)
    assert len(counts) == 10
    assert (abs(counts - 200) < 5 * math.sqrt(200)).all()


def test_a_grid_over_a_range_of_numbers_is_refused() -> None:
    """The experiment is refused with the gene's name; whole numbers and lists are fine."""
    task = {"task": {"kind": "mouse"}, "evolution": {"strategy": "grid"}}
    with pytest.raises(UsageError) as refused:
        Experiment.of(task)
    rule = "must be a list of values or a range of whole numbers for a grid search"
    assert str(refused.value) == (
        f"evolution.strategy: learning_rate: {rule}, but got 0.0001 to 1.0, on a log scale"
    )
    Experiment.of(task | {"space": {"learning_rate": [0.01, 0.1]}})
    assert STRATEGIES["grid"].problems(SearchSpace(x=Float(1.0, 1.0))) == []


def test_an_unknown_strategy_is_refused() -> None:
    """The line names all there are, and the one that was probably meant."""
    with pytest.raises(UsageError, match="did you mean 'nsga2'") as refused:
        Experiment.of({"task": {"kind": "mouse"}, "evolution": {"strategy": "nsga3"}})
    assert "evolution.strategy: must be one of 'nsga2', 'random', 'grid'" in str(refused.value)
