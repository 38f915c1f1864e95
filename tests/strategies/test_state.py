import copy
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo import Evolution
from neuroevo.errors import UsageError
from neuroevo.evolution import Individual
from neuroevo.space import Float, Genome, SearchSpace


def fitness(genome: Genome) -> Sequence[float]:
    """Return two arbitrary numbers, sometimes a failure."""
    rest = sum(map(ord, genome.key))
    return (math.nan if rest % 7 == 0 else float(rest % 13), float(rest % 5))


def through_json(space: SearchSpace, evolution: Evolution) -> Evolution:
    """Save and load, like a checkpoint."""
    state = evolution.state()
    text = json.dumps(state, allow_nan=False)
    assert json.loads(text) == state
    return Evolution.from_state(space, json.loads(text))


@given(
    data=st.data(),
    seed=st.integers(0, 99),
    breaks=st.sets(st.integers(0, 9)),
    objectives=st.integers(1, 2),
)
@settings(max_examples=30)
def test_a_search_that_is_resumed_equals_one_that_was_not(
    spaces: st.SearchStrategy[SearchSpace],
    data: st.DataObject,
    seed: int,
    breaks: set[int],
    objectives: int,
) -> None:
    """Saved and loaded at any time, before or after asking, the search continues the same."""
    space = data.draw(spaces)
    arguments: dict[str, Any] = {
        "objectives": ["minimize", "maximize"][:objectives],
        "population_size": 5,
        "strategy": "nsga2",
        "seed": seed,
        "initial": [space.sample(np.random.default_rng(1))],
    }
    plain, broken = Evolution(space, **arguments), Evolution(space, **arguments)
    for step in range(5):
        if 2 * step in breaks:
            broken = through_json(space, broken)
        genomes = plain.ask()
        assert broken.ask() == genomes
        if 2 * step + 1 in breaks:
            broken = through_json(space, broken)
        assert broken.ask() == genomes
        assert list(map(broken.origin, genomes)) == list(map(plain.origin, genomes))
        for evolution in (plain, broken):
            evolution.tell(genomes, [fitness(genome)[:objectives] for genome in genomes])
    assert json.dumps(broken.state()) == json.dumps(plain.state())
    assert repr(broken.front) == repr(plain.front)
    assert repr(broken.population) == repr(plain.population)
    assert broken.generation == plain.generation == 5


def test_a_state_is_a_snapshot(networks: SearchSpace) -> None:
    """A state doesn't change when the search continues."""
    evolution = Evolution(networks, population_size=4, strategy="nsga2")
    genomes = evolution.ask()
    state = evolution.state()
    before = copy.deepcopy(state)
    evolution.tell(genomes, [1.0, math.nan, 2.0, math.inf])
    evolution.ask()
    assert state == before


def test_failures_are_saved_as_null(networks: SearchSpace) -> None:
    """NaN and infinity are null in JSON; both become NaN again."""
    evolution = Evolution(networks, population_size=4, strategy="nsga2")
    evolution.tell(evolution.ask(), [math.inf] * 4)
    resumed = through_json(networks, evolution)
    assert all(math.isnan(each.fitness[0]) for each in resumed.population)
    assert all(isinstance(each, Individual) and each.failed for each in resumed.population)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ({"format": 1}, "state: must be the state of an evolution in format 6"),
        ({"evaluated": None}, "state: must be complete and undamaged, but TypeError"),
        ({"generator": {}}, "state: must be complete and undamaged, but"),
        ({"evaluated": [["linear", [99], 0.1]]}, "state: hidden: a width must be between 1 and 32"),
        ({"evaluated": [["linear", [9]]]}, "state: must be complete and undamaged, but ValueError"),
    ],
)
def test_a_damaged_state_is_refused(
    networks: SearchSpace, damage: dict[str, object], problem: str
) -> None:
    """Missing values, another space and another format are reported in one line."""
    evolution = Evolution(networks, population_size=4, strategy="nsga2")
    evolution.tell(evolution.ask(), [1.0, 2.0, 3.0, 4.0])
    with pytest.raises(UsageError) as refused:
        Evolution.from_state(networks, {**evolution.state(), **damage})
    assert [text[: len(problem)] for text in refused.value.problems] == [problem]


def test_equal_costs_keep_their_order_through_a_state() -> None:
    """A genome that is evaluated again with the same cost is no later than before."""
    space = SearchSpace(x=Float(0.0, 1.0))
    genomes = [{"x": place / 10} for place in range(11)]
    plain = Evolution(space, strategy="screened", population_size=4, noisy=True, seed=1)
    plain.tell(genomes, [1.0] * 11)
    plain.tell(genomes[:1], [1.0])
    broken = through_json(space, plain)
    assert plain.population == broken.population
    assert plain.ask() == broken.ask()
