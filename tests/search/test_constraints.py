"""Runs with constraints: of networks, and of functions that return further quantities."""

import itertools
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import neuroevo
from neuroevo import Run
from neuroevo.analysis import tables
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.run_reader import RunReader
from neuroevo.errors import UsageError
from neuroevo.evaluation import phenotype_of
from neuroevo.evolution import hypervolume, reference_point
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.report.headline import headline
from neuroevo.report.plots import FIGURES
from neuroevo.report.plots.hypervolume import verdict
from neuroevo.runs import RunFolder, Trial, broken_constraints, trial_violation
from neuroevo.search import StoppedError, search, search_in_memory
from neuroevo.search.beginning import Beginning
from neuroevo.search.recorded import read_recorded
from neuroevo.search.verification import Chosen, Means, verify_run
from tests.functions import experiment_of, write_function

FUNCTION = """
def evaluate(genome):
    return {"loss": (genome["x"] - 0.9) ** 2, "score": genome["depth"], "memory": 100 * genome["x"]}
"""
MEMORY = {"quantities": ["memory"]}


def networks(constraints: dict[str, Any], **evolution: Any) -> Experiment:  # noqa: ANN401 - settings
    """Return a small experiment of networks with constraints."""
    return Experiment.of(
        {
            "task": {"kind": "mouse", "count": 60},
            "training": {"samples": 300, "replicates": 2},
            "evolution": {
                "population": 6,
                "generations": 3,
                "objectives": ["final_mse"],
                **evolution,
                "constraints": constraints,
            },
        }
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Search networks of at most 40 parameters, a range that few configurations are in."""
    folder = tmp_path_factory.mktemp("run")
    bounds = {"parameters": {"max": 40}, "curve_area": {"max": -0.5}}
    return neuroevo.run(networks(bounds), results=folder, n_jobs=1)


@pytest.fixture(scope="module")
def function_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Search a function whose lowest losses need too much memory."""
    folder = tmp_path_factory.mktemp("function")
    experiment = experiment_of(
        write_function(folder, FUNCTION),
        task=MEMORY,
        evolution={"generations": 6, "constraints": {"memory": {"max": 50}}},
    )
    return neuroevo.run(experiment, results=folder / "results", n_jobs=2)


def test_networks_with_too_many_parameters_are_never_trained(run: Run) -> None:
    """All trials but the baselines keep the bound, and their line has the number."""
    searched = run.findings.searched
    assert len(searched) == 18
    for trial in searched:
        phenotype = phenotype_of(trial.genome, (2, 2), run.experiment.training)
        count = phenotype.architecture.parameter_count
        assert trial.quantities["parameters"] == count <= 40
        assert trial.quantities.keys() == {"parameters", "curve_area"}


def test_first_configurations_with_too_many_parameters_are_left_out() -> None:
    """A warning says how many; the others come first."""
    small, large = (
        {"hidden": hidden, "learning_rate": 0.1, "activation": "tanh"}
        for hidden in ((3,), (32, 32))
    )
    experiment = networks({"parameters": {"max": 40}}, generations=1)

    given = [experiment.space.genome(each) for each in (large, small)]
    with pytest.warns(UserWarning, match="1 of 2 first configurations are left out: they break"):
        _, record = search_in_memory(experiment, beginning=Beginning(tuple(given)))
    seeds = [each.genome for each in record.trials.values() if each.operator == "seed"]
    assert seeds == [given[1]]


def test_a_front_is_feasible_if_a_trial_is(function_run: Run) -> None:
    """The best losses break the bound; front, champion and summaries leave them out."""
    findings = function_run.findings
    lowest = min(findings.searched, key=lambda each: each.objectives["loss"])
    assert lowest.quantities["memory"] > 50
    assert findings.feasible
    assert {each.quantities["memory"] <= 50 for each in findings.front} == {True}
    assert function_run.best in findings.feasible
    opening = headline(findings)
    assert f"with memory ≤ 50, which {len(findings.feasible)} keep" in opening.lead
    table = function_run.trials()
    assert (table["feasible"] == (table["memory"] <= 50)).all()
    assert tables.best(findings)["feasible"].all()


def test_hypervolumes_have_one_reference_point_with_constraints(function_run: Run) -> None:
    """It is beyond the worst of the first generation, feasible or not, as the page says."""
    findings = function_run.findings
    first = findings.fitnesses(findings.by_generation[0])
    reference = reference_point(first)
    assert not all(map(findings.is_feasible, findings.by_generation[0]))
    found = hypervolume_history(replace(findings, random=findings.feasible))
    assert found.drawn[-1] == pytest.approx(1)
    trials = [trial for trial in findings.by_generation[0] if findings.is_feasible(trial)]
    begun, ended = (
        hypervolume(findings.fitnesses(each), reference) for each in (trials, findings.feasible)
    )
    assert found.search[0] == pytest.approx(begun / ended)


def test_a_random_search_without_a_feasible_trial_has_no_pace(function_run: Run) -> None:
    """The verdict is that it reaches nothing, and has no number of times."""
    findings = function_run.findings
    broken = tuple(each for each in findings.searched if not findings.is_feasible(each))
    text = verdict(hypervolume_history(replace(findings, random=broken * 4)))
    assert text.endswith(
        "reach 0% of the hypervolume of the search: none is feasible and better than the worst "
        "of the first generation."
    )


def test_constraints_of_a_failed_trial_are_not_known(function_run: Run) -> None:
    """It is neither said to break them nor not to be feasible."""
    findings, trial = function_run.findings, function_run.all_trials[0]
    failed = replace(trial, state="failed", objectives={}, quantities={}, cause="no")
    assert broken_constraints(failed, findings.constraints) == ()
    assert findings.feasibility(failed) is None
    assert broken_constraints(replace(trial, quantities={"memory": 51.0}), findings.constraints)


def test_a_reader_follows_a_run_that_takes_the_place_of_another(
    function_run: Run, tmp_path: Path
) -> None:
    """Another run with the same id has its own constraints, and so another front."""
    evolution = {"generations": 3, "constraints": {"memory": {"max": 20}}}
    path = write_function(tmp_path, FUNCTION)
    experiment = experiment_of(path, task=MEMORY, evolution=evolution)
    other = neuroevo.run(experiment, results=tmp_path, n_jobs=2)
    folder = RunFolder(tmp_path / "one")
    shutil.copytree(function_run.folder.path, folder.path)
    reader = RunReader(folder)
    assert reader.summary().front == function_run.findings.front
    shutil.rmtree(folder.path)
    shutil.copytree(other.folder.path, folder.path)
    assert reader.summary().front == other.findings.front


def test_a_stopped_run_with_constraints_ends_the_same(function_run: Run, tmp_path: Path) -> None:
    """Resumed with another number of processes, it has the trials of one that was not stopped."""
    asked = itertools.count()
    with pytest.raises(StoppedError):
        search(function_run.experiment, tmp_path, stop=lambda: next(asked) > 12)
    resumed = neuroevo.resume("latest", results=tmp_path, n_jobs=1)
    for one, other in zip(resumed.all_trials, function_run.all_trials, strict=True):
        assert (one.genome, one.objectives, one.quantities, one.operator, one.forecast) == (
            other.genome,
            other.objectives,
            other.quantities,
            other.operator,
            other.forecast,
        )


def test_a_run_with_constraints_is_verified(run: Run) -> None:
    """Trained again and repeated, every number is the same."""
    found = verify_run(read_recorded(run.folder), Means(Chosen("front")))
    assert found.differences == ()


def test_every_figure_can_be_drawn(function_run: Run) -> None:
    """Trials that break a bound are crosses in the Pareto front."""
    for name, plot in FIGURES.items():
        if not plot.of_networks:
            function_run.figure(name)
    names = [trace.name for trace in function_run.figure("pareto_front").data]
    assert "breaks a constraint" in names


def test_without_a_feasible_trial_everything_says_so(tmp_path: Path) -> None:
    """The headline names the constraints and the nearest trial; there are no best scores."""
    experiment = experiment_of(
        write_function(tmp_path, FUNCTION),
        task=MEMORY,
        evolution={"generations": 3, "constraints": {"memory": {"max": -1}, "seconds": {"max": 9}}},
    )
    found = neuroevo.run(experiment, results=tmp_path / "results", n_jobs=2)
    opening = headline(found.findings)
    assert opening.title == "No configuration keeps the constraints: memory ≤ −1 and seconds ≤ 9."
    nearest = min(found.all_trials, key=lambda each: each.quantities["memory"])
    assert f"The nearest to it, trial {nearest.number}, has memory " in opening.lead
    assert found.pareto_front() == [nearest]
    assert "# It breaks constraints: memory ≤ −1.\n" in found.folder.best_file.read_text(
        encoding="utf-8"
    )

    assert RunReader(found.folder).summary().best == {"loss": None, "score": None}
    for name, plot in FIGURES.items():
        if not plot.of_networks:
            found.figure(name)


def test_a_target_counts_only_if_it_is_feasible(tmp_path: Path) -> None:
    """A front that reaches the target outside of the constraints does not end the search."""
    experiment = experiment_of(
        write_function(tmp_path, FUNCTION),
        task=MEMORY,
        evolution={
            "generations": 3,
            "target": {"loss": 10.0},
            "constraints": {"memory": {"max": -1}},
        },
    )
    assert len(neuroevo.run(experiment, results=None, n_jobs=2).all_trials) == 12


@pytest.mark.parametrize(
    ("constraints", "problem"),
    [
        ({"loss": {}}, "evolution.constraints.loss: must have a min, a max or both"),
        ({"loss": {"min": 2, "max": 1}}, "must have a min of at most its max, but got 2 and 1"),
        ({"memori": {"max": 1}}, r"constraints\.memori: must be one of .*'memory'"),
        (
            {"parameters": {"max": 1}},
            r"constraints\.parameters: must be one of 'loss', 'score', 'm",
        ),
        ({"loss": {"most": 1}}, r"constraints\.loss\.most: unknown key"),
    ],
)
def test_wrong_constraints_are_refused(constraints: Any, problem: str, tmp_path: Path) -> None:  # noqa: ANN401 - wrong ones too
    """The error has the key, and the names that may be bounded."""
    with pytest.raises(UsageError, match=problem):
        experiment_of(tmp_path / "f.py", task=MEMORY, evolution={"constraints": constraints})


def test_a_bound_beyond_the_sample_budget_is_refused() -> None:
    """More samples than there are can't be needed, only missed."""
    content = {
        "task": {"kind": "mouse"},
        "training": {"samples": 60},
        "evolution": {"constraints": {"samples_to_target": {"max": 190}}},
    }
    with pytest.raises(UsageError, match=r"training\.samples: must be at least .* 190, but got 60"):
        Experiment.of(content)


def test_a_bounded_quantity_that_was_not_reached_says_so(tmp_path: Path) -> None:
    """Samples to target as a constraint are no measurement in the table where they were missed."""
    content = {
        "task": {"kind": "mouse", "count": 50},
        "training": {"samples": 60, "replicates": 2},
        "evolution": {
            "objectives": ["final_mse"],
            "population": 4,
            "generations": 1,
            "constraints": {"samples_to_target": {"max": 50}},
        },
    }
    run = neuroevo.run(Experiment.of(content), results=tmp_path, n_jobs=1)
    table = run.trials()
    expected = table["samples_to_target"] <= 60
    assert list(table["samples_to_target.reached"]) == list(expected)
    assert tables.quantity_texts(run.findings, run.best) == ["not reached"]


def test_measures_of_classes_are_refused_without_classes() -> None:
    """The networks of the mouse have none."""
    with pytest.raises(UsageError, match=r"constraints\.error_rate: must be one of 'final_mse'"):
        networks({"error_rate": {"max": 0.1}})


def test_wrong_quantities_are_refused(tmp_path: Path) -> None:
    """Each name stands for one number."""
    rule = r"task.quantities\[0\]: must be a name that no objective and no other quantity has"
    with pytest.raises(UsageError, match=rule):
        experiment_of(tmp_path / "f.py", task={"quantities": ["loss"]})
    with pytest.raises(UsageError, match="tables of trials have a column of that name"):
        experiment_of(tmp_path / "f.py", task={"quantities": ["state"]})


def test_a_function_must_return_all_quantities(tmp_path: Path) -> None:
    """One that lacks some has failed, with their names."""
    bad = 'def evaluate(genome):\n    return {"loss": 1.0, "score": 2.0}'
    experiment = experiment_of(write_function(tmp_path, bad), task=MEMORY)
    [cause] = {each.cause for each in neuroevo.run(experiment, results=None).all_trials}
    assert cause.endswith("must return 'loss', 'score', 'memory', but got 'loss', 'score'")


def test_an_experiment_with_constraints_is_written_and_read(tmp_path: Path) -> None:
    """As TOML it is the same again; without, nothing of them is written."""
    bounds = {"memory": {"max": 50.0}, "seconds": {"min": 0.5, "max": 2.0}}
    path = tmp_path / "f.py"
    experiment = experiment_of(path, task=MEMORY, evolution={"constraints": bounds})
    text = experiment.to_toml()
    assert "constraints = { memory = { max = 50.0 }, seconds = { min = 0.5, max = 2.0 } }" in text

    file = tmp_path / "e.toml"
    file.write_text(text, encoding="utf-8")
    assert load_experiment(file) == experiment
    assert "constraints" not in experiment_of(path).to_toml()
    assert "quantities" not in experiment_of(path).to_toml()


def test_a_trial_is_read_as_it_was_written(function_run: Run) -> None:
    """Its quantities too; a trial without any has no such key."""
    trial = function_run.all_trials[0]
    assert Trial.from_json(trial.to_json()).quantities == trial.quantities
    assert math.isfinite(trial_violation(trial, function_run.experiment.constraints))
    old = json.loads(trial.to_json())
    del old["quantities"]
    again = Trial.from_json(json.dumps(old))
    assert '"quantities"' not in again.to_json()
    assert trial_violation(again, function_run.experiment.constraints) == math.inf


def test_a_bound_is_named_as_its_objective_is() -> None:
    """In texts a bound on r2 has the name that figures and tables have."""
    bounds = {"r2": {"min": 0.5}, "final_mse": {"max": 0.1}, "seconds": {"max": 2.0}}
    experiment = Experiment.of({"task": {"kind": "mouse"}, "evolution": {"constraints": bounds}})
    assert list(map(str, experiment.constraints)) == ["R² ≥ 0.5", "final MSE ≤ 0.1", "seconds ≤ 2"]
