"""Tests of every strategy of the catalogue, and of some in particular."""

import gc
import json
import math
import tracemalloc
from collections.abc import Sequence
from functools import cache

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
WITHOUT_REPEATS = pytest.mark.parametrize(
    "name", [name for name, strategy in STRATEGIES.items() if not strategy.repeats]
)
INITIAL = SPACE.genome({"hidden": [[3, "tanh"]], "batch": 2, "schedule": "cosine"})


def made(name: str, space: SearchSpace = SPACE, size: int = 5, seed: int = 3) -> Strategy:
    """Make a strategy whose candidates are numbered from 10 on."""
    initial = (INITIAL,) if space is SPACE else ()
    return STRATEGIES[name](space, Options(size, seed, initial, first_number=10))


def result(candidate: Candidate) -> Individual:
    """Return an individual with two arbitrary costs, sometimes a failure."""
    assert isinstance(candidate.genome, Genome)
    rest = sum(map(ord, candidate.genome.key))
    costs = math.nan if rest % 7 == 0 else float(rest % 13), float(rest % 5)
    return Individual(candidate.number, candidate.genome, costs)


@cache
def undisturbed(name: str) -> list[Candidate]:
    """Search with a strategy that is never saved."""
    return search(made(name), 40)


def search(strategy: Strategy, trials: int, saved: Sequence[int] = ()) -> list[Candidate]:
    """Ask as far ahead as allowed, and tell in order; save and load before some results."""
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
        strategy.tell([result(waiting.pop(0))])


@EVERY
def test_candidates_are_numbered_and_of_the_space(name: str) -> None:
    """Numbers count from the first, a generation has five, genomes are valid, parents are older."""
    asked = search(made(name), 60)
    assert [candidate.number for candidate in asked] == list(range(10, 70))
    assert [each.generation for each in asked] == [place // 5 for place in range(60)]
    assert all(SPACE.genome(candidate.genome) == candidate.genome for candidate in asked)
    assert all(parent < each.number for each in asked for parent in each.parents)


@EVERY
def test_initial_genomes_come_first(name: str) -> None:
    """The initial genomes are asked first, with the operator seed."""
    first = made(name).ask(1)[0]
    assert (first.genome, first.operator) == (INITIAL, "seed")


@WITHOUT_REPEATS
def test_no_genome_is_asked_twice(name: str) -> None:
    """All genomes are different, the initial ones included."""
    assert len({candidate.genome for candidate in search(made(name), 60)}) == 60


@EVERY
@settings(max_examples=15)
@given(saved=st.sets(st.integers(0, 39)))
def test_a_strategy_continues_from_a_state_of_any_moment(name: str, saved: set[int]) -> None:
    """Saving and loading between any two results, also within a generation, changes nothing."""
    assert search(made(name), 40, sorted(saved)) == undisturbed(name)


@WITHOUT_REPEATS
def test_a_small_space_is_asked_completely(name: str) -> None:
    """All ten genomes are asked once, then the strategy has ended."""
    strategy = made(name, SMALL)
    asked = search(strategy, 1000)
    assert {candidate.genome for candidate in asked} == set(SMALL.genomes())
    assert len(asked) == 10
    assert strategy.generation == 2


@EVERY
def test_candidates_do_not_depend_on_how_many_are_asked_at_a_time(name: str) -> None:
    """Asking one by one up to the look-ahead gives the same candidates as asking at once."""
    whole, parts = made(name), made(name)
    counts = [0, *[1] * whole.look_ahead]
    assert [each for count in counts for each in parts.ask(count)] == whole.ask(whole.look_ahead)


@EVERY
def test_candidates_may_be_dropped(name: str) -> None:
    """Dropped candidates are not waited for, and the results of the others are used."""
    strategy = made(name)
    asked = strategy.ask(5)
    strategy.tell([result(candidate) for candidate in asked[:2]])
    assert strategy.generation == 0
    strategy.drop([candidate.number for candidate in asked[2:]])
    assert strategy.generation == 1
    following = strategy.ask(5)
    assert [candidate.number for candidate in following] == list(range(15, 20))
    if not strategy.repeats:
        assert not {each.genome for each in following} & {each.genome for each in asked[:2]}


@EVERY
def test_equal_seeds_give_equal_candidates(name: str) -> None:
    """Equal seeds give equal candidates; other seeds give others, except for grid search."""
    assert search(made(name), 20) == search(made(name), 20)
    others = [search(made(name, seed=seed), 20) for seed in (4, 5)]
    assert (others[0] == others[1]) == (name == "grid")


def traced_bytes() -> int:
    """Return the traced memory without garbage, in bytes."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@EVERY
def test_memory_of_a_long_search_stays_small(name: str) -> None:
    """A strategy keeps a few bytes of each candidate, whose genome as JSON has some 40."""
    space = SearchSpace(hidden=Layers((1, 3), (2, 16)), rate=Choice([0.123456789, 0.5, 1.0]))
    strategy = STRATEGIES[name](space, Options(50, seed=3, effort="low"))
    trials = 200 if name == "screened" else 500
    tracemalloc.start()  # before all that may be replaced later, which is no growth
    search(strategy, 300)  # so many that models have all of their memory
    before = traced_bytes()
    search(strategy, trials)
    grown = traced_bytes() - before
    tracemalloc.stop()
    # Models learn from results, which others need not keep, and their arrays grow by halves.
    assert grown < (450 if name == "screened" else 150) * trials


def test_individuals_may_have_equal_genomes() -> None:
    """Individuals with equal genomes and different numbers are both accepted and kept."""
    strategy = STRATEGIES["nsga2"](SMALL, Options(4, seed=0))
    asked = strategy.ask(4)
    individuals = [Individual(each.number, Genome(each.genome), (1.0, 2.0)) for each in asked]
    again = Individual(99, individuals[0].genome, (0.5, 0.5))
    strategy.tell([*individuals, again])
    children = strategy.ask(4)
    assert {parent for child in children for parent in child.parents} >= {99}


def test_random_search_draws_all_genomes_with_equal_probability() -> None:
    """Over many seeds, each of the ten genomes is the first about equally often."""
    first = [str(made("random", SMALL, seed=seed).ask(1)[0].genome) for seed in range(2000)]
    _, counts = np.unique(first, return_counts=True)
    assert len(counts) == 10
    assert (abs(counts - 200) < 5 * math.sqrt(200)).all()


def test_a_grid_over_a_range_of_numbers_is_refused() -> None:
    """The error has the gene's name; ranges of whole numbers and lists are accepted."""
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
    """The error lists all strategies, and suggests the most similar one."""
    with pytest.raises(UsageError, match="did you mean 'nsga2'") as refused:
        Experiment.of({"task": {"kind": "mouse"}, "evolution": {"strategy": "nsga3"}})
    assert "evolution.strategy: must be one of 'nsga2', 'screened', 'random', 'grid'" in str(
        refused.value
    )
