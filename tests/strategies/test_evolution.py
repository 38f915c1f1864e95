import json
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroevo import Evolution
from neuroevo.errors import UsageError
from neuroevo.evolution import Individual, hypervolume, sampling
from neuroevo.space import Choice, Conditional, Float, Genome, Integer, Layers, SearchSpace
from tests.invented_genes import Even

PLANE = SearchSpace(x=Float(-1.0, 1.0), y=Float(-1.0, 1.0))
ZDT1 = SearchSpace({f"x{index}": Float(0.0, 1.0) for index in range(4)}, steps=Integer(0, 10))

Fitness = Callable[[Genome], Sequence[float]]
OPERATORS = {
    "initial", "seed", "immigrant", "crossover", "crossover+mutation", "mutations", "step",
    "switch", "add_layer", "drop_layer", "copy_layer", "resize_layer", "switch_activation",
}  # fmt: skip


def number(genome: Genome, name: str) -> float:
    """Return a value that is known to be a number."""
    value = genome[name]
    assert isinstance(value, int | float)
    return float(value)


def sphere(genome: Genome) -> tuple[float]:
    """Return the squared distance from a point."""
    return ((number(genome, "x") - 0.3) ** 2 + (number(genome, "y") + 0.6) ** 2,)


def zdt1(genome: Genome) -> tuple[float, float]:
    """Compute Zitzler, Deb & Thiele's first problem (2000), with one variable in whole steps."""
    first, *others = (number(genome, f"x{index}") for index in range(4))
    distance = 1 + 9 * (sum(others) + number(genome, "steps") / 10) / 4
    return first, distance * (1 - math.sqrt(first / distance))


def three(genome: Genome) -> tuple[float, float, float]:
    """Return the distances from three corners."""
    x, y = number(genome, "x"), number(genome, "y")
    return math.hypot(x, y), math.hypot(x - 1, y), math.hypot(x, y - 1)


def search(evolution: Evolution, fitness: Fitness, generations: int) -> list[Individual]:
    """Ask and tell; returns all individuals."""
    evaluated: list[Individual] = []
    for _ in range(generations):
        genomes = evolution.ask()
        fitnesses = [tuple(fitness(genome)) for genome in genomes]
        evolution.tell(genomes, fitnesses)
        evaluated += [
            Individual(len(evaluated) + place, *pair)
            for place, pair in enumerate(zip(genomes, fitnesses, strict=True))
        ]
    return evaluated


@given(data=st.data(), seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_genomes_are_new_and_of_the_space(
    spaces: st.SearchStrategy[SearchSpace], data: st.DataObject, seed: int
) -> None:
    """No genome is asked twice, and the parents of each were evaluated before."""
    space = data.draw(spaces)
    evolution = Evolution(space, population_size=6, seed=seed, strategy="nsga2")
    rng = np.random.default_rng(seed)
    evaluated: set[Genome] = set()
    for _ in range(6):
        genomes = evolution.ask()
        assert evolution.ask() == genomes
        assert len(genomes) == min(6, space.size - len(evaluated)) or space.size == math.inf
        assert len({*genomes} - evaluated) == len(genomes)
        for genome in genomes:
            assert space.genome(genome) == genome
            origin = evolution.origin(genome)
            assert origin.operator in OPERATORS
            assert evaluated.issuperset(origin.parents)
        evaluated |= set(genomes)
        evolution.tell(genomes, rng.choice([0.0, 1.0, 2.0, math.nan], len(genomes)))


@given(
    st.integers(1, 4),
    st.lists(st.sampled_from([0.0, 1.0, 3.0, -2.5, math.nan, math.inf, -math.inf]), min_size=1),
    st.lists(st.sampled_from(["minimize", "maximize"]), min_size=4, max_size=4),
)
@settings(max_examples=40)
def test_the_front_is_that_of_all_individuals(
    objectives: int, values: list[float], directions: list[str]
) -> None:
    """The front equals that of comparing all pairs, for any fitnesses."""
    evolution = Evolution(PLANE, directions[:objectives], population_size=4, strategy="nsga2")
    signs = [-1 if direction == "maximize" else 1 for direction in directions[:objectives]]
    endless = iter(values * 200)
    evaluated = search(evolution, lambda _: [next(endless) for _ in range(objectives)], 5)
    costs = [
        [sign * value for sign, value in zip(signs, each.fitness, strict=True)]
        for each in evaluated
        if all(map(math.isfinite, each.fitness))
    ]
    best = [
        cost
        for cost in costs
        if not any(other != cost and np.all(np.less_equal(other, cost)) for other in costs)
    ]
    front = [
        [sign * value for sign, value in zip(signs, each.fitness, strict=True)]
        for each in evolution.front
    ]
    assert sorted(front) == sorted({tuple(cost): cost for cost in best}.values())
    assert front == sorted(front)
    assert evolution.best == (evolution.front[0] if best else None)


@pytest.mark.parametrize(
    ("space", "fitness", "reference"),
    [(PLANE, sphere, (9.0,)), (ZDT1, zdt1, (1.1, 11.0)), (PLANE, three, (3.0, 3.0, 3.0))],
)
def test_the_hypervolume_of_the_front_never_falls(
    space: SearchSpace, fitness: Fitness, reference: tuple[float, ...]
) -> None:
    """With one, two and three objectives and some failures, the front only gets better."""
    evolution = Evolution(
        space, ["minimize"] * len(reference), population_size=12, seed=3, strategy="nsga2"
    )
    rng = np.random.default_rng(0)
    volumes = [0.0]
    for _ in range(15):
        genomes = evolution.ask()
        rows = [
            [math.nan] * len(reference) if rng.random() < 0.3 else fitness(genome)
            for genome in genomes
        ]
        evolution.tell(genomes, rows)
        volumes.append(hypervolume([each.fitness for each in evolution.front], reference))
    assert volumes == sorted(volumes)
    assert volumes[-1] > volumes[1]


def test_a_search_continues_after_generations_that_fail() -> None:
    """While all genomes fail new ones are drawn; then good ones are found and kept."""
    evolution = Evolution(PLANE, population_size=8, seed=0, strategy="nsga2")
    for _ in range(3):
        genomes = evolution.ask()
        assert {evolution.origin(genome).operator for genome in genomes} <= {"initial", "immigrant"}
        evolution.tell(genomes, [math.nan] * len(genomes))
    assert (evolution.front, evolution.best) == ([], None)
    assert len(evolution.population) == 8
    evaluated = search(evolution, sphere, 10)
    best = min(evaluated, key=lambda each: each.fitness)
    assert evolution.best is not None
    assert (evolution.best.genome, evolution.best.fitness) == (best.genome, best.fitness)
    assert not any(each.failed for each in evolution.population)


def test_a_failure_ranks_last() -> None:
    """Any finite fitness, however bad, survives rather than a failure."""
    evolution = Evolution(PLANE, population_size=4, strategy="nsga2")
    genomes = evolution.ask()
    evolution.tell(genomes, [math.nan, 1e299, -math.inf, 5])
    fitnesses = [each.fitness[0] for each in evolution.population]
    assert fitnesses[:2] == [5, 1e299]
    assert all(map(math.isnan, fitnesses[2:]))
    evolution.tell(evolution.ask(), [1e298] * 4)
    assert sorted(each.fitness[0] for each in evolution.population) == [5, 1e298, 1e298, 1e298]


@pytest.mark.parametrize(("space", "fitness"), [(PLANE, sphere), (SearchSpace(ZDT1.genes), zdt1)])
def test_evolution_is_better_than_random_search(space: SearchSpace, fitness: Fitness) -> None:
    """With as many evaluations its median over seeds is five times as good."""
    objectives = ["minimize"] * len(fitness(space.sample(np.random.default_rng(0))))
    reference = [11.0] * len(objectives)

    def lost(rows: list[Sequence[float]]) -> float:
        best = 11.0 if len(objectives) == 1 else 11.0 * 11.0 - 1 / 3
        return best - hypervolume(rows, reference)

    evolved, drawn = [], []
    for seed in range(7):
        evolution = Evolution(space, objectives, population_size=20, seed=seed, strategy="nsga2")
        search(evolution, fitness, 20)
        evolved.append(lost([each.fitness for each in evolution.front]))
        rng = np.random.default_rng(seed)
        drawn.append(lost([fitness(space.sample(rng)) for _ in range(400)]))
    assert statistics.median(evolved) < statistics.median(drawn) / 5


def test_a_search_with_a_front_of_one_point_continues() -> None:
    """If one genome is best in all objectives, the front is that one, and children are new."""
    evolution = Evolution(
        PLANE, ["minimize", "minimize"], population_size=16, seed=1, strategy="nsga2"
    )
    evaluated = search(evolution, lambda genome: sphere(genome) * 2, 12)
    assert len(evolution.front) == 1
    assert evolution.front[0].fitness == min(each.fitness for each in evaluated)
    assert len(evaluated) == len({each.genome for each in evaluated}) == 16 * 12


def test_on_a_plateau_the_population_changes() -> None:
    """With equal fitnesses the front keeps the first individual; the population changes."""
    evolution = Evolution(PLANE, population_size=8, seed=0, strategy="nsga2")
    evaluated = search(evolution, lambda _: (1.0,), 6)
    assert evolution.front == evaluated[:1]
    assert not {each.genome for each in evolution.population} & {
        each.genome for each in evaluated[:8]
    }


def test_maximising_is_minimising_the_negative() -> None:
    """With negated fitnesses, the same search asks for the same genomes."""
    down = Evolution(ZDT1, ["minimize", "minimize"], population_size=12, strategy="nsga2")
    up = Evolution(ZDT1, ["maximize", "minimize"], population_size=12, strategy="nsga2")
    search(down, zdt1, 6)
    search(up, lambda genome: (-zdt1(genome)[0], zdt1(genome)[1]), 6)
    assert up.ask() == down.ask()
    assert [each.genome for each in up.front] == [each.genome for each in down.front]


@pytest.mark.parametrize("seed", [0, 1, 2**64])
def test_equal_seeds_give_equal_searches(networks: SearchSpace, seed: int) -> None:
    """Equal seeds, 0 included, give equal searches; another seed gives another search."""

    def fitness(genome: Genome) -> tuple[float, float]:
        return number(genome, "learning_rate"), float(len(str(genome["hidden"])))

    one, same, other = (
        Evolution(networks, ["minimize"] * 2, population_size=8, seed=number_, strategy="nsga2")
        for number_ in (seed, seed, seed + 1)
    )
    assert search(one, fitness, 5) == search(same, fitness, 5)
    assert one.ask() != other.ask()


def test_a_known_seed_gives_known_genomes(networks: SearchSpace) -> None:
    """The genomes of a seed are the same on every machine."""
    evolution = Evolution(networks, population_size=4, seed=2017, strategy="nsga2")
    search(evolution, lambda genome: (number(genome, "learning_rate"),), 3)
    assert [genome.key for genome in evolution.ask()] == KNOWN


KNOWN = [
    '{"activation":"relu","hidden":[5,3,4,16],"learning_rate":0.0122815}',
    '{"activation":"linear","hidden":[6,3,4,16],"learning_rate":0.0144898}',
    '{"activation":"tanh","hidden":[5,3,4,16],"learning_rate":0.0144898}',
    '{"activation":"sigmoid","hidden":[5,3,4,16],"learning_rate":0.0131493}',
]


def test_every_operator_is_used(networks: SearchSpace) -> None:
    """In a search of networks all operators create children."""
    space = SearchSpace({**networks.genes, "more": Layers((1, 4), (1, 32), ["tanh", "relu"])})
    evolution = Evolution(space, population_size=32, initial=[
        {"hidden": [3], "learning_rate": 0.005, "activation": "linear", "more": [[3, "relu"]]},
    ], strategy="nsga2")  # fmt: skip
    used = Counter[str]()
    for _ in range(20):
        genomes = evolution.ask()
        used.update(evolution.origin(genome).operator for genome in genomes)
        evolution.tell(
            genomes,
            [
                math.nan
                if number(genome, "learning_rate") > 0.5
                else number(genome, "learning_rate")
                for genome in genomes
            ],
        )
    assert used["seed"] == 1
    assert used["initial"] == 31
    assert set(used) >= OPERATORS - {"immigrant"}


def test_initial_genomes_are_asked_first_and_once(networks: SearchSpace) -> None:
    """Repeated initial genomes are asked once; the rest of the first generation is drawn."""
    seed = {"hidden": [4, 4, 4], "learning_rate": 0.0005, "activation": "linear"}
    evolution = Evolution(
        networks, population_size=4, initial=[seed, networks.genome(seed)], strategy="nsga2"
    )
    genomes = evolution.ask()
    assert dict(genomes[0]) == {**seed, "hidden": (4, 4, 4)}
    assert [evolution.origin(genome).operator for genome in genomes] == ["seed"] + ["initial"] * 3


@pytest.mark.parametrize("layers", [Layers((0, 3), (1, 3)), Layers((0, 2), (1, 3), ["a", "b"])])
def test_a_small_space_is_asked_completely(layers: Layers) -> None:
    """Every genome of a small space is asked exactly once, also those that are rarely drawn."""
    space = SearchSpace(a=layers, b=Choice([True, 1, 1.5], ordered=True))
    evolution = Evolution(space, population_size=7, seed=5, strategy="nsga2")
    asked: list[Genome] = []
    while genomes := evolution.ask():
        asked += genomes
        evolution.tell(genomes, [float(len(genome.key)) for genome in genomes])
    assert len(asked) == len(set(asked)) == space.size
    assert evolution.ask() == []
    evolution.tell([], [])
    assert evolution.ask() == []


def test_a_space_of_one_genome_is_asked_once() -> None:
    """A search in which nothing varies ends after one evaluation."""
    evolution = Evolution(SearchSpace(x=3))
    assert [dict(genome) for genome in evolution.ask()] == [{"x": 3}]
    evolution.tell(evolution.ask(), [1.0])
    assert evolution.ask() == []


def test_genomes_that_were_not_asked_are_accepted() -> None:
    """Genomes that the user evaluated are used and never asked, and the generation ends."""
    evolution = Evolution(SearchSpace(x=Integer(1, 6)), population_size=4, strategy="nsga2")
    evolution.tell([{"x": 3}, {"x": 5}], [[0.5], [math.inf]])
    assert evolution.generation == 1
    assert evolution.best == Individual(-1, Genome({"x": 3}), (0.5,))
    assert {genome["x"] for genome in evolution.ask()} == {1, 2, 4, 6}


def test_all_problems_of_a_tell_are_reported_and_change_nothing() -> None:
    """Genomes of another space, repetitions, wrong shapes and types are all reported."""
    evolution = Evolution(PLANE, ["minimize", "minimize"], population_size=4, strategy="nsga2")
    genomes = evolution.ask()
    before = json.dumps(evolution.state())
    with pytest.raises(UsageError) as refused:
        evolution.tell(
            [genomes[0], genomes[0], {"x": 3, "y": 0}],
            [[1.0], [1.0, "a"], 3.0, [True, 1.0]],  # type: ignore[list-item]  # what is tested
        )
    assert refused.value.problems == (
        "genomes[2].x: must be between -1.0 and 1.0, but got 3",
        f"genomes: each must be given once only, but got {genomes[0].key} again",
        "fitnesses[0]: must be 2 numbers, but got [1.0]",
        "fitnesses[1]: must be 2 numbers, but got [1.0, 'a']",
        "fitnesses[2]: must be 2 numbers, but got 3.0",
        "fitnesses[3]: must be 2 numbers, but got [True, 1.0]",
        "fitnesses: must be one for each of 3 genomes, but got 4",
    )
    assert json.dumps(evolution.state()) == before
    evolution.tell(genomes, np.ones((4, 2)))
    with pytest.raises(UsageError, match="given once only"):
        evolution.tell(genomes, np.ones((4, 2)))


@pytest.mark.parametrize("strategy", [None, "nsga2", "screened"])
def test_a_population_that_is_given_is_asked_at_once(strategy: str | None) -> None:
    """Without a number `ask` gives so many genomes, also after its state was restored."""
    evolution = Evolution(PLANE, population_size=5, strategy=strategy)
    genomes = evolution.ask()
    assert len(genomes) == 5
    evolution.tell(genomes, [sphere(genome) for genome in genomes])
    again = Evolution.from_state(PLANE, json.loads(json.dumps(evolution.state())))
    assert len(again.ask()) == 5


@pytest.mark.parametrize("strategy", ["nsga2", "screened"])
def test_of_equal_results_that_which_was_asked_first_is_best(strategy: str) -> None:
    """The order in which they come doesn't matter."""
    evolution = Evolution(PLANE, strategy=strategy)
    genomes = evolution.ask(4)
    for genome in reversed(genomes):
        evolution.tell([genome], [3.0])
    assert [each.genome for each in evolution.front] == genomes[:1]


def test_all_problems_of_an_evolution_are_reported_at_once() -> None:
    """Every wrong argument is reported with its value."""
    with pytest.raises(UsageError) as refused:
        Evolution(PLANE, ["minimise", "maximize"], 3, -1, [{"x": 9}])
    assert refused.value.problems == (
        "objectives[0]: must be minimize or maximize, but got 'minimise'",
        "population_size: must be a whole number of at least 4, but got 3",
        "seed: must be a whole number of at least 0, but got -1",
        "initial[0].x: must be between -1.0 and 1.0, but got 9",
        "initial[0].y: must have a value, but got none",
    )
    wrong: Any
    for wrong in ("minimize", (), ["minimize"] * 32, 5, None, iter(["minimize"])):
        with pytest.raises(UsageError, match="objectives: must be"):
            Evolution(PLANE, wrong)
    with pytest.raises(UsageError, match="initial: must be at most the population of 4, but got 5"):
        Evolution(
            PLANE,
            population_size=4,
            initial=[{"x": i / 9, "y": 0} for i in range(5)],
            strategy="nsga2",
        )
    with pytest.raises(UsageError, match=r"initial\[0\]: must be a mapping of values by gene, but"):
        Evolution(PLANE, initial=[3])  # type: ignore[list-item]  # what is tested
    with pytest.raises(UsageError, match="space: must be a SearchSpace, but got"):
        Evolution({"x": 3})  # type: ignore[arg-type]  # what is tested
    with pytest.raises(UsageError, match="genome: must be one that is pending"):
        Evolution(PLANE).origin(Genome({"x": 0.0, "y": 0.0}))


STRATEGY = pytest.mark.parametrize("strategy", ["nsga2", "screened"])


@STRATEGY
def test_results_may_come_in_parts_and_never(strategy: str) -> None:
    """Genomes stay pending until they are told or dropped, and more may be asked meanwhile."""
    evolution = Evolution(PLANE, population_size=8, seed=4, strategy=strategy)
    first = evolution.ask(3)
    more = evolution.ask(2)
    assert evolution.pending == evolution.ask() == first + more
    assert len({*first, *more}) == 5
    evolution.tell([more[1], first[0]], [sphere(more[1]), sphere(first[0])])
    assert evolution.pending == [first[1], first[2], more[0]]
    evolution.drop([first[2]])
    assert evolution.pending == [first[1], more[0]]
    resumed = Evolution.from_state(PLANE, json.loads(json.dumps(evolution.state())))
    assert resumed.pending == evolution.pending
    assert resumed.ask(2) == evolution.ask(2)
    with pytest.raises(UsageError, match="genomes: each must be pending, but got"):
        evolution.drop([first[2]])
    with pytest.raises(UsageError, match="count: must be a whole number of at least 0, but got -1"):
        evolution.ask(-1)


def test_screened_needs_fewer_evaluations() -> None:
    """With 60 evaluations it is a hundred times as near as NSGA-II, and tells where from."""
    evolution = Evolution(PLANE, population_size=10, seed=1, strategy="screened")
    other = Evolution(PLANE, population_size=10, seed=1, strategy="nsga2")
    for _ in range(60):
        [genome] = evolution.ask(1)
        evolution.tell([genome], [sphere(genome)])
    search(other, sphere, 6)
    assert evolution.best is not None
    assert other.best is not None
    assert evolution.best.fitness[0] < other.best.fitness[0] / 100
    [genome] = evolution.ask(1)
    origin = evolution.origin(genome)
    assert origin.operator in OPERATORS
    assert all(PLANE.genome(parent) == parent for parent in origin.parents)
    fitnesses = [each.fitness for each in evolution.population]
    assert fitnesses == sorted(fitnesses)
    assert len(fitnesses) == 10
    assert evolution.generation == 6


def test_screened_uses_all_fitnesses_of_a_genome() -> None:
    """Told twice, a genome has the mean; with noise the best is the one of the best estimate."""
    evolution = Evolution(PLANE, ["maximize"], strategy="screened", noisy=True)
    rng = np.random.default_rng(0)
    for _ in range(60):
        for genome in evolution.ask(1):
            evolution.tell([genome], [-sphere(genome)[0] + 0.1 * rng.standard_normal()])
    assert evolution.best is not None
    assert -0.1 < evolution.best.fitness[0] < 0.1
    assert evolution.best.fitness[0] < max(each.fitness[0] for each in evolution.front)
    evolution.tell([evolution.best.genome] * 2, [-9.0, -8.0])
    assert evolution.best.fitness[0] > -2


@pytest.mark.parametrize(
    ("space", "objectives", "strategy"),
    [
        (PLANE, 1, "screened"),
        (PLANE, 3, "screened"),
        (PLANE, 4, "nsga2"),
        (SearchSpace(n=Even()), 1, "nsga2"),
    ],
)
def test_the_default_is_screened_where_it_can_be(
    space: SearchSpace, objectives: int, strategy: str
) -> None:
    """A model chooses genomes for up to three objectives, if it knows all genes."""
    evolution = Evolution(space, ["minimize"] * objectives)
    assert evolution.strategy == strategy
    assert evolution.ask()


def test_unknown_names_are_refused() -> None:
    """Each message lists the names that there are."""
    with pytest.raises(UsageError) as refused:
        Evolution(PLANE, strategy="nsga3", effort="most", noisy=1)  # type: ignore[arg-type]
    assert refused.value.problems == (
        "strategy: must be one of 'nsga2', 'screened', but got 'nsga3'",
        "effort: must be one of 'low', 'medium', 'high', but got 'most'",
        "noisy: must be true or false, but got 1",
    )


def test_any_containers_can_be_told() -> None:
    """Generators, arrays, series and data frames are lists of genomes and fitnesses."""
    space = SearchSpace(
        x=Float(0.0, 1.0),
        n=Conditional(Integer(1, 3), when={"m": ["a"]}),
        m=Choice(["a", "b", "c"]),
    )
    genomes = [{"x": 0.25, "m": "a", "n": 2}, {"x": 0.5, "m": "b"}]
    frame = pd.DataFrame(genomes)
    told: list[tuple[Any, Any]] = [
        (iter(genomes), iter([1.0, 2.0])),
        (tuple(genomes), np.array([1.0, 2.0])),
        (frame.astype({"n": "Int64"}), pd.Series([1, 2], index=[7, 8])),
        (frame.astype({"n": "Int64"}), pd.DataFrame({"loss": [1.0, 2.0]})),
        (genomes, [np.float32(1), np.array(2.0)]),
        (genomes, np.array([[1.0], [2.0]])),
    ]
    for rows, fitnesses in told:
        evolution = Evolution(space, population_size=4, strategy="nsga2")
        evolution.tell(rows, fitnesses)
        assert [each.fitness for each in evolution.population] == [(1.0,), (2.0,)]
        assert evolution.population[1].genome == genomes[1]
    assert Evolution(space, initial=(each for each in genomes)).ask(2) == genomes


@pytest.mark.parametrize("wrong", [None, 0.5, "x", {"x": 0.5}, np.array(0.5)])
def test_what_is_no_list_is_refused(wrong: Any) -> None:  # noqa: ANN401 - anything
    """A single value in place of genomes or fitnesses is refused in one line, as initial too."""
    evolution = Evolution(PLANE, population_size=4, strategy="nsga2")
    genome = {"x": 0.5, "y": 0.5}
    if not isinstance(wrong, dict):
        with pytest.raises(UsageError, match=r"^fitnesses: must be a list, but got "):
            evolution.tell([genome], wrong)
    with pytest.raises(UsageError, match=r"^genomes: must be a list of genomes, or a data frame"):
        evolution.tell(wrong, [1.0])
    with pytest.raises(UsageError, match=r"^initial: must be a list of genomes"):
        Evolution(PLANE, initial=wrong)


def test_short_floats_are_converted_before_they_are_checked() -> None:
    """What is accepted can be restored from a state; what is not within the bounds is refused."""
    space = SearchSpace(x=Float(0.0, 0.1))
    evolution = Evolution(space, population_size=4, strategy="nsga2")
    with pytest.raises(UsageError, match=r"x: must be between 0\.0 and 0\.1"):
        evolution.tell([{"x": np.float32(0.1)}], [1.0])
    evolution.tell([{"x": np.float16(0.05)}], [1.0])
    again = Evolution.from_state(space, json.loads(json.dumps(evolution.state())))
    assert again.population == evolution.population


def test_a_state_is_of_its_genes() -> None:
    """A state is not read with other names of genes, though its values would fit."""
    evolution = Evolution(
        SearchSpace(a=Float(0.0, 1.0), b=Float(0.0, 1.0)), population_size=4, strategy="nsga2"
    )
    evolution.tell(evolution.ask(), [1.0, 2.0, 3.0, 4.0])
    with pytest.raises(UsageError, match=r"^state: must be of the genes b, c, but is of a, b"):
        Evolution.from_state(SearchSpace(b=Float(0.0, 1.0), c=Float(0.0, 1.0)), evolution.state())


def test_a_large_space_is_asked_completely(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last genomes of a space that is never listed as a whole are found, if draws fail."""
    monkeypatch.setattr(sampling, "MOST_LISTED", 1_000)
    space = SearchSpace(n=Integer(1, 2_001, log=True))
    evolution = Evolution(space, population_size=4, strategy="nsga2")
    known = [value for value in range(1, 2_002) if value not in {1_700, 1_990, 2_001}]
    evolution.tell([{"n": value} for value in known], map(float, known))
    left: list[Genome] = []
    while genomes := evolution.ask():
        left += genomes
        evolution.tell(genomes, [0.0] * len(genomes))
    assert sorted(number(genome, "n") for genome in left) == [1_700, 1_990, 2_001]


def test_rows_of_a_frame_are_genomes_and_sets_are_no_lists() -> None:
    """Each row of a data frame can be given again; a set has no order, so it is refused."""
    space = SearchSpace(x=Float(0.0, 1.0), n=Integer(1, 9))
    evolution = Evolution(space, population_size=4, strategy="nsga2")
    frame = pd.DataFrame([{"x": 0.5, "n": 2}, {"x": 0.25, "n": 3}], dtype=object)
    rows: list[Any] = [row for _, row in frame.iterrows()]
    evolution.tell(rows, [1.0, 2.0])
    assert evolution.best is not None
    assert evolution.best.genome == {"x": 0.5, "n": 2}
    with pytest.raises(UsageError, match="fitnesses: must be a list"):
        evolution.tell([{"x": 0.75, "n": 1}, {"x": 0.8, "n": 1}], {1.0, 2.0})


def test_named_tuples_and_records_are_genomes() -> None:
    """The rows that a data frame gives as tuples or records are genomes, without missing cells."""
    space = SearchSpace(x=Float(0.0, 1.0), n=Conditional(Float(1.0, 3.0), when={"m": ["a"]}),
                        m=Choice(["a", "b"]))  # fmt: skip
    genomes = [{"x": 0.25, "m": "a", "n": 2.0}, {"x": 0.5, "m": "b"}]
    frame = pd.DataFrame(genomes)
    records = frame.to_records(index=False)
    types = [("x", np.float32), ("m", "U1"), ("n", float)]
    array = np.array([(0.25, "a", 2.0), (0.5, "b", math.nan)], types)
    told: list[Any] = [
        frame.itertuples(index=False),
        list(frame.itertuples(index=False)),
        frame.astype({"n": "Float64"}).itertuples(index=False),
        records,
        list(records),
        array,
        [array[:1].reshape(()), array[1]],
    ]
    for rows in told:
        evolution = Evolution(space, population_size=4, strategy="nsga2")
        evolution.tell(rows, [1.0, 2.0])
        assert [each.genome for each in evolution.population] == genomes
    assert Evolution(space, initial=records).ask(2) == genomes


def test_masked_values_are_no_numbers() -> None:
    """A masked value is refused in one line wherever a number is told, and never taken as 0."""
    space = SearchSpace(x=Float(0.0, 1.0))
    genomes = [{"x": 0.25}, {"x": 0.5}]
    types = [("x", float)]
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    rows = np.ma.masked_array(np.array([(0.25,), (0.5,)], types), mask=[(False,), (True,)])
    number = "must be a number, but got a masked value"
    told: list[tuple[Any, Any, str]] = [
        (genomes, masked, f"fitnesses[1]: {number}"),
        (genomes, masked.reshape(2, 1), f"fitnesses[1]: {number}"),
        (genomes, [1.0, np.ma.masked], f"fitnesses[1]: {number}"),
        (genomes, [1.0, pd.NA], "fitnesses[1]: must be a number, but got <NA>"),
        (genomes, np.ma.masked, "fitnesses: must be a list, but got a masked value"),
        ([genomes[0], {"x": np.ma.masked}], [1.0, 2.0], f"genomes[1].x: {number}"),
        (rows, [1.0, 2.0], f"genomes[1].x: {number}"),
    ]
    for given_genomes, fitnesses, problem in told:
        evolution = Evolution(space, population_size=4, strategy="nsga2")
        with pytest.raises(UsageError) as refused:
            evolution.tell(given_genomes, fitnesses)
        assert refused.value.problems == (problem,)
        assert not evolution.population
    constrained = Evolution(
        space, population_size=4, constraints={"q": {"max": 3}}, strategy="nsga2"
    )
    with pytest.raises(UsageError, match=r"^quantities\[1\]: .*, but got a masked value$"):
        constrained.tell(genomes, [1.0, 2.0], quantities=masked)
    pair = Evolution(space, ["minimize", "minimize"], population_size=4, strategy="nsga2")
    with pytest.raises(UsageError, match=r"2 numbers, but got an array with masked values$"):
        pair.tell(genomes[:1], masked.reshape(1, 2))


def test_a_population_has_a_limit() -> None:
    """A population that no memory holds is refused, in a state too, at once."""
    space = SearchSpace(x=Float(0.0, 1.0))
    with pytest.raises(UsageError, match="must be at most 100,000"):
        Evolution(space, population_size=10**30)
    state = json.loads(json.dumps(Evolution(space, population_size=4, strategy="nsga2").state()))
    with pytest.raises(UsageError, match="must be at most 100,000"):
        Evolution.from_state(space, state | {"population_size": 10**30})
    with pytest.raises(UsageError, match="undamaged"):
        Evolution.from_state(space, state | {"pending": math.inf})


@pytest.mark.parametrize(
    "other",
    [
        {"kind": Choice(["b", "a", "c"])},
        {"rate": Float(1e-5, 1.0, log=True)},
        {"rate": Float(1e-3, 1.0)},
        {"depth": Conditional(Integer(1, 4), when={"kind": ["a", "b"]})},
    ],
)
@pytest.mark.parametrize("strategy", ["nsga2", "screened"])
def test_a_state_is_of_its_ranges_and_options(strategy: str, other: dict[str, Any]) -> None:
    """Positions of other ranges and options would be other genomes, so the state is refused."""
    genes: dict[str, Any] = {
        "kind": Choice(["a", "b", "c"]),
        "rate": Float(1e-3, 1.0, log=True),
        "depth": Conditional(Integer(1, 4), when={"kind": "a"}),
    }
    evolution = Evolution(SearchSpace(**genes), strategy=strategy, seed=0)
    genomes = evolution.ask()
    evolution.tell(genomes, [float(place) for place in range(len(genomes))])
    state = json.loads(json.dumps(evolution.state()))
    [changed] = other
    with pytest.raises(UsageError, match=rf"^state: gene {changed}: must be .*, but is "):
        Evolution.from_state(SearchSpace(**genes | other), state)
    assert Evolution.from_state(SearchSpace(**genes), state).ask() == evolution.ask()


def test_repeated_huge_costs_are_no_error() -> None:
    """The variance of costs near the largest that are allowed is huge, and the best is found."""
    evolution = Evolution(SearchSpace(x=Float(0, 1)), strategy="screened")
    points = [0.1, 0.5, 0.7, 0.1, 0.5]
    evolution.tell([{"x": x} for x in points], [1e160, 3e160, 2e160, 5e159, 9e160])
    assert evolution.best is not None
    assert evolution.best.genome["x"] == 0.1
    assert evolution.ask(1)
    assert json.loads(json.dumps(evolution.state(), allow_nan=False))


def test_whole_numbers_that_a_frame_made_floats_are_whole() -> None:
    """A column of whole numbers in which a gene is not active in each row has floats and NaN."""
    space = SearchSpace(
        x=Float(0.0, 1.0), c=Choice(["a", "b"]), k=Conditional(Integer(1, 3), {"c": "a"})
    )
    evolution = Evolution(space, seed=0, population_size=8, strategy="nsga2")
    genomes = evolution.ask()
    frame = pd.DataFrame(map(dict, genomes))
    assert frame["k"].dtype == float
    evolution.tell(frame, [number(genome, "x") for genome in genomes])
    assert evolution.generation == 1
    wrong = pd.DataFrame([{"x": 0.5, "c": "a", "k": 1.5}, {"x": 0.5, "c": "b"}])
    with pytest.raises(UsageError, match=r"k: must be a whole number, but got 1\.5"):
        evolution.tell(wrong, [1.0, 2.0])


def test_a_genome_that_is_told_before_it_is_asked_is_not_asked() -> None:
    """The rest of the generation is asked, and ends it."""
    arguments: dict[str, Any] = {"population_size": 8, "seed": 0, "strategy": "nsga2"}
    space = SearchSpace(n=Integer(1, 100))
    told = Evolution(space, **arguments).ask(8)[3]
    evolution = Evolution(space, **arguments)
    first = evolution.ask(1)
    evolution.tell([told], [5.0])
    evolution.tell(first, [1.0])
    rest = evolution.ask(7)
    assert told not in rest
    evolution.tell(rest, [1.0] * len(rest))
    assert (len(rest), evolution.generation) == (6, 1)
