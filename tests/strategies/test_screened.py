"""The strategy whose children are screened: what it finds, and what it depends on."""

import json
import math
import statistics
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neuroevo import Evolution
from neuroevo.evolution import Candidate, Individual, hypervolume
from neuroevo.evolution.parzen import ParzenEstimators
from neuroevo.evolution.positions import Rows
from neuroevo.space import Choice, Conditional, Float, Genome, Integer, Layers, SearchSpace
from neuroevo.strategies import STRATEGIES, Options, Strategy
from neuroevo.strategies.efforts import EFFORTS
from neuroevo.strategies.proposals import REPEAT
from neuroevo.strategies.screened import Screened

CUBE = SearchSpace({f"x{place}": Float(-1.0, 1.0) for place in range(4)})
MIXED = SearchSpace(
    method=Choice(["a", "b", "c"]),
    size=Integer(1, 64, log=True),
    rate=Conditional(Float(1e-4, 1.0, log=True), when={"method": "b"}),
    hidden=Layers((0, 2), (1, 8)),
)
OPTIONS = Options(10, seed=1)

Function = Callable[[Genome], tuple[float, ...]]


def number(genome: Genome, name: str) -> float:
    """Return a value that is known to be a number."""
    value = genome[name]
    assert isinstance(value, int | float)
    return float(value)


def bowl(genome: Genome) -> tuple[float, ...]:
    """Return the squared distance from a point, which is 0 at best."""
    return (sum((number(genome, name) - 0.3) ** 2 for name in CUBE.genes),)


def distances(genome: Genome) -> tuple[float, ...]:
    """Return the squared distances from two points, whose front is the line between them."""
    values = [number(genome, name) for name in CUBE.genes]
    return tuple(sum((x - end) ** 2 for x in values) for end in (0.4, -0.2))


def mixed(genome: Genome) -> tuple[float, ...]:
    """Return a number that is 0 for one method, size, rate and number of layers."""
    rate = number(genome, "rate") if "rate" in genome else 1e-4
    hidden = genome["hidden"]
    assert isinstance(hidden, tuple)
    far = abs(math.log2(number(genome, "size") / 8)) + abs(math.log10(rate / 0.01))
    return (far + len(hidden) + (genome["method"] != "b"),)


def evaluated(
    strategy: Strategy, function: Function, trials: int, ahead: int = 1
) -> list[Individual]:
    """Evaluate candidates, as many at a time as are `ahead`; results come in their order."""
    waiting: list[Candidate] = []
    done: list[Individual] = []
    while len(done) < trials:
        waiting += strategy.ask(ahead - len(waiting))
        candidate = waiting.pop(0)
        assert isinstance(candidate.genome, Genome)
        done.append(Individual(candidate.number, candidate.genome, function(candidate.genome)))
        strategy.tell(done[-1:])
    return done


def least(done: list[Individual]) -> float:
    """Return the lowest first cost."""
    return min(each.fitness[0] for each in done if not math.isnan(each.fitness[0]))


@pytest.mark.parametrize(
    ("space", "function", "ahead", "enough"),
    [(CUBE, bowl, 1, 1e-3), (CUBE, bowl, 8, 1e-3), (MIXED, mixed, 1, 0.1)],
)
def test_it_finds_a_known_optimum(
    space: SearchSpace, function: Function, ahead: int, enough: float
) -> None:
    """After 60 trials its median is near the best, where random search is far from it."""
    found, drawn = [], []
    for seed in range(3):
        options = replace(OPTIONS, seed=seed)
        found.append(least(evaluated(Screened(space, options), function, 60, ahead)))
        drawn.append(least(evaluated(STRATEGIES["random"](space, options), function, 60)))
    assert statistics.median(found) < enough < statistics.median(drawn) / 5


def test_it_finds_a_known_front() -> None:
    """With two objectives 60 trials dominate nearly what the true front does."""
    line = [distances(Genome(dict.fromkeys(CUBE.genes, x))) for x in np.linspace(-0.2, 0.4, 200)]
    reference = (1.5, 1.5)
    done = evaluated(Screened(CUBE, OPTIONS), distances, 60)
    share = hypervolume([each.fitness for each in done], reference) / hypervolume(line, reference)
    assert share > 0.98


@pytest.mark.parametrize("objectives", [3, 4])
def test_many_objectives_are_searched(objectives: int) -> None:
    """With three or four objectives, 60 trials dominate far more than twice as many at random."""
    corners = ((0.4, 0.4), (-0.4, 0.4), (0.4, -0.4), (-0.4, -0.4))[:objectives]

    def function(genome: Genome) -> tuple[float, ...]:
        x, y, *rest = (number(genome, name) for name in CUBE.genes)
        far = sum(abs(each) for each in rest)
        return tuple(far + math.dist((x, y), corner) for corner in corners)

    reference = (2,) * objectives
    found, drawn = (
        hypervolume([each.fitness for each in evaluated(strategy, function, count)], reference)
        for strategy, count in (
            (Screened(CUBE, OPTIONS), 60),
            (STRATEGIES["random"](CUBE, OPTIONS), 120),
        )
    )
    assert found > 1.2 * drawn


@pytest.mark.parametrize(
    ("space", "least"), [(CUBE, 1), (SearchSpace(x=Integer(0, 30), y=Integer(0, 30)), 0)]
)
def test_some_trials_of_several_objectives_are_judged_by_no_model(
    space: SearchSpace, least: int
) -> None:
    """Once there are 50; none if all genes are choices or whole numbers."""
    strategy, rounds = Screened(space, OPTIONS), list[int]()
    for _ in range(150):
        [candidate] = strategy.ask(1)
        assert isinstance(candidate.genome, Genome)
        if candidate.forecast is not None:
            rounds.append(candidate.forecast.round)
        values = [float(str(value)) for value in candidate.genome.values()]
        costs = tuple(sum((x - end) ** 2 for x in values) for end in (0.4, -0.2))
        strategy.tell([Individual(candidate.number, candidate.genome, costs)])
    assert 0 not in rounds[:-100]
    assert least <= rounds[-100:].count(0) <= 12 * least  # 5 on average


def test_a_front_of_four_objectives_is_searched_in_its_interior() -> None:
    """On the part of a sphere, whose ends are easily found, more is dominated than at random."""
    space = SearchSpace({f"x{place}": Float(0.0, 1.0) for place in range(6)})

    def sphere(genome: Genome) -> tuple[float, ...]:
        x = [number(genome, name) * math.pi / 2 for name in space.genes]
        radius = 1 + sum((each / math.pi * 2 - 0.5) ** 2 for each in x[3:])
        return (
            radius * math.cos(x[0]) * math.cos(x[1]) * math.cos(x[2]),
            radius * math.cos(x[0]) * math.cos(x[1]) * math.sin(x[2]),
            radius * math.cos(x[0]) * math.sin(x[1]),
            radius * math.sin(x[0]),
        )

    means = [
        statistics.mean(
            hypervolume(
                [each.fitness for each in evaluated(make(space, Options(10, seed)), sphere, 200)],
                (1.2,) * 4,
            )
            for seed in range(3)
        )
        for make in (Screened, STRATEGIES["random"])
    ]
    assert means[0] > 1.05 * means[1]


def test_how_bad_the_worst_are_does_not_matter() -> None:
    """Errors of 10^12 where networks diverge are as good to learn from as errors of 10."""
    space = SearchSpace(
        rate=Float(1e-5, 1.0, log=True), width=Integer(2, 64, log=True), depth=Integer(1, 4)
    )

    def error(genome: Genome) -> float:
        rate = math.log10(number(genome, "rate"))
        found = (rate + 2.5) ** 2 + 3 / number(genome, "width")
        return found + 10 ** min(3 + 5 * (rate + 1.5), 12.0) if rate > -1.5 else found

    def volume(most: float, seed: int) -> float:
        def costs(genome: Genome) -> tuple[float, float]:
            size = number(genome, "width") * number(genome, "depth")
            return min(error(genome), most), math.log(size)

        found = evaluated(Screened(space, Options(10, seed)), costs, 60)
        return hypervolume([each.fitness for each in found], (2.0, math.log(256.0)))

    wild, tame = (statistics.mean(volume(most, seed) for seed in range(4)) for most in (1e12, 10.0))
    assert wild > 0.97 * tame


def test_the_model_chooses_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """If children were chosen at random, the best would be several times as far away."""

    def median() -> float:
        seeds = [replace(OPTIONS, seed=seed) for seed in range(3)]
        return statistics.median(
            least(evaluated(Screened(CUBE, options), bowl, 50)) for options in seeds
        )

    seeing, rng = median(), np.random.default_rng(0)
    with monkeypatch.context() as broken:
        broken.setattr(
            "neuroevo.strategies.proposals.log_expected_improvement",
            lambda prediction, _: rng.random(prediction.points),
        )
        blind = median()
    assert seeing < blind / 5


def test_results_between_two_questions_may_come_in_any_order() -> None:
    """Told in another order, and in parts, eight results give the same next candidates."""
    following = []
    for order in ([*range(8)], [7, 3, 0, 1, 6, 2, 5, 4]):
        strategy = Screened(CUBE, replace(OPTIONS, look_ahead=8))
        for _ in range(4):
            asked = strategy.ask(8)
            results = [
                Individual(each.number, each.genome, bowl(each.genome))  # type: ignore[arg-type]
                for each in asked
            ]
            for place in order:
                strategy.tell([results[place]])
        following.append(strategy.ask(8))
    assert following[0] == following[1]


def test_late_lost_and_unasked_results_are_used() -> None:
    """A candidate may stay without result, one may be dropped, and others were never asked."""
    strategy = Screened(CUBE, OPTIONS)
    lost, dropped, late = strategy.ask(3)
    strategy.drop([dropped.number])
    evaluated(strategy, bowl, 20)
    rng = np.random.default_rng(0)
    known = [CUBE.sample(rng) for _ in range(20)]
    known.append(CUBE.genome(dict.fromkeys(CUBE.genes, 0.3)))
    strategy.tell([Individual(-1 - place, each, bowl(each)) for place, each in enumerate(known)])
    assert isinstance(late.genome, Genome)
    strategy.tell([Individual(late.number, late.genome, bowl(late.genome))])
    new = evaluated(strategy, bowl, 20)
    assert not {each.genome for each in new} & {*known, lost.genome, late.genome}
    assert min(math.dist(each.genome.values(), [0.3] * 4) for each in new) < 0.05  # type: ignore[arg-type]


def test_candidates_depend_on_results_pending_ones_and_the_seed_only() -> None:
    """A new strategy that is told the same trials at once proposes the same again and again."""
    rng = np.random.default_rng(0)
    known = [CUBE.sample(rng) for _ in range(30)]
    results = [Individual(-1 - place, each, bowl(each)) for place, each in enumerate(known)]
    asked = []
    for order in (results, results[::-1]):
        strategy = Screened(CUBE, OPTIONS)
        strategy.tell(order)
        asked.append(strategy.ask(2))
    assert asked[0] == asked[1]
    assert asked[0][0].genome != asked[0][1].genome


@pytest.mark.parametrize("objectives", [1, 2, 3])
@pytest.mark.parametrize("values", [(1.0,), (math.nan,), (1e300, -1e300, math.nan), (0.0, 1e-300)])
@pytest.mark.parametrize("gene", [Float(0.0, 1.0), Choice(list("abcd"))])
def test_degenerate_problems_give_no_warning(
    gene: Float | Choice, values: tuple[float, ...], objectives: int
) -> None:
    """Equal costs, failures only, enormous and tiny costs are searched without a warning."""
    space = SearchSpace(x=gene)
    strategy, place = Screened(space, OPTIONS), 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(25):
            for each in strategy.ask(1):
                costs = tuple(values[(place + k) % len(values)] for k in range(objectives))
                assert isinstance(each.genome, Genome)
                strategy.tell([Individual(each.number, each.genome, costs)])
                place += 1
    assert place == min(25, space.size)


def test_no_genome_is_evaluated_again_without_noise() -> None:
    """At an optimum in a corner, where many mutations change nothing, all genomes differ."""
    space = SearchSpace(x=Float(0.0, 1.0), y=Float(0.0, 1.0), z=Choice([True, False]))
    for seed in range(3):
        strategy = Screened(space, replace(OPTIONS, seed=seed, look_ahead=4))
        done = evaluated(strategy, lambda genome: (number(genome, "x") + genome["y"],), 80, 4)  # type: ignore[operator]
        assert len({each.genome for each in done}) == 80


def noisy(seed: int) -> Function:
    """Return a function with noise of a tenth of its range."""
    rng = np.random.default_rng(seed)
    return lambda genome: (bowl(genome)[0] + 0.3 * float(rng.standard_normal()),)


def test_noise_is_found_and_repeats_pay() -> None:
    """The best is evaluated again; what is recommended then is better than the luckiest."""
    true, lucky = [], []
    for seed in range(5):
        strategy = Screened(CUBE, replace(OPTIONS, seed=seed, noisy=True))
        done = evaluated(strategy, noisy(seed), 80)
        assert 80 - len({each.genome for each in done}) > 8
        [recommended] = strategy.recommended()
        true.append(bowl(recommended.genome)[0])
        lucky.append(bowl(min(done, key=lambda each: each.fitness).genome)[0])
    assert statistics.mean(true) < min(0.2, statistics.mean(lucky))


def test_without_noise_only_one_genome_is_evaluated_again() -> None:
    """The repeat shows that costs are equal; none is recommended instead of the best."""
    strategy = Screened(CUBE, replace(OPTIONS, noisy=True))
    done = evaluated(strategy, bowl, 40)
    assert 40 - len({each.genome for each in done}) == 1
    assert strategy.recommended() == []


def test_a_search_with_noise_continues_from_its_state() -> None:
    """Saved and loaded at any moment, with repeats pending, it asks for the same candidates."""
    strategy, other = (Screened(CUBE, replace(OPTIONS, noisy=True, look_ahead=4)) for _ in "ab")
    costs = noisy(0)
    waiting: list[Candidate] = []
    operators = set()
    for _ in range(60):
        asked = strategy.ask(4 - len(waiting))
        assert other.ask(4 - len(waiting)) == asked
        waiting += asked
        operators |= {each.operator for each in asked}
        text = json.dumps(other.state(), allow_nan=False)
        other = Screened.from_state(CUBE, json.loads(text))
        assert other.ask(4) == waiting
        candidate = waiting.pop(0)
        assert isinstance(candidate.genome, Genome)
        result = Individual(candidate.number, candidate.genome, costs(candidate.genome))
        strategy.tell([result])
        other.tell([result])
    assert REPEAT in operators


@pytest.mark.parametrize("effort", EFFORTS)
def test_every_effort_finds_the_best(effort: str) -> None:
    """With more trials than the smallest memory, each comes near the optimum."""
    count = 100 if effort == "low" else 40
    done = evaluated(Screened(CUBE, replace(OPTIONS, effort=effort)), bowl, count)
    assert least(done) < 1e-3


def test_a_small_space_with_noise_is_evaluated_again_and_again() -> None:
    """Once all genomes are evaluated, the promising ones are repeated, and the best is found."""
    space = SearchSpace(x=Integer(1, 6))
    rng = np.random.default_rng(0)
    strategy = Screened(space, replace(OPTIONS, noisy=True))
    done = evaluated(
        strategy, lambda genome: (number(genome, "x") / 5 + float(rng.standard_normal()),), 26
    )
    assert len({each.genome for each in done}) == 6


def test_good_values_of_many_minima_come_together() -> None:
    """Where a model takes the best of a rough function for noise, columns are searched apart."""
    regrets = []
    for seed in range(6):
        space = SearchSpace({name: Float(-6.0, 4.0) for name in "abc"})
        evolution = Evolution(space, seed=seed)
        for _ in range(100):
            [genome] = evolution.ask(1)
            xs = [number(genome, name) for name in "abc"]
            evolution.tell([genome], [sum(x * x - 10 * math.cos(2 * math.pi * x) + 10 for x in xs)])
        assert evolution.best is not None
        regrets.append(evolution.best.fitness[0])
    assert np.median(regrets) < 6.5  # of random configurations 12


@pytest.mark.parametrize(
    "constraints", [{}, {"c": {"max": 0}}], ids=["equal costs", "equal excesses"]
)
@pytest.mark.parametrize("case", ["plain", "failures", "restricted", "earlier"])
def test_trials_that_say_nothing_are_drawn_at_random(
    constraints: dict[str, Any], case: str
) -> None:
    """They are not at the ends of the ranges, where a model of equal results knows least."""
    space = SearchSpace({name: Float(0.0, 1.0) for name in "abc"})
    if case == "restricted":
        space = space.restricted(lambda genome: number(genome, "a") - 0.9)
    known = [dict.fromkeys("abc", 0.5), dict.fromkeys("abc", 0.6)], [2.0, 2.0]
    earlier = [known] if case == "earlier" else []
    evolution = Evolution(space, constraints=constraints, earlier=earlier)
    rows = []
    for place in range(60):
        [genome] = evolution.ask(1)
        rows.append([number(genome, name) for name in "abc"])
        fails = case == "failures" and place in {3, 20}
        evolution.tell([genome], [math.nan if fails else 1.0], [[2.0]] if constraints else None)
    assert ((np.array(rows) > 0.02) & (np.array(rows) < 0.98)).mean() > 0.9


def test_pending_trials_are_no_reason_to_doubt_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a smooth function the model chooses, also where better results are awaited."""
    used: list[str] = []
    ratios = ParzenEstimators.log_ratios

    def counted(self: ParzenEstimators, rows: Rows) -> Rows:
        used.append("estimators")
        return ratios(self, rows)

    monkeypatch.setattr(ParzenEstimators, "log_ratios", counted)
    evaluated(Screened(CUBE, OPTIONS), bowl, 60, ahead=8)
    assert used == []


def test_small_differences_of_large_costs_are_learned_from() -> None:
    """A constant of 1e9 beside differences of 1e-3 changes little."""
    evolution = Evolution(SearchSpace({name: Float(0.0, 1.0) for name in "abcd"}), seed=0)
    for _ in range(100):
        [genome] = evolution.ask(1)
        squares = sum((number(genome, name) - 0.35) ** 2 for name in "abcd")
        evolution.tell([genome], [1e9 + 1e-3 * squares])
    assert evolution.best is not None
    assert evolution.best.fitness[0] - 1e9 < 1e-6


def test_a_function_that_oscillates_is_not_searched_at_the_ends_of_its_range() -> None:
    """What a model takes for noise is no reason to evaluate almost the same genomes again."""
    at_ends = 0
    for seed in range(3):
        evolution = Evolution(SearchSpace(x=Float(0.0, 10.0)), seed=seed, strategy="screened")
        for place in range(60):
            [genome] = evolution.ask(1)
            x = genome["x"]
            assert isinstance(x, float)
            evolution.tell([genome], [math.sin(5 * x) + 0.05 * x])
            at_ends += place >= 10 and not 0.1 < x < 9.9
        assert evolution.best is not None
        assert evolution.best.fitness[0] < -0.85  # only the two lowest of 8 minima are below that
    assert at_ends < 50  # of 150


def test_a_search_that_gains_nothing_looks_elsewhere() -> None:
    """A narrow minimum of another branch is found, though the first is refined with certainty."""
    space = SearchSpace(
        branch=Choice(["wide", "narrow"]),
        x=Conditional(Float(0.0, 1.0), when={"branch": "wide"}),
        y=Conditional(Float(0.0, 1.0), when={"branch": "narrow"}),
    )
    found = 0
    for seed in range(8):
        evolution = Evolution(space, seed=seed)
        for _ in range(150):
            [genome] = evolution.ask(1)
            if genome["branch"] == "wide":
                cost = 0.1 + 0.1 * (number(genome, "x") - 0.3) ** 2
            else:
                far = abs(number(genome, "y") - 0.8)
                cost = 2 * far if far < 0.045 else 1.0
            evolution.tell([genome], [cost])
        assert evolution.best is not None
        found += evolution.best.fitness[0] < 0.09
    assert found >= 6  # a search that only follows its model finds it in 4
