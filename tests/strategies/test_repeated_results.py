"""Noisy results: means and standard errors count, and looking at a search changes nothing."""

import json
import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from neuroevo import Evolution, Float, Integer, SearchSpace, UsageError
from neuroevo.evolution import Individual
from neuroevo.space import Genome
from neuroevo.strategies import Options
from neuroevo.strategies.screened import Screened

PLANE = SearchSpace(x=Float(-1.0, 1.0), y=Float(0.0, 1.0))
LINE = SearchSpace(x=Float(0.0, 1.0))
BOUND = {"c": {"max": 0.0}}


def value(genome: Genome, name: str = "x") -> float:
    """Return a value that is a number."""
    found = genome[name]
    assert isinstance(found, int | float)
    return float(found)


def test_front_and_best_are_of_means() -> None:
    """A lucky result of a genome that is bad on average puts it on no front."""
    evolution = Evolution(PLANE, ["minimize"] * 2, strategy="screened", noisy=True)
    good, lucky = evolution.ask(2)
    evolution.tell([good, lucky], [(1, 1), (1.5, 1.5)])
    for result in ((0, 0), (9, 9), (9, 9)):
        evolution.tell([lucky], [result])
    assert [each.genome for each in evolution.front] == [good]
    assert evolution.best == evolution.front[0]


def test_the_nearest_to_feasible_is_best_also_with_noise() -> None:
    """If no genome keeps the bound, the best is the one that exceeds it least on average."""
    evolution = Evolution(PLANE, strategy="screened", noisy=True, constraints=BOUND, seed=1)
    noise, excesses = np.random.default_rng(0), dict[Genome, float]()
    for _ in range(40):
        [genome] = evolution.ask(1)
        excesses[genome] = 2 + 5 * value(genome) ** 2
        evolution.tell([genome], [value(genome) + noise.normal(0, 0.2)], [excesses[genome]])
    assert evolution.best is not None
    assert evolution.best.genome == min(excesses, key=excesses.__getitem__)


def test_noise_of_a_constraint_is_noticed() -> None:
    """Genomes at the bound are evaluated again, so the best does not break it by luck alone."""
    evolution = Evolution(LINE, strategy="screened", noisy=True, constraints=BOUND, seed=3)
    noise, counts = np.random.default_rng(3), Counter[Genome]()
    for _ in range(100):
        [genome] = evolution.ask(1)
        counts[genome] += 1
        quantity = value(genome) - 0.5 + noise.normal(0, 0.1)
        evolution.tell([genome], [-value(genome)], [quantity])
    assert sum(counts.values()) - len(counts) > 10
    assert evolution.best is not None
    assert value(evolution.best.genome) < 0.59


@pytest.mark.parametrize("gap", [1e-13, 0.1])
def test_genomes_are_not_asked_again_without_noise(gap: float) -> None:
    """A genome whose result is told twice and differs, by rounding or more, changes nothing."""
    evolution, asked = Evolution(PLANE, strategy="screened", seed=2), list[Genome]()
    for trial in range(60):
        asked += evolution.ask(1)
        evolution.tell(asked[-1:], [value(asked[-1]) ** 2 + value(asked[-1], "y")])
        if trial == 20:
            evolution.tell(asked[:1], [value(asked[0]) ** 2 + value(asked[0], "y") + gap])
    assert len(set(asked)) == len(asked)


def test_a_difference_by_rounding_is_no_noise() -> None:
    """A search for noise goes on as one without: no genome is asked again and again."""
    evolution, counts = Evolution(PLANE, strategy="screened", noisy=True, seed=2), Counter[Genome]()
    for trial in range(80):
        [genome] = evolution.ask(1)
        counts[genome] += 1
        evolution.tell([genome], [value(genome) ** 2 + value(genome, "y") + 1e-13 * (trial % 2)])
    assert counts.total() - len(counts) <= 4


@pytest.mark.parametrize("penalty", [1.0, 1e12])
def test_noise_is_seen_beside_penalties(penalty: float) -> None:
    """How large the costs of bad trials are does not decide what is noise among the others."""
    evolution = Evolution(PLANE, strategy="screened", noisy=True, seed=2)
    noise, counts = np.random.default_rng(2), Counter[Genome]()
    for _ in range(120):
        [genome] = evolution.ask(1)
        counts[genome] += 1
        good = value(genome) ** 2 + value(genome, "y") + noise.normal(0, 0.2)
        evolution.tell([genome], [good if value(genome) > -0.3 else penalty])
    assert counts.total() - len(counts) > 15


def test_a_genome_that_fails_at_times_is_not_evaluated_again_and_again() -> None:
    """After its first failure it is repeated no more, and is not the best."""
    evolution = Evolution(PLANE, strategy="screened", noisy=True, seed=2)
    noise, counts = np.random.default_rng(2), Counter[Genome]()
    for _ in range(120):
        [genome] = evolution.ask(1)
        counts[genome] += 1
        failed = value(genome) < 0 and counts[genome] > 1
        result = value(genome) ** 2 + value(genome, "y") + noise.normal(0, 0.05)
        evolution.tell([genome], [math.nan if failed else result])
    assert all(count <= 2 for genome, count in counts.items() if value(genome) < 0)
    assert evolution.best is not None
    assert value(evolution.best.genome) >= 0 or counts[evolution.best.genome] == 1


def test_noise_that_a_first_repetition_does_not_show_is_found() -> None:
    """Of a score with few levels the first repetition may be equal; later ones show the noise."""
    for seed in range(3):
        evolution = Evolution(LINE, strategy="screened", noisy=True, seed=seed)
        asked = Counter[Genome]()
        for _ in range(160):
            [genome] = evolution.ask(1)
            asked[genome] += 1
            repeated = sum(asked.values()) - len(asked)
            # Up to the second repetition all results have one level.
            evolution.tell([genome], [value(genome) + (0.1 * asked[genome] if repeated > 1 else 0)])
        assert sum(asked.values()) - len(asked) > 5


def test_pending_repetitions_are_not_asked_again() -> None:
    """If the only feasible genome is pending, others are asked, and a state keeps all of them."""
    evolution = Evolution(LINE, strategy="screened", noisy=True, constraints=BOUND, seed=0)
    noise, first = np.random.default_rng(0), None
    for _ in range(40):
        [genome] = evolution.ask(1)
        first = first or genome
        evolution.tell([genome], [noise.normal(0, 0.1)], [-1.0 if genome == first else 1.0])
    asked = [genome for _ in range(30) for genome in evolution.ask(1)]
    assert len(set(asked)) == len(asked) == 30
    assert evolution.pending == asked
    resumed = Evolution.from_state(LINE, json.loads(json.dumps(evolution.state())))
    assert resumed.pending == asked
    assert resumed.ask(2) == evolution.ask(2)


def test_a_restricted_space_with_noise_is_evaluated_again() -> None:
    """Once all genomes that a restriction allows are evaluated, they are asked again."""
    space = SearchSpace(x=Integer(0, 99)).restricted(lambda genome: genome["x"] - 4)  # type: ignore[operator]
    evolution, noise = Evolution(space, strategy="screened", noisy=True), np.random.default_rng(0)
    asked = Counter[Genome]()
    for _ in range(30):
        [genome] = evolution.ask(1)
        asked[genome] += 1
        evolution.tell([genome], [noise.normal(0, 1)])
    assert len(asked) == 5


LOOKS: dict[str, Callable[[Evolution], object]] = {
    "state": Evolution.state,
    "best": lambda evolution: evolution.best,
    "population": lambda evolution: evolution.population,
    "front": lambda evolution: evolution.front,
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("objectives", [1, 2])
def test_looking_at_a_search_does_not_change_it(look: str, objectives: int) -> None:
    """Seen after each of several results in another order, the search asks the same."""
    logs = []
    for seen in (lambda _: None, LOOKS[look]):
        evolution = Evolution(PLANE, ["minimize"] * objectives, seed=3, strategy="screened")
        log = []
        for _ in range(8):
            genomes = evolution.ask(4)
            log += genomes
            for genome in reversed(genomes):
                costs = [round(3 * abs(value(genome) - end)) for end in (0.3, -0.3)]
                evolution.tell([genome], [costs[:objectives]])
                seen(evolution)
        logs.append(log)
    assert logs[0] == logs[1]


def test_a_state_between_results_continues_with_all_of_them() -> None:
    """Results that no question has followed are in the state, prices among them."""
    evolution = Evolution(PLANE, seed=3, strategy="screened", price="p")
    for _ in range(12):
        genomes = evolution.ask(2)
        evolution.tell(genomes[1:], [value(genomes[1])], [2.0])
        evolution.tell(genomes[:1], [value(genomes[0])], [1.5])
        resumed = Evolution.from_state(PLANE, json.loads(json.dumps(evolution.state())))
        assert resumed.ask(1) == evolution.ask(1)
        evolution.drop(evolution.pending)


def test_a_generation_of_nsga2_begins_when_it_is_asked_for() -> None:
    """A state between generations, and own genomes before the first, change nothing else."""
    evolution = Evolution(LINE, population_size=4, strategy="nsga2")
    genomes = evolution.ask()
    evolution.tell(genomes, [value(each) for each in genomes])
    resumed = Evolution.from_state(LINE, json.loads(json.dumps(evolution.state())))
    for each in (evolution, resumed):
        each.tell([{"x": 0.0}], [-1.0])
    assert evolution.ask() == resumed.ask()
    assert evolution.generation == resumed.generation
    begun = Evolution(LINE, population_size=4, initial=[{"x": 0.5}], strategy="nsga2")
    begun.tell([{"x": 0.25}], [1.0])
    assert begun.ask()[0] == {"x": 0.5}


def test_nsga2_takes_a_genome_once_also_within_a_generation() -> None:
    """The second result of a genome is refused before the generation is complete too."""
    evolution = Evolution(LINE, population_size=4, strategy="nsga2")
    first = evolution.ask()[0]
    evolution.tell([first], [1.0])
    with pytest.raises(UsageError, match="once only"):
        evolution.tell([first], [0.5])


def searched(variance: float, seed: int, trials: int = 120) -> tuple[Screened, list[float]]:
    """Search a noisy bowl whose noise is known or not; return the true values of its trials."""
    space = SearchSpace({name: Float(0.0, 1.0) for name in "abcdef"})
    strategy, noise = Screened(space, Options(10, seed)), np.random.default_rng(seed)
    true = []
    for _ in range(trials):
        [candidate] = strategy.ask(1)
        genome = space.genome(candidate.genome)
        true.append(sum((value(genome, name) - 0.3) ** 2 for name in space.genes))
        cost = true[-1] + noise.normal(0, 0.1)
        strategy.tell([Individual(candidate.number, genome, (cost,), variance=variance)])
    return strategy, true


def test_known_standard_errors_pay() -> None:
    """Where costs are means of known noise, later trials are truly better than without it."""
    medians = [
        [np.median(searched(variance, seed)[1][60:]) for seed in range(6)]
        for variance in (0.1**2, math.nan)
    ]
    assert np.mean(medians[0]) < 0.8 * np.mean(medians[1])


def test_a_search_with_standard_errors_continues_from_its_state() -> None:
    """No genome is repeated for them, and a state keeps what is known of the noise."""
    strategy, true = searched(0.1**2, 1, 40)
    assert len(set(true)) == 40
    space = SearchSpace({name: Float(0.0, 1.0) for name in "abcdef"})
    resumed = Screened.from_state(space, json.loads(json.dumps(strategy.state())))
    assert resumed.ask(3) == strategy.ask(3)
