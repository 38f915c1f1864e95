"""Trials of earlier searches in the model of a search: what they help, and what they do not."""

import json
import math
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo import Evolution, UsageError
from neuroevo.evolution import Individual, hypervolume
from neuroevo.evolution.earlier import EarlierTrials, most_instructive
from neuroevo.evolution.kriging import Kriging
from neuroevo.evolution.positions import Positions
from neuroevo.space import Float, Genome, SearchSpace
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.screened import Screened
from tests.strategies.test_screened import CUBE, OPTIONS, bowl, distances, evaluated, least, number

Function = Callable[[Genome], tuple[float, ...]]


def tilted(genome: Genome) -> tuple[float, ...]:
    """Return the bowl, whose best point is elsewhere, on another level."""
    return (bowl(genome)[0] + 0.2 * number(genome, "x1") + 3.0,)


def turned(genome: Genome) -> tuple[float, ...]:
    """Return a bowl whose best point is where the other one is high."""
    return (sum((number(genome, name) + 0.6) ** 2 for name in CUBE.genes),)


def results_of(function: Function, seed: int = 50) -> list[Individual]:
    """Search a function with 40 trials."""
    return evaluated(Screened(CUBE, replace(OPTIONS, seed=seed)), function, 40)


def warm(earlier: Sequence[Individual], seed: int, *, learns: bool = True) -> Screened:
    """Begin with the best three genomes of an earlier search, whose trials the model may know."""
    best = sorted(earlier, key=lambda each: each.fitness)[:3]
    known = most_instructive([earlier], 40) if learns else ()
    first = tuple(each.genome for each in best)
    return Screened(CUBE, replace(OPTIONS, seed=seed, initial=first, earlier=known))


def test_trials_of_a_like_search_help() -> None:
    """20 trials come nearer if the model knows trials of a tilted function on another level."""
    found, seeded = [], []
    for seed in range(3):
        earlier = results_of(tilted, 50 + seed)
        found.append(least(evaluated(warm(earlier, seed), bowl, 20)))
        seeded.append(least(evaluated(warm(earlier, seed, learns=False), bowl, 20)))
    assert statistics.median(found) < statistics.median(seeded) / 2


def test_trials_of_two_objectives_help() -> None:
    """15 trials dominate more if the models know trials of functions on other levels."""

    def moved(genome: Genome) -> tuple[float, ...]:
        first, second = distances(genome)
        return first + 1, second - 5

    volumes: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(3):
        earlier = most_instructive([results_of(moved, 50 + seed)], 40)
        for knows, kept in volumes.items():
            options = replace(OPTIONS, seed=seed, earlier=earlier if knows else ())
            done = evaluated(Screened(CUBE, options), distances, 15)
            kept.append(hypervolume([each.fitness for each in done], (1.5, 1.5)))
    assert statistics.median(volumes[True]) > 1.1 * statistics.median(volumes[False])


def test_trials_of_an_unlike_search_count_less() -> None:
    """Results correlate with those of the same function, and less with those of another."""
    correlations = []
    for function in (bowl, turned):
        strategy = warm(results_of(function), 1)
        evaluated(strategy, bowl, 20)
        correlations += strategy.correlations
    assert correlations[0] > 0.95 > correlations[1] + 0.1


def test_correlations_stay_when_earlier_trials_are_used_up() -> None:
    """They are those that were learned last, and there is none before."""
    strategy = warm(results_of(bowl), 1)
    assert strategy.correlations == []
    evaluated(strategy, bowl, 60)
    assert strategy.correlations[0] > 0.85  # 0.77 before anything is learned


def test_failures_do_not_move_earlier_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failed trials have no costs with which earlier ones could be compared."""
    compared: list[int] = []
    aligned = EarlierTrials.aligned

    def watched(self: EarlierTrials, *arguments: Any) -> Any:  # noqa: ANN401 - as it is
        compared.append(len(arguments[0]))
        return aligned(self, *arguments)

    monkeypatch.setattr(EarlierTrials, "aligned", watched)
    strategy = warm(results_of(bowl), 1)
    for step in range(12):
        [candidate] = strategy.ask(1)
        genome = CUBE.genome(candidate.genome)
        fitness = (math.nan,) if step % 2 else bowl(genome)
        strategy.tell([Individual(candidate.number, genome, fitness)])
    assert set(compared) <= set(range(1, 7))


def test_an_unlike_search_does_no_harm() -> None:
    """Misled by a function whose best point is elsewhere, a search finds the best all the same."""
    found = [least(evaluated(warm(results_of(turned), seed), bowl, 60)) for seed in range(3)]
    assert statistics.median(found) < 1e-3


def test_earlier_trials_are_no_trials_of_the_search() -> None:
    """They are neither parents nor the best, may be asked again, and are left out of the front."""
    earlier = results_of(bowl)
    known = [each.genome for each in earlier]
    evolution = Evolution(
        CUBE,
        strategy="screened",
        seed=1,
        earlier=[(known, [each.fitness for each in earlier])],
    )
    assert evolution.front == []
    asked = evolution.ask(5)
    evolution.tell(asked, [bowl(genome) for genome in asked])
    best = evolution.best
    assert best is not None
    assert best.genome in asked
    evolution.tell(known[:1], [5.0])
    assert len(evolution.population) == 6


def test_the_second_trial_is_led_by_earlier_ones() -> None:
    """It is near their best, though the only trial of the search says nothing."""
    earlier = results_of(bowl)
    known = ([each.genome for each in earlier], [each.fitness for each in earlier])
    evolution = Evolution(CUBE, strategy="screened", seed=1, earlier=[known])
    [first] = evolution.ask(1)
    evolution.tell([first], [bowl(first)])
    [second] = evolution.ask(1)
    assert bowl(second)[0] < 0.1  # the mean of genomes drawn at random is 1.7


@pytest.mark.parametrize("objectives", [1, 2, 4])
def test_a_search_with_earlier_trials_continues_from_its_state(objectives: int) -> None:
    """Saved as JSON and loaded after each trial, it asks for the same genomes."""

    def function(genome: Genome) -> list[float]:
        return [*distances(genome), *bowl(genome), number(genome, "x0")][:objectives]

    earlier = results_of(distances)
    genomes = [each.genome for each in earlier]
    plain = Evolution(
        CUBE,
        ["maximize", *["minimize"] * (objectives - 1)],
        strategy="screened",
        earlier=[(genomes, [function(each) for each in genomes])],
    )
    broken = Evolution.from_state(CUBE, json.loads(json.dumps(plain.state())))
    for _ in range(14):
        [genome] = plain.ask(1)
        assert broken.ask(1) == [genome]
        plain.tell([genome], [function(genome)])
        broken.tell([genome], [function(genome)])
        broken = Evolution.from_state(CUBE, json.loads(json.dumps(broken.state())))


@pytest.mark.parametrize("objectives", [1, 2])
@pytest.mark.parametrize("effort", EFFORTS)
def test_as_many_earlier_trials_are_chosen_as_models_learn_from(
    effort: str, objectives: int
) -> None:
    """If more were chosen, the last ones, which spread over all costs, would not be used."""
    random = np.random.default_rng(0)
    genomes = [CUBE.sample(random) for _ in range(300)]
    evolution = Evolution(
        CUBE,
        ["minimize"] * objectives,
        strategy="screened",
        effort=effort,
        earlier=[(genomes, random.random((300, objectives)))],
    )
    [chosen] = evolution.state()["earlier"]
    assert len(chosen) == EFFORTS[effort].of(objectives).earlier


def test_failures_of_earlier_searches_are_left_out() -> None:
    """A search in which all failed teaches nothing; of others every second trial is the best."""
    drawn = [CUBE.sample(np.random.default_rng(seed)) for seed in range(300)]
    failed = [Individual(place, each, (math.nan,)) for place, each in enumerate(drawn)]
    known = [Individual(place, each, (float(place),)) for place, each in enumerate(drawn)]
    assert most_instructive([failed], 80) == ()
    [kept] = most_instructive([known], 80)
    half = 40
    assert [each.number for each in kept[::2]] == list(range(half))
    assert max(each.number for each in kept[1::2]) > 250
    both = most_instructive([known, failed, known[:3]], 80)
    assert [len(each) for each in both] == [half, 3]
    many = most_instructive([known[place : place + 3] for place in range(85)], 80)
    assert [len(each) for each in many] == [1] * 85
    taken = EarlierTrials.of(Positions(CUBE), both)
    assert taken.searches[:8].tolist() == [1, 2, 1, 2, 1, 2, 1, 1]


def test_costs_are_aligned_by_the_median_difference() -> None:
    """Costs on another level are moved to that of the search, once it has three trials."""
    drawn = [CUBE.sample(np.random.default_rng(seed)) for seed in range(40)]
    earlier = [Individual(n, each, (bowl(each)[0] + 7,)) for n, each in enumerate(drawn)]
    taken = EarlierTrials.of(Positions(CUBE), [earlier])
    rows = np.array([Positions(CUBE).row(each) for each in drawn[:5]])
    costs = np.array([bowl(each) for each in drawn[:5]])
    model = Kriging([0] * len(CUBE.genes), 2)
    aligned = taken.aligned(rows, costs, [model], [model.start])
    assert aligned == pytest.approx(taken.costs - 7, abs=0.05)
    assert np.array_equal(taken.aligned(rows[:2], costs[:2], [model], [model.start]), taken.costs)


@pytest.mark.parametrize(
    ("earlier", "strategy", "problems"),
    [
        ([([{"x": 1}], [1.0])], "nsga2", ["earlier: must be left out unless the strategy is 's.*"]),
        (3, "screened", ["earlier: must be a list with a pair .*, but got 3"]),
        ([[1]], "screened", [r"earlier\[0\]: must be a pair of genomes .*"]),
        (
            [([{"x": 9}, {"x": 1}], [1.0]), ([{"x": 1}], ["a"])],
            "screened",
            [
                r"earlier\[0\].genomes\[0\].x: must be between .*",
                r"earlier\[0\].fitnesses: must be one for each of 2 genomes, but got 1",
                r"earlier\[1\].fitnesses\[0\]: must be a number, but got 'a'",
            ],
        ),
    ],
)
def test_wrong_earlier_results_are_refused(
    earlier: object, strategy: str, problems: list[str]
) -> None:
    """Each problem has a line with its place."""
    space = SearchSpace(x=Float(0.0, 2.0))
    with pytest.raises(UsageError) as refused:
        Evolution(space, strategy=strategy, earlier=earlier)  # type: ignore[arg-type]  # what is tested
    assert len(refused.value.problems) == len(problems)
    for found, expected in zip(refused.value.problems, problems, strict=True):
        assert re.fullmatch(expected, found)
