"""The benchmark of searches: its problems, its competitors, and how results are kept and shown."""

from pathlib import Path

import numpy as np
import pytest

from experiments.benchmarks.kept_results import KeptResults
from experiments.benchmarks.search import functions, tables
from experiments.benchmarks.search.competitors import COMPETITORS, run
from experiments.benchmarks.search.problems import LEAST_REGRET, PROBLEMS, problem
from experiments.benchmarks.search.results import Key, Result
from experiments.benchmarks.search.summary import tables as summary
from neuroevo.errors import DataError
from neuroevo.evolution.front import nondominated
from neuroevo.space import Genome

FUNCTIONS = [
    name
    for name in ("branin", "rosenbrock5", "ackley5", "hartmann6", "levy8", "conditional", "layered")
    if name in PROBLEMS
]


@pytest.mark.parametrize(
    ("function", "best", "least"),
    [
        (functions.branin, [np.pi, 2.275], functions.BRANIN_LEAST),
        (functions.rosenbrock, [1.0] * 5, 0.0),
        (functions.ackley, [0.7] * 5, 0.0),
        (functions.levy, [1.0] * 8, 0.0),
        (
            functions.hartmann6,
            [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573],
            functions.HARTMANN6_LEAST,
        ),
    ],
)
def test_functions_are_least_where_they_are_said_to_be(
    function: functions.Function, best: list[float], least: float
) -> None:
    """The known optimum has the known value, and no neighbour a lower one."""
    rng = np.random.default_rng(0)

    def value(point: np.ndarray) -> float:
        return function({f"x{place}": float(x) for place, x in enumerate(point)})

    assert value(np.array(best)) == pytest.approx(least, abs=1e-6)
    nearby = np.array(best) + 0.05 * rng.standard_normal((200, len(best)))
    assert min(map(value, nearby)) > least - 1e-6


@pytest.mark.parametrize("name", ["zdt1", "zdt3", "vlmop2", "dtlz2"])
def test_random_points_do_not_pass_a_known_front(name: str) -> None:
    """No random genome dominates a point of the known front, and some front points are reached."""
    found, rng = problem(name), np.random.default_rng(0)
    costs = np.array([found.truth(found.space.sample(rng)) for _ in range(200)])
    front = functions.front_of(name)
    front = front[nondominated(front)]
    better = (costs[:, None, :] < front[None, :, :] - 1e-9).all(axis=2)
    assert not better.any()
    assert found.regret([found.space.sample(rng)]) > 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_regrets_of_random_genomes_are_typically_one(name: str) -> None:
    """Half of all random genomes have a regret above 1, and none is below the least."""
    found, rng = problem(name), np.random.default_rng(1)
    regrets = [found.regret([found.space.sample(rng)]) for _ in range(300)]
    assert 0.4 < np.mean(np.array(regrets) > 1) < 0.6
    assert min(regrets) >= LEAST_REGRET


def test_problems_are_of_every_kind() -> None:
    """There are at least fourteen, half of them held out, of every group."""
    assert len(PROBLEMS) >= 14
    kinds = [(problem(name).group, problem(name).held_out) for name in FUNCTIONS]
    assert {True, False} == {held_out for _, held_out in kinds}
    spaces = tables.SPACES
    assert min(space.size for space in spaces.values()) == 52


def test_the_same_seed_gives_the_same_regrets() -> None:
    """Every competitor that needs no other package runs, and repeats itself."""
    found = problem("branin")
    for name, competitor in COMPETITORS.items():
        if competitor.needs or "high" in name:
            continue
        outcomes = [run(competitor, found, 3, (15, 25)) for _ in range(2)]
        assert outcomes[0].regrets == outcomes[1].regrets
        assert outcomes[0].regrets[0] >= outcomes[0].regrets[1]


def test_results_are_kept_and_go_on(tmp_path: Path) -> None:
    """A file is read again, a line without its end is cut off, and a damaged line is named."""
    file, key = tmp_path / "results.jsonl", Key("nsga2", "branin", 0)
    results = KeptResults(Result, file)
    results.add(Result(key, {50: 0.5, 100: 0.25}, 1.5))
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"key": ["nsga')
    again = KeptResults(Result, file)
    assert list(again) == [Result(key, {50: 0.5, 100: 0.25}, 1.5)]
    assert again[key].has((50,))
    assert not again[key].has((50, 200))
    assert Key("nsga2", "branin", 1) not in again
    with file.open("a", encoding="utf-8") as lines:
        lines.write("{}\n")
    with pytest.raises(DataError, match="line 2: must be a result"):
        KeptResults(Result, file)


def test_tables_show_means_of_logarithms_and_ranks() -> None:
    """Means are those of log10 over problems, and the lower regret has the lower rank."""
    results = [
        Result(Key(name, place, seed), {50: regret}, 2.0)
        for name, regret in (("screened", 0.001), ("random", 0.1))
        for place in ("ackley5", "levy8")
        for seed in range(2)
    ]
    groups, ranks, each = summary(results, (50,))
    assert groups.rows[:2] == (
        ("smooth", "screened", "-3.00", "2.0 ms"),
        ("smooth", "random", "-1.00", "2.0 ms"),
    )
    assert [row[:2] for row in ranks.rows] == [
        ("screened", "1.0 (1.0 to 1.0)"),
        ("random", "2.0 (2.0 to 2.0)"),
    ]
    assert [row[0] for row in each.rows] == ["ackley5", "levy8"]


def test_genomes_of_a_table_are_evaluated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table is made when it is missing, and read afterwards."""
    made = []

    def scores() -> np.ndarray:
        made.append(1)
        return np.arange(52.0).reshape(52, 1, 1)

    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    monkeypatch.setattr(tables, "MAKERS", {"neighbours": scores})
    first, second = tables.table("neighbours"), tables.table("neighbours")
    assert len(made) == 1
    assert first.scores.tolist() == second.scores.tolist()
    assert isinstance(next(iter(first.space.genomes())), Genome)
