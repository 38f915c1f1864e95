"""Runs that choose trials by improvement per price."""

from collections.abc import Callable
from pathlib import Path

import pytest

import neuroevo
from neuroevo import UsageError, wording
from neuroevo.experiment import Experiment
from tests.functions import experiment_of, write_function
from tests.search.test_function_runs import what_is_the_same

PRICED = """
def evaluate(genome):
    depth = genome["depth"]
    return {"loss": (genome["x"] - 0.3) ** 2 - depth / 1000, "rows": 10**depth}
"""


def priced(folder: Path, price: str) -> Experiment:
    """Return an experiment whose function has a quantity that may be the price."""
    return experiment_of(
        write_function(folder, PRICED),
        task={"objectives": {"loss": "minimize"}, "quantities": ["rows"]},
        evolution={"population": 8, "generations": 3, "price": price},
    )


def test_prices_are_recorded_and_shown(tmp_path: Path) -> None:
    """Trials have the price as a quantity, cheap ones are preferred, and the report says why."""
    run = neuroevo.run(priced(tmp_path, "rows"), results=tmp_path / "results", n_jobs=1)
    spent = sum(trial.quantities["rows"] for trial in run.all_trials[10:])
    plain = priced(tmp_path, "rows").replace(evolution={"population": 8, "generations": 3})
    other = neuroevo.run(plain, results=None, n_jobs=1)
    assert spent < sum(trial.quantities["rows"] for trial in other.all_trials[10:])
    text = "chosen by improvement per price (rows)"
    assert text in dict(wording.experiment_rows(run.experiment))["Search"]
    assert text in run.folder.report_file.read_text(encoding="utf-8")
    assert neuroevo.verify(run).is_identical
    again = neuroevo.run(run.experiment, results=None, n_jobs=2)
    assert what_is_the_same(again.all_trials) == what_is_the_same(run.all_trials)


def test_measured_seconds_are_repeated_from_the_journal(tmp_path: Path) -> None:
    """A search by seconds depends on the machine, and is verified with those that it recorded."""
    run = neuroevo.run(priced(tmp_path, "seconds"), results=tmp_path / "results", n_jobs=1)
    assert neuroevo.verify(run).is_identical


def test_parameters_may_be_the_price_of_networks(tiny: Callable[..., Experiment]) -> None:
    """They are recorded, though they are neither an objective nor bounded."""
    experiment = tiny(evolution={"strategy": "screened", "price": "parameters"})
    run = neuroevo.run(experiment, results=None, n_jobs=1)
    assert all(trial.quantities["parameters"] > 0 for trial in run.all_trials)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"price": "row"}, "evolution.price: must be one of 'loss', 'rows', 'seconds', but got"),
        ({"strategy": "nsga2"}, "evolution.price: must be left out unless the strategy is 'scree"),
    ],
)
def test_a_wrong_price_is_refused(tmp_path: Path, changes: dict[str, str], problem: str) -> None:
    """It is a quantity that the function has, and one strategy uses it."""
    evolution = {"population": 8, "generations": 3, "price": "rows", **changes}
    with pytest.raises(UsageError, match=problem):
        priced(tmp_path, "rows").replace(evolution=evolution)
