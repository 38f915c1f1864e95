"""Searches with constraints, and in restricted spaces."""

import json
import math
import statistics

import pytest

from neuroevo import Evolution
from neuroevo.errors import UsageError
from neuroevo.evolution import Individual
from neuroevo.space import Float, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies import STRATEGIES, Options

SPACE = SearchSpace({f"x{place}": Float(-1.0, 1.0) for place in range(4)})
STRATEGY = pytest.mark.parametrize("strategy", ["nsga2", "screened"])
BOUND = {"sum": {"max": 0.0}}


def numbers(genome: Genome) -> list[float]:
    """Return the values of a genome of `SPACE`."""
    return [float(value) for value in genome.values()]  # type: ignore[arg-type]  # numbers


def loss(genome: Genome) -> float:
    """Return the squared distance from a point; where the sum is 0 at most it is 0.36 at least."""
    return sum((x - 0.3) ** 2 for x in numbers(genome))


def evolved(strategy: str, trials: int, seed: int = 0, least: float = -math.inf) -> Evolution:
    """Search for the lowest loss whose sum is at most 0; sums below the least count as that."""
    evolution = Evolution(SPACE, ["minimize"], 10, seed, strategy=strategy, constraints=BOUND)
    told = 0
    while told < trials:
        asked = evolution.ask()
        sums = [max(least, sum(numbers(each))) for each in asked]
        evolution.tell(asked, map(loss, asked), sums)
        told += len(asked)
    return evolution


@pytest.mark.parametrize("least", [-math.inf, 0.0])
@pytest.mark.parametrize(
    ("strategy", "trials", "most"), [("screened", 70, 0.40), ("nsga2", 400, 0.50)]
)
def test_the_best_is_at_the_bound(strategy: str, trials: int, most: float, least: float) -> None:
    """The best keeps the constraint, also if a quantity, as a count, is 0 wherever it does."""
    best = []
    for seed in range(3):
        evolution = evolved(strategy, trials, seed, least)
        assert evolution.best is not None
        assert evolution.best.feasible
        assert sum(numbers(evolution.best.genome)) <= 0
        assert all(each.feasible for each in evolution.front)
        best.append(evolution.best.fitness[0])
    assert 0.36 <= statistics.median(best) < most


def test_the_model_of_the_bound_keeps_children_feasible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it most of the later trials break the constraint."""

    def feasible() -> int:
        evolution = Evolution(SPACE, seed=0, strategy="screened", constraints=BOUND)
        sums = []
        for _ in range(50):
            [genome] = evolution.ask()
            sums.append(sum(numbers(genome)))
            evolution.tell([genome], [loss(genome)], sums[-1:])
        return sum(each <= 0 for each in sums[20:])

    kept = feasible()
    with monkeypatch.context() as broken:
        broken.setattr(
            "neuroevo.strategies.models.log_feasibility", lambda found, _: 0 * found[0].means
        )
        blind = feasible()
    assert kept > blind + 5


@STRATEGY
def test_without_a_feasible_genome_the_nearest_is_best(strategy: str) -> None:
    """What no genome keeps is approached, and the best says that it is not feasible."""
    bound = {"sum": {"min": 4.1}}
    evolution = Evolution(SPACE, population_size=10, strategy=strategy, constraints=bound)
    sums: list[float] = []
    while len(sums) < 100:
        asked = evolution.ask()
        evolution.tell(asked, map(loss, asked), new := [sum(numbers(each)) for each in asked])
        sums += new
    assert evolution.best is not None
    assert not evolution.best.feasible
    assert sum(numbers(evolution.best.genome)) == max(sums) > 2
    assert len(evolution.front) == 1


@STRATEGY
def test_several_objectives_have_a_feasible_front(strategy: str) -> None:
    """With two objectives and a bound, the front is the part of it that keeps the bound."""
    objectives, bound = ["minimize", "maximize"], {"x0": {"max": -0.2}}
    evolution = Evolution(SPACE, objectives, 10, strategy=strategy, constraints=bound)
    told = 0
    while told < 60:
        asked = evolution.ask()
        rows = [(loss(each), -sum(abs(x + 0.5) for x in numbers(each))) for each in asked]
        evolution.tell(asked, rows, [{"x0": numbers(each)[0]} for each in asked])
        told += len(asked)
    assert len(evolution.front) > 2
    assert all(each.feasible and numbers(each.genome)[0] <= -0.2 for each in evolution.front)


@STRATEGY
def test_a_search_with_constraints_continues_from_its_state(strategy: str) -> None:
    """Saved and loaded between any two results, it asks for the same genomes."""
    evolution, other = (
        Evolution(SPACE, population_size=5, strategy=strategy, constraints=BOUND) for _ in "ab"
    )
    for number in range(25):
        genome = evolution.ask()[0]
        assert other.ask()[0] == genome
        value = math.nan if number % 7 == 3 else sum(numbers(genome))
        for each in (evolution, other):
            each.tell([genome], [loss(genome)], [value])
        other = Evolution.from_state(SPACE, json.loads(json.dumps(other.state(), allow_nan=False)))
        assert other.front == evolution.front
        assert str(other.population) == str(evolution.population)  # NaN differs from itself


def test_a_state_of_an_earlier_format_is_continued() -> None:
    """States from before constraints were known are those of searches without any."""
    evolution = Evolution(SPACE, population_size=5, strategy="nsga2")
    evolution.tell(asked := evolution.ask(), map(loss, asked))
    state = evolution.state() | {"format": 5}
    del state["constraints"]
    assert Evolution.from_state(SPACE, state).ask() == evolution.ask()


@pytest.mark.parametrize(
    ("constraints", "problem"),
    [
        (["memory"], "constraints: must be a mapping from quantities to their bounds"),
        ({"memory": 3}, r"constraints\['memory'\]: must be bounds such as \{'min': 0, 'max': 100"),
        ({"memory": {"most": 3}}, r"constraints\['memory'\]: must be bounds such as"),
        ({"memory": {"max": math.nan}}, r"constraints\['memory'\]\['max'\]: must be a finite num"),
        ({"memory": {"min": 2, "max": 1}}, "must have a min of at most its max"),
    ],
)
def test_wrong_constraints_are_refused(constraints: object, problem: str) -> None:
    """The error names the quantity."""
    with pytest.raises(UsageError, match=problem):
        Evolution(SPACE, constraints=constraints)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantities", "problem"),
    [
        (None, "quantities: must be given, with sum of each genome"),
        ([1.0], "quantities: must be one row for each of 2 genomes, but got 1"),
        ([1.0, "a"], r"quantities\[1\]: must have the numbers sum, but got 'a'"),
        ([{"sum": 1}, {"total": 1}], r"quantities\[1\]: must have the numbers sum, but got "),
    ],
)
def test_wrong_quantities_are_refused(quantities: object, problem: str) -> None:
    """Nothing is changed then."""
    evolution = Evolution(SPACE, population_size=4, constraints=BOUND, strategy="nsga2")
    asked = evolution.ask()[:2]
    with pytest.raises(UsageError, match=problem):
        evolution.tell(asked, [1.0, 2.0], quantities)  # type: ignore[arg-type]
    assert evolution.front == []
    assert len(evolution.pending) == 4


def test_quantities_without_constraints_are_refused() -> None:
    """They would change nothing."""
    evolution = Evolution(SPACE, population_size=4, strategy="nsga2")
    with pytest.raises(UsageError, match="quantities: must be left out without constraints"):
        evolution.tell(evolution.ask(), [1.0] * 4, [1.0] * 4)


NETWORKS = SearchSpace(hidden=Layers((1, 4), (1, 32)), rate=Float(0.0, 1.0))


def units(genome: Genome) -> int:
    """Return the number of units of all layers."""
    hidden = genome["hidden"]
    assert isinstance(hidden, tuple)
    return sum(width for width in hidden if isinstance(width, int))


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "grid"])
def test_no_genome_beyond_a_restriction_is_asked(strategy: str) -> None:
    """Even if hardly a genome in a thousand keeps it, each that is asked does, and all differ."""
    space = NETWORKS.restricted(lambda genome: float(units(genome) - 5))
    chosen = STRATEGIES[strategy](space, Options(10, seed=0))
    told = 0
    seen: set[Genome] = set()
    while told < 60:
        asked = chosen.ask(chosen.look_ahead)
        assert asked
        for each in asked:
            genome = space.genome(each.genome)
            assert units(genome) <= 5
            seen.add(genome)
        chosen.tell(
            [Individual(e.number, space.genome(e.genome), (float(e.number),)) for e in asked]
        )
        told += len(asked)
        text = json.loads(json.dumps(chosen.state()))
        chosen = type(chosen).from_state(space, text)
    assert len(seen) == told


def test_a_grid_leaves_out_what_a_restriction_forbids() -> None:
    """Of ten genomes, the four that keep it are asked."""
    space = SearchSpace(x=Integer(1, 10)).restricted(
        lambda genome: float(genome["x"]) - 4  # type: ignore[arg-type]  # a number
    )
    asked = STRATEGIES["grid"](space, Options(20, seed=0)).ask(20)
    assert [each.genome["x"] for each in asked] == [1, 2, 3, 4]


def test_first_genomes_must_keep_the_restriction() -> None:
    """The error names them."""
    space = SearchSpace(x=Integer(1, 10)).restricted(lambda genome: float(genome["x"]) - 4)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="initial: each must keep the restriction of the space"):
        Evolution(space, initial=[{"x": 5}])


@STRATEGY
def test_what_fails_is_avoided(strategy: str) -> None:
    """If half of the space fails, far fewer of the later trials do, and the best is found."""
    evolution = Evolution(SPACE, population_size=10, seed=1, strategy=strategy)
    failed: list[bool] = []
    while len(failed) < (60 if strategy == "screened" else 200):
        asked = evolution.ask()
        new = [numbers(each)[0] + numbers(each)[1] < 0 for each in asked]
        evolution.tell(
            asked, [math.nan if bad else loss(each) for each, bad in zip(asked, new, strict=True)]
        )
        failed += new
    half = len(failed) // 2
    assert sum(failed[half:]) < 0.25 * half
    assert evolution.best is not None
    assert evolution.best.fitness[0] < 0.1


@STRATEGY
def test_if_everything_fails_there_is_no_best(strategy: str) -> None:
    """The search goes on with other genomes, and ends with none."""
    evolution = Evolution(SPACE, population_size=10, strategy=strategy, constraints=BOUND)
    seen: set[Genome] = set()
    while len(seen) < 30:
        asked = evolution.ask()
        seen |= {*asked}
        evolution.tell(asked, [math.nan] * len(asked), [math.nan] * len(asked))
    assert evolution.best is None
    assert evolution.front == []
