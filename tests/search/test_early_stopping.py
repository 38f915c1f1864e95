"""Trials are stopped at rungs by a rule that depends on earlier trials only."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neuroevo
from neuroevo.errors import UsageError
from neuroevo.evolution.front import front_numbers
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.runs import RunFolder, Trial, read_trials
from neuroevo.search import StoppedError, resume, search, search_in_memory
from neuroevo.search.early_stopping import EarlyStopping, is_control
from neuroevo.search.recorded import read_recorded
from neuroevo.search.verification import Chosen, Means, verify_run
from neuroevo.storage.checksum import add_checksum, remove_checksum
from neuroevo.workers import Backend, Workers
from tests.functions import experiment_of, write_function
from tests.search.conftest import Tiny
from tests.search.test_resume import outcome, stopper

RUNGS = {"rungs": [0.1, 0.4], "population": 6, "generations": 14}
LOOK_AHEAD = {"nsga2": 6, "screened": 8}
RACES = {"nsga2": {}, "screened": {"first_replicates": 2}}  # of three replicates


@pytest.fixture(scope="module", params=LOOK_AHEAD)
def experiment(request: pytest.FixtureRequest, tiny: Tiny) -> Experiment:
    """Make an experiment that stops trials early, once with a race of replicates."""
    evolution = RUNGS | RACES[request.param] | {"strategy": request.param}
    return tiny(training={"samples": 200}, evolution=evolution)


@pytest.fixture(scope="module")
def run(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Run it to its end."""
    return search(experiment, tmp_path_factory.mktemp("whole"))


def searched(folder: RunFolder) -> list[Trial]:
    """Return the trials without baselines."""
    return [trial for trial in read_trials(folder.journal_file) if trial.operator != "baseline"]


def test_verdicts_follow_the_rule(run: RunFolder, experiment: Experiment) -> None:
    """Each verdict is what the rule gives when it is applied to the journal by a naive twin."""
    trials = searched(run)
    look_ahead = LOOK_AHEAD[experiment.evolution.strategy]

    def costs(trial: Trial, rung: int) -> list[float]:
        values = trial.rung_values[rung]
        return [item.fitness(values[item.name]) for item in experiment.objectives]

    def is_rejected(trial: Trial, rung: int) -> bool:
        if not np.isfinite(costs(trial, rung)).all():
            return True
        before = [
            costs(each, rung)
            for each in trials
            if each.number <= trial.number - look_ahead and len(each.rung_values) > rung
        ]
        others = [each for each in before if np.isfinite(each).all()][-30:]
        if len(others) < 10:
            return False
        fronts = front_numbers([*others, costs(trial, rung)])
        better = int((fronts[:-1] < fronts[-1]).sum())
        as_good = int((fronts[:-1] == fronts[-1]).sum())
        return better > 0 and better + as_good / 2 >= len(others) / 3

    for trial in trials:
        rejected = [rung + 1 for rung in range(len(trial.rung_values)) if is_rejected(trial, rung)]
        assert trial.verdict == next(iter(rejected), 0)
        if trial.state == "stopped":
            assert trial.verdict == len(trial.rung_values)
            assert not is_control(experiment.seed, trial.number)
        if trial.state == "complete" and trial.verdict:
            assert is_control(experiment.seed, trial.number)
    states = [trial.state for trial in trials]
    assert states.count("stopped") > 20
    assert all(trial.verdict == 0 for trial in trials[:10] if trial.state != "diverged")


def test_a_stopped_trial_has_no_objectives(run: RunFolder, experiment: Experiment) -> None:
    """Its objectives are unknown, and its curve and its replicates end at its rung."""
    trials = searched(run)
    rungs = experiment.rungs
    for trial in trials:
        unknown, replicates = np.isnan(trial.curve), len(trial.replicates["final_mse"])
        if trial.state == "stopped":
            rung = rungs[len(trial.rung_values) - 1]
            assert all(np.isnan(value) for value in trial.objectives.values())
            assert unknown[-1] == (rung.samples < 1)
            assert not unknown[0]
            assert replicates == len(rung.replicates)
        else:
            assert not unknown.any()
        if trial.state == "complete":
            assert replicates == experiment.training.replicates
    assert {len(trial.rung_values) for trial in trials} == set(range(1, len(rungs) + 1))


@pytest.mark.parametrize(("n_jobs", "backend"), [(2, "threading"), (2, "loky")])
def test_workers_change_no_trial(
    n_jobs: int, backend: Backend, run: RunFolder, experiment: Experiment, tmp_path: Path
) -> None:
    """The same trials are stopped, whichever is finished first."""
    many = search(experiment, tmp_path / "many", workers=Workers(n_jobs, backend))
    assert outcome(many) == outcome(run)


@pytest.mark.parametrize("trials", [3, 25, 47, 80])
def test_a_resumed_run_ends_the_same(
    trials: int, run: RunFolder, experiment: Experiment, tmp_path: Path
) -> None:
    """After a stop anywhere, the verdicts are those of a run without it."""
    observe, stop = stopper(trials)
    with pytest.raises(StoppedError):
        search(experiment, tmp_path / "stopped", observer=observe, stop=stop)
    [folder] = (tmp_path / "stopped").iterdir()
    resume(RunFolder(folder))
    assert outcome(RunFolder(folder)) == outcome(run)


def test_a_run_is_verified(run: RunFolder) -> None:
    """Stopped trials are trained again as far as they were, and the search is repeated."""
    found = verify_run(read_recorded(run), Means(Chosen("all"), workers=Workers(1)))
    assert found.differences == ()


def test_an_edited_verdict_is_found(run: RunFolder, tmp_path: Path) -> None:
    """A verdict that does not follow from the values at the rungs is a difference."""
    run = RunFolder(shutil.copytree(run.path, tmp_path / run.id))
    lines = run.journal_file.read_bytes().splitlines()
    edited = [json.loads(remove_checksum(line)) for line in lines]
    place = next(place for place, each in enumerate(edited) if each["state"] == "stopped")
    edited[place]["verdict"] = 2 if edited[place]["verdict"] == 1 else 1
    lines[place] = add_checksum(json.dumps(edited[place])).rstrip("\n").encode()
    run.journal_file.write_bytes(b"\n".join(lines) + b"\n")
    found = verify_run(read_recorded(run), Means(Chosen("front"), workers=Workers(1)))
    assert any("verdict must be" in line for line in found.differences)


def test_constraints_and_rungs_go_together(tiny: Tiny) -> None:
    """The front keeps the bounds, also if they are of what is known at the end only."""
    bounds = {"parameters": {"max": 60}, "seconds": {"max": 100.0}, "r2": {"min": -9}}
    experiment = tiny(training={"samples": 200}, evolution=RUNGS | {"constraints": bounds})
    _, record = search_in_memory(experiment)
    states = [trial.state for trial in record.trials.values()]
    assert states.count("stopped") > 10
    front = [record.trials[number] for number in record.state["front"]]
    assert front
    assert all(trial.state == "complete" for trial in front)


@pytest.mark.parametrize(
    ("rungs", "message"),
    [
        ([0.5, 0.2], "evolution.rungs: must be ascending"),
        ([0.0], "evolution.rungs[0]: must be greater than 0"),
        ([1.0], "evolution.rungs[0]: must be less than 1"),
        ([], "evolution.rungs"),
    ],
)
def test_wrong_rungs_are_refused(rungs: Sequence[float], message: str, tiny: Tiny) -> None:
    """Shares ascend between 0 and 1."""
    with pytest.raises(UsageError) as caught:
        tiny(evolution={"rungs": rungs})
    assert message in str(caught.value)


@pytest.mark.parametrize("first", [3, 4])
def test_a_race_needs_replicates_that_come_later(first: int, tiny: Tiny) -> None:
    """Fewer replicates are trained first than a trial has."""
    with pytest.raises(UsageError) as caught:
        tiny(evolution={"first_replicates": first})
    assert str(caught.value) == (
        "evolution.first_replicates: must be less than the replicates of a trial, 3, "
        f"but got {first}"
    )


@pytest.mark.parametrize("first", [0, 1.5, True, "some"])
def test_wrong_first_replicates_are_refused(first: object, tiny: Tiny) -> None:
    """One line says what they may be."""
    with pytest.raises(UsageError) as caught:
        tiny(evolution={"first_replicates": first})
    [line] = str(caught.value).splitlines()
    rule = (
        "evolution.first_replicates: must be a whole number of at least 1, 'fold' or 'all', but got"
    )
    assert line.startswith(rule)


def test_folds_race_by_themselves(tmp_path: Path) -> None:
    """Of a table with folds, the replicates of the first one are first, unless all are to be."""
    values: dict[str, Any] = {
        "task": {"kind": "dataset", "name": "iris", "folds": 5},
        "training": {"samples": 100, "replicates": 15},
    }
    assert Experiment.of(values).rungs == ((1.0, (0, 5, 10)),)
    assert load_experiment(write(tmp_path, Experiment.of(values))) == Experiment.of(values)
    every = Experiment.of(values | {"evolution": {"first_replicates": "all"}})
    assert every.rungs == ()
    assert load_experiment(write(tmp_path, every)) == every
    assert Experiment.of(values | {"task": {"kind": "dataset", "name": "iris"}}).rungs == ()
    grid = {"space": {"hidden": [[4], [5]], "learning_rate": 0.1, "weight_decay": 0.01}}
    none = Experiment.of(values | grid | {"evolution": {"strategy": "grid"}})
    assert none.rungs == ()
    assert load_experiment(write(tmp_path, none)) == none


def test_a_table_of_replicates_has_their_numbers() -> None:
    """Those of the first fold are not next to each other, also of a trial that trains no others."""
    values = {
        "task": {"kind": "dataset", "name": "iris", "folds": 3},
        "training": {"samples": 200, "replicates": 6},
        "evolution": {"population": 8, "generations": 4},
        "space": {"hidden": {"count": [0, 1], "width": [2, 5]}},
    }
    run = neuroevo.run(Experiment.of(values), results=None, n_jobs=1)
    table = run.trials(replicates=True).groupby("number")["replicate"].agg(tuple)
    stopped = [trial.number for trial in run.all_trials if trial.state == "stopped"]
    whole = [trial.number for trial in run.all_trials if trial.state == "complete"]
    assert stopped
    assert {table[number] for number in stopped} == {(0, 3)}
    assert {table[number] for number in whole} == {(0, 1, 2, 3, 4, 5)}


def write(folder: Path, experiment: Experiment) -> Path:
    """Write an experiment into a file and return its path."""
    path = folder / "experiment.toml"
    path.write_text(experiment.to_toml())
    return path


BOWL = """
import random

def evaluate(genome, seed):
    far = sum((genome[name] - 0.3) ** 2 for name in "abcdef")
    return {"loss": 10 * far + random.Random(seed).gauss(0, 0.1)}
"""


def test_bad_trials_are_not_expected_to_end_well(tmp_path: Path) -> None:
    """What is expected of a trial that lost its race is near to what its further calls would be."""
    task = {"objectives": {"loss": "minimize"}, "replicates": 4}
    evolution = {"population": 10, "generations": 12, "first_replicates": 2, "look_ahead": 1}
    space = {name: {"low": 0.0, "high": 1.0} for name in "abcdef"}
    path = write_function(tmp_path, BOWL)
    experiment = experiment_of(path, task=task, space=space, evolution=evolution)
    run = neuroevo.run(experiment, results=None, n_jobs=1)
    stopping = EarlyStopping(experiment, look_ahead=1)
    gaps = []
    for trial in sorted(run.all_trials, key=lambda each: each.number):
        (expected,), _ = stopping.receive(trial)
        if trial.state == "stopped":
            true = 10 * sum((float(str(trial.genome[name])) - 0.3) ** 2 for name in "abcdef")
            gaps.append(abs(expected - true))
    assert len(gaps) > 20
    assert max(gaps) < 0.5


def test_values_of_a_rung_are_shown_as_no_measurements(tmp_path: Path) -> None:
    """Tables have neither scores, quantities nor feasibility of stopped trials, but parameters."""
    evolution = {"population": 8, "generations": 6, "rungs": [0.1], "strategy": "nsga2"}
    bounds = {"parameters": {"max": 300}, "final_mse": {"max": 0.2}}
    settings = {"samples": 400, "replicates": 2}
    experiment = Experiment.of(
        {
            "task": {"kind": "dataset", "name": "diabetes"},
            "training": settings,
            "evolution": evolution | {"constraints": bounds, "objectives": ["r2"]},
        }
    )
    run = neuroevo.run(experiment, results=tmp_path, n_jobs=1)
    trials, replicates = run.trials(), run.trials(replicates=True)
    stopped = trials["state"] == "stopped"
    assert stopped.any()
    assert trials.loc[stopped, ["r2", "final_mse", "feasible"]].isna().all().all()
    assert (trials.loc[stopped, "parameters"] > 0).all()
    complete = trials["state"] == "complete"
    assert trials.loc[complete, ["r2", "final_mse", "feasible"]].notna().all().all()
    of_stopped = replicates["number"].isin(trials.loc[stopped, "number"])
    assert replicates.loc[of_stopped, "r2"].isna().all()
    assert len(replicates[of_stopped]) == 2 * stopped.sum()
    assert run.findings.importances.trials == len(trials) - stopped.sum() - len(run.baselines)


def test_a_function_has_no_rungs(tmp_path: Path) -> None:
    """A task without trainings refuses rungs in one line."""
    with pytest.raises(UsageError) as caught:
        experiment_of(write_function(tmp_path), evolution={"rungs": [0.3]})
    assert "evolution.rungs: must be left out for the task 'python'" in str(caught.value)
