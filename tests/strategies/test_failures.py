"""What fails is learned from, with any number of objectives, and is avoided."""

import math
import statistics
from collections.abc import Callable

import pytest

from neuroevo import Evolution, Float, SearchSpace
from neuroevo.space import Genome

SQUARE = SearchSpace(x=Float(0.0, 1.0), y=Float(0.0, 1.0))
CUBE = SearchSpace({f"x{place}": Float(0.0, 1.0) for place in range(4)})

Function = Callable[[Genome], tuple[float, ...]]


def numbers(genome: Genome) -> list[float]:
    """Return the values of a genome of numbers only."""
    return [float(value) for value in genome.values() if isinstance(value, int | float)]


def failing_towards(objectives: int) -> Function:
    """Return a function that is the better the nearer a genome is to those that fail."""

    def function(genome: Genome) -> tuple[float, ...]:
        first, second, *others = numbers(genome)
        if first + second < 1:
            return (math.nan,) * objectives
        ends = [place / (objectives - 1 or 1) for place in range(objectives)]
        return tuple(first + second + sum((other - end) ** 2 for other in others) for end in ends)

    return function


def rarely_sound(genome: Genome) -> tuple[float]:
    """Return a distance in a twenty-fifth of the square; all else fails."""
    x, y = numbers(genome)
    sound = abs(x - 0.65) < 0.1 and abs(y - 0.2) < 0.1
    return ((x - 0.65) ** 2 + (y - 0.2) ** 2 if sound else math.nan,)


def failures(evolution: Evolution, function: Function, trials: int) -> int:
    """Return how many of the next trials fail."""
    count = 0
    for _ in range(trials):
        [genome] = evolution.ask(1)
        found = function(genome)
        evolution.tell([genome], [found])
        count += math.isnan(found[0])
    return count


@pytest.mark.parametrize("objectives", [1, 2, 3, 4])
def test_few_trials_fail_where_the_best_are_near_to_failures(objectives: int) -> None:
    """Half of the space fails, but less than a third of the trials after the first ones do."""
    evolution = Evolution(CUBE, ["minimize"] * objectives, strategy="screened", seed=1)
    function = failing_towards(objectives)
    failures(evolution, function, 30)
    assert failures(evolution, function, 60) < 20


def test_a_single_success_is_searched_around() -> None:
    """If all else failed, many more trials succeed than the four of a hundred by chance."""
    counts = []
    for seed in range(5):
        evolution = Evolution(SQUARE, strategy="screened", seed=seed, population_size=16)
        first = SQUARE.genome({"x": 0.58, "y": 0.27})
        evolution.tell([first], [rarely_sound(first)])
        counts.append(100 - failures(evolution, rarely_sound, 100))
    assert statistics.median(counts) > 20
