import json
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor

from experiments.benchmarks.__main__ import main as benchmarks
from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.competitors import COMPETITORS, OURS
from experiments.benchmarks.fitting.results import Interval, Key, Result
from experiments.benchmarks.fitting.sets import SETS
from experiments.benchmarks.fitting.space import space_of
from experiments.benchmarks.fitting.summary import Comparison, tables
from experiments.benchmarks.fitting.table import table_of, validation_score
from experiments.benchmarks.fitting.timed import Timed
from experiments.benchmarks.kept_results import KeptResults
from neuroevo.errors import DataError


def result(
    competitor: str, score: float, *, name: str = "diabetes", measure: str = "r2", **changes: object
) -> Result:
    """Make a result with one score, whose other values do not matter."""
    key = Key(competitor, name, 0, 10.0)
    scores = {measure: Interval(score, score, score)}
    values: dict[str, Any] = {"seconds": 10.0, "decided": 5.0, "candidates": 3, "configuration": {}}
    size = {"rows": 100, "columns": 4, "test_rows": 20}
    return Result(key=key, scores=scores, **{**values, **size, "incumbents": (), **changes})


@pytest.mark.parametrize("name", ["iris", "concavity", "spiral"])
def test_test_rows_are_no_rows_to_learn_from(name: str) -> None:
    """The same split has the same rows each time, and no test row is among those to learn from."""
    first, again = table_of(name, 1), table_of(name, 1)
    np.testing.assert_array_equal(first.inputs, again.inputs)
    np.testing.assert_array_equal(first.test_targets, again.test_targets)
    whole = len(SETS[name].make(1)[0])
    assert len(first.inputs) + len(first.test_inputs) == whole
    assert not np.array_equal(table_of(name, 2).inputs, first.inputs)


def test_enough_sets() -> None:
    """There are at least eight regressions and six sets of classes, of 150 to 20,000 rows."""
    problems = [each.problem for each in SETS.values()]
    assert problems.count("regression") >= 8
    assert problems.count("classes") >= 6
    rows = [len(each.make(0)[0]) for each in SETS.values()]
    assert (min(rows), max(rows)) == (150, 20_000)


def test_scores_are_those_of_scikit_learn() -> None:
    """Validation and test scores agree with scikit-learn's metrics."""
    random = np.random.default_rng(0)
    targets, probabilities = random.integers(3, size=50), random.dirichlet(np.ones(3), size=50)
    expected = -log_loss(targets, probabilities)
    assert validation_score(probabilities, targets, 3) == pytest.approx(expected)
    table = table_of("iris", 0)
    shares = random.dirichlet(np.ones(3), size=len(table.test_targets))
    found = table.test_scores(lambda _: shares)
    assert found["log_loss"].value == pytest.approx(log_loss(table.test_targets, shares), rel=1e-5)
    hits = accuracy_score(table.test_targets, shares.argmax(axis=1))
    assert found["accuracy"].value == pytest.approx(hits, rel=1e-5)
    values = random.normal(size=(50, 1))
    wanted = values[:, 0] + random.normal(size=50)
    assert validation_score(values, wanted, 0) == pytest.approx(r2_score(wanted, values))


def test_all_searches_have_one_space() -> None:
    """The other searches have the ranges of neuroevo's default experiment for the table."""
    space = space_of(table_of("iris", 0))
    assert () in space.hidden
    assert max(map(len, space.hidden)) == space.layers[1]
    assert {width for layers in space.hidden for width in layers} <= set(range(4, 129))


@pytest.mark.filterwarnings("ignore:Training interrupted")  # that is what is shown
def test_a_fit_that_is_stopped_keeps_its_weights() -> None:
    """A network that would train for minutes has learnt something when its time is over."""
    inputs = np.linspace(-1, 1, 200)[:, np.newaxis]
    network = MLPRegressor(max_iter=10**7, tol=0, n_iter_no_change=10**7, solver="sgd")
    timed = Timed(network, time.monotonic() + 3600, 0.5).fit(inputs, 2 * inputs[:, 0])
    assert timed.estimator_.n_iter_ < 10**7
    assert r2_score(2 * inputs[:, 0], timed.predict(inputs)) > 0.5


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_fit_without_time_predicts_the_shares_of_the_classes(solver: str) -> None:
    """When no time is left, an estimator is replaced by the simplest one, and nothing fails."""
    inputs, labels = np.zeros((4, 1)), np.array([0, 1, 1, 1])
    timed = Timed(MLPClassifier(solver=solver), time.monotonic() - 1, 1.0).fit(inputs, labels)
    np.testing.assert_allclose(timed.predict_proba(inputs[:1]), [[0.25, 0.75]])


@pytest.mark.filterwarnings("ignore")  # of trainings that are stopped, for example
@pytest.mark.parametrize(
    ("name", "table"), list(zip(COMPETITORS, cycle(("iris", "diabetes")), strict=False))
)
def test_competitors_find_a_model(name: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every competitor that is installed predicts the test rows after almost no time."""
    competitor = COMPETITORS[name]
    if competitor.missing:
        pytest.skip(f"needs {', '.join(competitor.missing)}, which `make peers` installs")
    if name == "pytorch":
        monkeypatch.setattr(workers, "COUNT", 1)  # this process, as each would import PyTorch
    small = table_of(table, 0)
    # neuroevo alone may end its time without a model; it needs a small part of these seconds.
    found = competitor.search()(small, Clock(5.0 if name == OURS else 0.5))
    scores = small.test_scores(found.model)
    assert np.isfinite(found.model(small.test_inputs)).all()
    assert found.candidates > 0
    assert 0 < found.decided <= found.seconds
    assert json.loads(json.dumps(found.configuration)) is not None
    if found.incumbents:
        *_, last = found.incumbents
        assert small.test_scores(last.model) == scores
    assert bool(found.incumbents) == (name == OURS)


def test_results_are_kept_as_they_come(tmp_path: Path) -> None:
    """A file holds each result in full; a torn last line is measured again, any other refused."""
    file = tmp_path / "results.jsonl"
    results, one = KeptResults(Result, file), result("random", 0.5, incumbents=[(0.5, {"r2": 0.1})])
    results.add(one)
    results.add(result(OURS, 0.6))
    file.write_text(file.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    assert list(KeptResults(Result, file)) == [one]
    assert one.key in KeptResults(Result, file)
    file.write_text('{"key": []}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1: must be a result"):
        KeptResults(Result, file)


def test_comparison() -> None:
    """Ranks share equal scores, times count from when a score is reached for good."""
    path = [(1.0, {"r2": 0.55}), (2.0, {"r2": 0.3}), (4.0, {"r2": 0.5}), (5.0, {"r2": 0.6})]
    compared = Comparison(
        [
            result(OURS, 0.6, incumbents=path),
            result("random", 0.5),
            result("optuna", 0.6),
            result("genetic", 0.7),
        ],
        10.0,
        "accuracy",
    )
    assert compared.ranks(compared.competitors) == {
        OURS: 2.5,
        "random": 4.0,
        "optuna": 2.5,
        "genetic": 1.0,
    }
    assert [compared.seconds_to(each, "diabetes") for each in ("random", "optuna", "genetic")] == [
        4.0,
        5.0,
        float("inf"),
    ]
    assert compared.times("random") == 2.5
    assert compared.times("genetic") == 0
    assert compared.standing("diabetes") == -1


def test_log_loss_is_better_if_it_is_less() -> None:
    """By log loss the smaller value is better, and is reached from above."""
    path = [(1.0, {"log_loss": 0.3}), (3.0, {"log_loss": 0.1})]
    ours = result(OURS, 0.1, name="iris", measure="log_loss", incumbents=path)
    theirs = result("random", 0.2, name="iris", measure="log_loss")
    compared = Comparison([ours, theirs], 10, "log_loss")
    assert compared.standing("iris") == 1
    assert compared.seconds_to("random", "iris") == 3


def test_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command measures what its file lacks, and writes tables."""
    file = tmp_path / "results.jsonl"
    words = ["fitting", "--budget", "1", "--sets", "iris", "--json", str(file), "--peers"]
    monkeypatch.setattr(sys, "argv", ["benchmarks", *words])
    for measured in (1, 0):
        assert benchmarks() == 0
        written = capsys.readouterr()
        assert written.err.count("fitting: ") == measured
        assert "### Fitting: average ranks after 1 s" in written.out
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


def test_tables_have_a_verdict() -> None:
    """The tables end with what was promised; without neuroevo there is nothing to compare with."""
    ours = result(OURS, 0.6, incumbents=[(0.1, {"r2": 0.6})])
    *_, conclusions = tables([ours, result("random", 0.5), result("boosting", 0.7)])
    better, quicker, *_ = conclusions.rows
    assert better[-2:] == ("100% (better on 1, as good on 0, worse on 0)", "reached")
    assert quicker[-2:] == ("100.0 (RandomizedSearchCV)", "reached")
    assert list(tables([result("random", 0.5)])) == []
