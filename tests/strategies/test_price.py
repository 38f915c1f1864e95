"""Improvement per price: what it finds for the same total price, and how prices are given."""

import json
import math
import re
import statistics
import warnings
from typing import Any

import pytest

from neuroevo import Evolution, UsageError
from neuroevo.evolution import hypervolume
from neuroevo.space import Float, Genome, SearchSpace

SPACE = SearchSpace(
    x=Float(0.0, 1.0), y=Float(0.0, 1.0), z=Float(0.0, 1.0), size=Float(1.0, 100.0, log=True)
)


def numbers(genome: Genome) -> list[float]:
    """Return the values of x, y, z and the size."""
    return [float(str(genome[name])) for name in ("x", "y", "z", "size")]


def error(genome: Genome) -> float:
    """Return the squared distance from a point, to which the size adds little."""
    x, y, z, size = numbers(genome)
    return (x - 0.2) ** 2 + (y - 0.7) ** 2 + (z - 0.4) ** 2 + 0.01 * (math.log10(size) - 0.8) ** 2


def two(genome: Genome) -> list[float]:
    """Return the squared distances from two points."""
    x, y, z, _ = numbers(genome)
    return [sum((each - at) ** 2 for each in (x, y, z)) for at in (0.3, 0.7)]


def searched(function: Any, seed: int, total: float, **arguments: Any) -> list[Any]:  # noqa: ANN401 - numbers or lists
    """Search until evaluations, which cost their size, have cost so much; return fitnesses."""
    evolution = Evolution(SPACE, strategy="screened", seed=seed, **arguments)
    spent, found = 0.0, []
    while spent < total:
        [genome] = evolution.ask(1)
        found.append(function(genome))
        size = numbers(genome)[3]
        evolution.tell([genome], found[-1:], *([[size]] if "price" in arguments else []))
        spent += size
    return found


def test_more_is_found_for_the_same_total_price() -> None:
    """Where sizes cost much and matter little, the error is a hundredth of that without prices."""
    without, with_price = (
        statistics.median(min(searched(error, seed, 350, **arguments)) for seed in range(3))
        for arguments in ({}, {"price": "size"})
    )
    assert with_price < without / 100


def test_more_of_a_front_is_found_for_the_same_total_price() -> None:
    """Of two objectives the front dominates more."""
    objectives = ["minimize", "minimize"]
    without, with_price = (
        statistics.median(
            hypervolume(searched(two, seed, 350, objectives=objectives, **arguments), (0.5, 0.5))
            for seed in range(3)
        )
        for arguments in ({}, {"price": "size"})
    )
    assert with_price > 1.1 * without


def test_a_search_with_prices_continues_from_its_state() -> None:
    """Saved as JSON and loaded after each trial, it asks for the same genomes."""
    constraints = {"y": {"max": 0.8}}
    plain = Evolution(SPACE, strategy="screened", price="size", constraints=constraints)
    broken = Evolution.from_state(SPACE, json.loads(json.dumps(plain.state())))
    for _ in range(20):
        [genome] = plain.ask(1)
        assert broken.ask(1) == [genome]
        for each in (plain, broken):
            each.tell([genome], [error(genome)], [[numbers(genome)[1], numbers(genome)[3]]])
        broken = Evolution.from_state(SPACE, json.loads(json.dumps(broken.state())))
    assert plain.state()["archive"]["log_prices"]


def test_prices_that_are_unknown_do_no_harm() -> None:
    """NaN, infinite, zero and negative prices are unknown; a search needs none, or equal ones."""
    prices = [math.nan, math.inf, 0.0, -3.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for known in ([], [1e300, 1e-300], [5.0]):
            evolution = Evolution(SPACE, strategy="screened", price="size")
            for step in range(16):
                [genome] = evolution.ask(1)
                given = [*prices, *known][step % len([*prices, *known])]
                evolution.tell([genome], [error(genome)], [given])
            assert evolution.best is not None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"price": 3}, "price: must be the name of a quantity, but got 3"),
        ({"price": ""}, "price: must be the name of a quantity, but got ''"),
        (
            {"price": "size", "strategy": "nsga2"},
            "price: must be left out unless the strategy is 'screened' (it is 'nsga2'), but got",
        ),
    ],
)
def test_a_wrong_price_is_refused(arguments: dict[str, Any], problem: str) -> None:
    """It must be a name, of the strategy that uses it."""
    with pytest.raises(UsageError, match=re.escape(problem)):
        Evolution(SPACE, **{"strategy": "screened", **arguments})


def test_quantities_have_the_price_once() -> None:
    """It comes last, and a bounded quantity may be the price too; it must be given."""
    constraints = {"size": {"max": 50}, "other": {"max": 1}}
    evolution = Evolution(SPACE, strategy="screened", constraints=constraints, price="size")
    [genome] = evolution.ask(1)
    with pytest.raises(UsageError, match="quantities: must be given, with size, other of each"):
        evolution.tell([genome], [1.0])
    evolution.tell([genome], [1.0], [{"size": 60.0, "other": 0.0}])
    assert evolution.best is not None
    assert not evolution.best.feasible
    other = Evolution(SPACE, strategy="screened", price="seconds")
    with pytest.raises(UsageError, match=r"quantities\[0\]: must have the numbers seconds"):
        other.tell(other.ask(1), [1.0], [[1.0, 2.0]])
