"""Our search as a sampler of Optuna, with the real Optuna."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroevo import UsageError

optuna = pytest.importorskip("optuna")
from optuna.distributions import (  # noqa: E402 - needs Optuna
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import create_trial  # noqa: E402 - needs Optuna

from neuroevo.optuna import EvolutionSampler  # noqa: E402 - needs Optuna
from neuroevo.optuna.branches import groups_of  # noqa: E402 - needs Optuna
from neuroevo.optuna.genes import Branch, Parameter, Parameters  # noqa: E402 - needs Optuna

ROOT = Path(__file__).parents[2]
JOURNAL = "journal.log"


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Let Optuna write no line for each trial."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


def study_of(sampler: Any, **options: Any) -> Any:  # noqa: ANN401 - those of Optuna
    """Make a study."""
    return optuna.create_study(sampler=sampler, **options)


def journal(folder: Path) -> Any:  # noqa: ANN401 - a storage of Optuna
    """Make a storage that processes can share."""
    backend = optuna.storages.journal.JournalFileBackend(str(folder / JOURNAL))
    return optuna.storages.JournalStorage(backend)


def mixed(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
    """Return a loss over floats, whole numbers, steps and options; 0 is the best."""
    rate = trial.suggest_float("rate", 1e-5, 1.0, log=True)
    width = trial.suggest_int("width", 1, 64, log=True)
    step = trial.suggest_float("step", 0.0, 1.0, step=0.1)
    kind = trial.suggest_categorical("kind", ["a", "b", None, True])
    return float(
        abs(np.log10(rate) + 2.5) + abs(np.log2(width) - 4) / 2 + abs(step - 0.3) + (kind != "b")
    )


def test_it_searches() -> None:
    """After 60 trials it is better than random sampling, in the mean over four seeds."""

    def mean_of(make: Callable[[int], Any]) -> float:
        bests = []
        for seed in range(4):
            study = study_of(make(seed))
            study.optimize(mixed, n_trials=60)
            bests.append(study.best_value)
        return float(np.mean(bests))

    assert mean_of(EvolutionSampler) < mean_of(optuna.samplers.RandomSampler) / 2


def test_it_searches_for_several_objectives_and_directions() -> None:
    """Its front has many trials near the true front, on which x is between 0 and 1."""

    def evaluate(trial: Any) -> tuple[float, float]:  # noqa: ANN401 - a trial of Optuna
        x, y = trial.suggest_float("x", -4, 4), trial.suggest_float("y", -4, 4)
        return x**2 + y**2, -((x - 1) ** 2) - y**2

    study = study_of(EvolutionSampler(0), directions=["minimize", "maximize"])
    study.optimize(evaluate, n_trials=150)
    near = [trial for trial in study.best_trials if -0.3 < trial.params["x"] < 1.3]
    assert len(near) > 12
    assert all(abs(trial.params["y"]) < 1.0 for trial in near)


def test_equal_seeds_give_equal_trials_also_after_a_pause(tmp_path: Path) -> None:
    """The proposals depend on the seed and the stored trials, not on what a process remembers."""
    whole = study_of(EvolutionSampler(5))
    whole.optimize(mixed, n_trials=30)
    storage = journal(tmp_path)
    study_of(EvolutionSampler(5), storage=storage, study_name="s").optimize(mixed, n_trials=17)
    again = optuna.load_study(storage=storage, study_name="s", sampler=EvolutionSampler(5))
    again.optimize(mixed, n_trials=13)
    assert [trial.params for trial in again.trials] == [trial.params for trial in whole.trials]


PROCESS = """
import sys
import optuna
from neuroevo.optuna import EvolutionSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)
backend = optuna.storages.journal.JournalFileBackend(sys.argv[1])
study = optuna.load_study(
    study_name="s",
    storage=optuna.storages.JournalStorage(backend),
    sampler=EvolutionSampler(3),
)
study.optimize(lambda trial: trial.suggest_float("x", -9, 9) ** 2, n_trials=20)
"""


def test_several_processes_search_together(tmp_path: Path) -> None:
    """With the same seed and storage they evaluate no genome twice, and use all results."""
    study = study_of(None, storage=journal(tmp_path), study_name="s")
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path / JOURNAL)], cwd=ROOT)
        for _ in range(2)
    ]
    assert [process.wait(120) for process in processes] == [0, 0]
    values = [trial.params["x"] for trial in study.trials]
    assert len(values) == len(set(values)) == 40
    assert study.best_value < 0.1


def test_threads_evaluate_no_genome_twice() -> None:
    """Four threads find 40 of 80 genomes, though all of them want the most promising ones."""

    def evaluate(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
        x = trial.suggest_int("x", 1, 40)
        return float((x - 7) ** 2 + trial.suggest_categorical("kind", [0, 3]))

    study = study_of(EvolutionSampler(1))
    study.optimize(evaluate, n_trials=1)  # until a trial is complete, all are drawn at random
    study.optimize(evaluate, n_trials=39, n_jobs=4)
    assert len({str(trial.params) for trial in study.trials}) == 40


def test_ask_and_tell_in_any_order() -> None:
    """Trials that are asked for before others are told have genomes of their own."""
    study = study_of(EvolutionSampler(1))
    study.optimize(mixed, n_trials=30)
    asked = [study.ask() for _ in range(4)]
    values = [mixed(trial) for trial in asked]
    for trial, value in reversed(list(zip(asked, values, strict=True))):
        study.tell(trial, value)
    assert len({str(trial.params) for trial in study.trials}) == 34


def test_failed_and_pruned_trials_are_avoided() -> None:
    """Where trials fail or are pruned, few are proposed later."""

    def evaluate(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
        x = float(trial.suggest_float("x", 0, 10))
        if x > 6:
            raise ValueError
        if x > 4:
            raise optuna.TrialPruned
        return x if trial.number % 7 else float("nan")

    study = study_of(EvolutionSampler(2), direction="maximize")
    study.optimize(evaluate, n_trials=80, catch=ValueError)
    assert 3.5 < study.best_params["x"] <= 4
    later = [trial.params["x"] > 4 for trial in study.trials[30:]]
    assert sum(later) < 25


def test_branches_are_searched_by_the_trials_that_took_them() -> None:
    """Parameters that only some trials have become better too; those that change are drawn."""

    def evaluate(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
        x = float(trial.suggest_float("x", -5, 5))
        kind = trial.suggest_categorical("kind", ["a", "b"])
        extra = trial.suggest_float("extra", 0, 5) if kind == "a" else 3.0
        trial.suggest_float("moving", 0, 1 + trial.number)
        trial.suggest_float("fixed", 2.0, 2.0)
        return x**2 + extra

    study = study_of(EvolutionSampler(0))
    study.enqueue_trial({"x": 4.0, "kind": "a"})
    study.optimize(evaluate, n_trials=60)
    assert study.trials[0].params["x"] == 4.0
    later = [abs(trial.params["x"]) for trial in study.trials[30:]]
    assert statistics.median(later) < 1  # of random values it would be 2.5
    extras = [each.params["extra"] for each in study.trials[30:] if "extra" in each.params]
    assert len(extras) > 15
    assert statistics.median(extras) < 1  # as above


def test_it_searches_where_constraints_are_kept() -> None:
    """The best feasible point lies on the bound."""
    study = study_of(EvolutionSampler(0))

    def evaluate(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
        x, y = trial.suggest_float("x", 0, 5), trial.suggest_float("y", 0, 5)
        trial.set_constraint("product", 4 - x * y)
        return float(x + y)

    study.optimize(evaluate, n_trials=60)
    assert 4 <= study.best_value < 4.05  # Optuna's TPE: 4.06 to 4.17 with four seeds


def test_a_constraint_that_a_trial_lacks_is_kept() -> None:
    """As in Optuna's best trials; one that no complete trial has changes nothing."""
    study = study_of(EvolutionSampler(0))

    def evaluate(trial: Any) -> float:  # noqa: ANN401 - a trial of Optuna
        x = float(trial.suggest_float("x", -5, 5))
        if x < 1:
            trial.set_constraint("limit", 1 - x)
        return x * x

    study.optimize(evaluate, n_trials=40)
    assert study.best_value >= 1
    later = [abs(trial.params["x"] - 1) for trial in study.trials[20:]]
    assert statistics.median(later) < 0.5  # of random values it would be 2.6


@pytest.mark.parametrize("price", ["memory", "seconds"])
def test_cheap_configurations_are_proposed_where_prices_matter(price: str) -> None:
    """The duration of a trial and a user attribute are such prices."""
    space = {name: FloatDistribution(0.0, 1.0) for name in ("x", "size")}
    random, begin = np.random.default_rng(0), datetime(2026, 1, 1)  # noqa: DTZ001 - as Optuna's
    history = []
    for _ in range(30):
        x, size = random.random(2).tolist()
        cost = 100**size
        trial = create_trial(
            value=(x - 0.3) ** 2 + 0.0001 * size,
            params={"x": x, "size": size},
            distributions=space,
            user_attrs={"memory": cost} if price == "memory" else {},
        )
        trial.datetime_start = begin
        trial.datetime_complete = begin + timedelta(seconds=1 if price == "memory" else cost)
        history.append(trial)

    def proposed(**arguments: Any) -> float:  # noqa: ANN401 - of the sampler
        """Return the median size that is proposed next."""
        sizes = []
        for seed in range(8):
            study = study_of(EvolutionSampler(seed, **arguments))
            study.add_trials(history)
            sizes.append(float(study.ask(space).params["size"]))
        return statistics.median(sizes)

    assert proposed(price=price) < proposed() / 2


def test_a_small_space_is_searched_on_when_it_is_exhausted() -> None:
    """If all genomes are evaluated, some are proposed again, as Optuna's samplers do."""
    study = study_of(EvolutionSampler(0))
    study.optimize(lambda trial: trial.suggest_int("n", 0, 3), n_trials=20)
    assert len(study.trials) == 20
    assert study.best_value == 0


def test_what_no_gene_can_be_is_drawn_at_random() -> None:
    """Ranges and names that Optuna allows and genes do not: the other parameters are searched."""

    def objective(trial: Any) -> float:  # noqa: ANN401 - of Optuna
        trial.suggest_int("large", 0, 2**60)
        trial.suggest_float("fine", 0.0, 1.0, step=1e-17)
        trial.suggest_float("", 0.0, 1.0)
        return float((trial.suggest_float("x", 0.0, 1.0) - 0.3) ** 2)

    studies = [optuna.create_study(sampler=EvolutionSampler(seed=1)) for _ in range(2)]
    for study in studies:
        study.optimize(objective, n_trials=40)
    assert studies[0].best_value < 1e-3
    assert [each.params for each in studies[0].trials] == [
        each.params for each in studies[1].trials
    ]
    assert len({each.params["large"] for each in studies[0].trials}) == 40


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"seed": -1}, "seed: must be a whole number of at least 0, but got -1"),
        ({"n_startup_trials": 1.5}, "n_startup_trials: must be a whole number of at least 0"),
        ({"price": 3}, "price: must be 'seconds', the name of a user attribute, or None, but got"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], problem: str) -> None:
    """The rule and the value are named."""
    with pytest.raises(UsageError, match=problem):
        EvolutionSampler(**arguments)


DISTRIBUTIONS = [
    FloatDistribution(-1.5, 2.5),
    FloatDistribution(1e-6, 1e3, log=True),
    FloatDistribution(0.1, 0.75, step=0.05),
    IntDistribution(-3, 9),
    IntDistribution(1, 1000, log=True),
    IntDistribution(2, 20, step=3),
    CategoricalDistribution([None, True, 1.5, "text"]),
    CategoricalDistribution([16, 32, 64]),
]


@given(st.integers(0, 2**32), st.sampled_from(DISTRIBUTIONS))
def test_values_of_genes_are_values_of_parameters(seed: int, distribution: Any) -> None:  # noqa: ANN401 - of Optuna
    """Whatever a gene draws is in the distribution, and comes back as the same value."""
    parameter = Parameter(distribution)
    drawn = parameter.gene.sample(np.random.default_rng(seed))
    value = parameter.value(drawn)
    assert distribution._contains(distribution.to_internal_repr(value))  # noqa: SLF001 - the rule itself
    assert parameter.place(value) == drawn
    assert parameter.gene.check(parameter.place(value)) == drawn


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_parameters_that_another_sampler_fixes_are_not_searched() -> None:
    """Within Optuna's PartialFixedSampler the other parameters are searched."""
    sampler = optuna.samplers.PartialFixedSampler({"n": 7}, EvolutionSampler(seed=1))
    study = optuna.create_study(sampler=sampler)
    study.optimize(
        lambda trial: (trial.suggest_float("x", -5, 5) - 2) ** 2 + trial.suggest_int("n", 1, 9),
        n_trials=30,
    )
    assert {trial.params["n"] for trial in study.trials} == {7}
    assert study.best_params["x"] == pytest.approx(2, abs=0.01)


def test_a_loop_of_variable_depth_is_searched_as_a_whole() -> None:
    """The depth is chosen by what its layers can reach: one more is better once it is learnt."""

    def loss(trial: Any) -> float:  # noqa: ANN401 - of Optuna
        depth = trial.suggest_int("depth", 1, 4)
        kind = trial.suggest_categorical("kind", ["a", "b"])
        distances = [(trial.suggest_float(f"w{each}", 0, 1) - 0.5) ** 2 for each in range(depth)]
        branch = abs(trial.suggest_float(f"only {kind}", -1, 1)) + (kind == "b")
        return float(sum(distances) + branch - depth / 10)

    for seed in range(3):
        study = optuna.create_study(sampler=EvolutionSampler(seed=seed))
        study.optimize(loss, n_trials=60)
        assert study.best_params["depth"] == 4
        assert study.best_value < -0.35


def nested(trial: Any) -> float:  # noqa: ANN401 - of Optuna
    """Return a loss with a branch within a branch; the others are far worse."""
    if trial.suggest_categorical("a", ["p", "q"]) == "q":
        return 10 + float(trial.suggest_float("z", 0, 1))
    name = "u" if trial.suggest_categorical("b", ["r", "s"]) == "r" else "v"
    return float(trial.suggest_float(name, 0, 1))


def ranged(trial: Any) -> float:  # noqa: ANN401 - of Optuna
    """Return a loss with a range that depends on a number of a branch."""
    if trial.suggest_categorical("a", ["p", "q"]) == "q":
        return 10 + float(trial.suggest_float("z", 0, 1))
    return float(trial.suggest_float("x", 0, trial.suggest_int("n", 1, 3)))


def noisy(trial: Any) -> float:  # noqa: ANN401 - of Optuna
    """Return the sum of two numbers of five, with noise."""
    noise = np.random.default_rng(trial.number).normal()
    return float(trial.suggest_int("a", 0, 4) + trial.suggest_int("b", 0, 4) + noise)


@pytest.mark.parametrize("loss", [nested, ranged, noisy])
def test_no_good_part_of_a_study_is_given_up(loss: Callable[[Any], float]) -> None:
    """The better branch gets most trials, and so does the best point of a few that is noisy."""
    for seed in range(2):
        study = optuna.create_study(sampler=EvolutionSampler(seed=seed))
        study.optimize(loss, n_trials=80)
        last = study.trials[40:]
        if loss is noisy:
            assert np.mean([each.params["a"] + each.params["b"] for each in last]) < 1
        else:
            assert sum(each.params["a"] == "p" for each in last) > 30
            assert study.best_value < 0.01


def test_a_branch_that_a_range_decides_is_searched() -> None:
    """What decides it is no parameter of few values: its best value depends on the branches."""

    def loss(trial: Any) -> float:  # noqa: ANN401 - of Optuna
        k = trial.suggest_float("k", 0, 1)
        if k > 0.5:
            x, y = (trial.suggest_float(name, -3, 3) for name in "xy")
            return float((k - 0.7) ** 2 + (x - 1) ** 2 + (y + 1) ** 2)
        return float(0.5 + (k - 0.3) ** 2 + trial.suggest_float("z", -3, 3) ** 2)

    for seed in range(3):
        study = optuna.create_study(sampler=EvolutionSampler(seed=seed))
        study.optimize(loss, n_trials=80)
        assert study.best_value < 0.1


def test_each_range_of_a_parameter_is_one_of_its_branch() -> None:
    """The genome of a trial has the range that the trial has; too many ranges are left out."""
    option = CategoricalDistribution(["sgd", "adam"])
    ranges = {"sgd": FloatDistribution(0, 1), "adam": FloatDistribution(2, 3)}

    def trial(kind: str, rate: float) -> Any:  # noqa: ANN401 - of Optuna
        return create_trial(
            params={"kind": kind, "rate": rate},
            distributions={"kind": option, "rate": ranges[kind]},
            value=1.0,
        )

    trials = [trial("sgd", 0.5), trial("adam", 2.5)]
    [group], is_whole = groups_of(trials)
    assert is_whole
    assert set(group.distributions) == {"kind", "rate 0", "rate 1"}
    parameters = Parameters(*group)
    for each in trials:
        genome = parameters.genome(each.params)
        assert genome is not None
        assert parameters.values(genome) == each.params
    assert parameters.genome({"kind": "sgd", "rate": 2.5}) is None
    assert parameters.genome({"kind": "sgd"}) is None
    many = [
        create_trial(
            params={"rate": 0.5}, distributions={"rate": FloatDistribution(0, high)}, value=1.0
        )
        for high in range(1, 20)
    ]
    assert groups_of(many) == ([], False)


def test_what_decides_a_branch_is_found() -> None:
    """Of numbers it is a bound, also for those that no trial had; of options those that had it."""
    distributions = {"n": IntDistribution(1, 9), "kind": CategoricalDistribution(["a", "b", "c"])}

    def trial(n: int, kind: str) -> Any:  # noqa: ANN401 - of Optuna
        params: dict[str, Any] = {"n": n, "kind": kind}
        more = [name for name, has in (("deep", n >= 5), ("b", kind == "b")) if has]
        return create_trial(
            params=params | dict.fromkeys(more, 0.5),
            distributions=distributions | dict.fromkeys(more, FloatDistribution(0, 1)),
            value=1.0,
        )

    trials = [trial(n, kind) for n in (2, 4, 5, 8) for kind in ("a", "b")]
    [group] = groups_of(trials).groups
    assert set(group.distributions) == {"n", "kind", "deep", "b"}
    assert group.branches["deep"] == Branch("n", (5, 6, 7, 8, 9))
    assert group.branches["b"] == Branch("kind", (1,))
    parameters = Parameters(*group)
    assert parameters.genome({"n": 5, "kind": "a", "deep": 0.5}) is not None
    for wrong in ({"n": 5, "kind": "a"}, {"n": 2, "kind": "a", "deep": 0.5}):
        assert parameters.genome(wrong) is None
    other = create_trial(params={"n": 3, "kind": "b"}, distributions=distributions, value=1.0)
    (whole, alone), is_whole = groups_of([*trials, other])
    assert not is_whole
    assert (set(whole.branches), set(alone.distributions)) == ({"deep"}, {"b"})
    assert groups_of([]).groups == []
