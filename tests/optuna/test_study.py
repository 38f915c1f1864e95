"""A run as a study of Optuna, with the real Optuna."""

import math
from pathlib import Path
from typing import Any

import pytest

import neuroevo
from neuroevo import Choice, Conditional, Experiment, Float, Integer, Layers, Run, UsageError
from neuroevo.space import Gene, Genome, SearchSpace
from tests.functions import experiment_of, write_function

optuna = pytest.importorskip("optuna")
from neuroevo.optuna.distributions import Distributions  # noqa: E402 - needs Optuna


def experiment(**evolution: Any) -> Experiment:  # noqa: ANN401 - settings of any type
    """Make a small experiment, in whose space most kinds of genes are."""
    return Experiment.of(
        {
            "name": "tiny",
            "task": {"kind": "mouse", "count": 60, "grid": 3},
            "space": {
                "hidden": {"count": [1, 2], "width": [1, 8], "activation": ["tanh", "relu"]},
                "learning_rate": {"low": 1e-3, "high": 10.0, "log": True},
                "optimizer": ["sgd", "momentum"],
                "momentum": {"low": 0.1, "high": 0.9},
            },
            "training": {"samples": 60, "replicates": 3},
            "evolution": {"population": 8, "generations": 2, **evolution},
        }
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search with two objectives."""
    return neuroevo.run(experiment(), results=tmp_path_factory.mktemp("results"), n_jobs=1)


def test_a_study_has_all_trials_with_what_is_known_of_them(run: Run) -> None:
    """Parameters, values, states, origins and times are those of the run."""
    study = run.to_optuna()
    assert study.study_name == run.id
    assert len(study.trials) == len(run.all_trials)
    for ours, theirs in zip(run.all_trials, study.trials, strict=True):
        values = list(ours.objectives.values())
        complete = all(map(math.isfinite, values))
        assert theirs.state.name == ("COMPLETE" if complete else "FAIL")
        assert theirs.values == (values if complete else None)
        assert theirs.user_attrs["operator"] == ours.operator
        assert theirs.user_attrs["parents"] == list(ours.parents)
        assert theirs.datetime_start.timestamp() == pytest.approx(ours.work[0].began)
        assert theirs.params["learning_rate"] == ours.genome["learning_rate"]
        assert theirs.params["hidden.count"] == len(ours.genome["hidden"])  # type: ignore[arg-type] # layers
        assert ("momentum" in theirs.params) == ("momentum" in ours.genome)
        assert ("baseline" in theirs.user_attrs) == (ours.operator == "baseline")


def test_the_plots_of_optuna_draw_it(run: Run) -> None:
    """Each of them makes a figure with data."""
    study, plots = run.to_optuna(), optuna.visualization
    first = {"target": lambda trial: trial.values[0], "target_name": "final MSE"}
    figures = [
        plots.plot_pareto_front(study),
        plots.plot_timeline(study),
        *(
            plot(study, **first)
            for plot in (
                plots.plot_optimization_history,
                plots.plot_parallel_coordinate,
                plots.plot_slice,
                plots.plot_edf,
            )
        ),
        plots.plot_contour(study, ["learning_rate", "hidden.1.width"], **first),
        plots.plot_rank(study, ["learning_rate", "hidden.count"], **first),
    ]
    assert all(len(figure.data) for figure in figures)


def test_the_curve_of_a_single_objective_is_shown() -> None:
    """Intermediate values are the learning curve, by the samples seen."""
    run = neuroevo.run(experiment(objectives=["final_mse"]), results=None, n_jobs=1)
    study = run.to_optuna()
    best = study.trials[run.best.number]
    assert best.value == run.best.objectives["final_mse"]
    assert best.last_step == 60
    assert best.intermediate_values[60] == pytest.approx(run.best.curve[-1])
    assert len(optuna.visualization.plot_intermediate_values(study).data) > 8


def test_trials_that_were_stopped_are_pruned() -> None:
    """As many trials are pruned as were stopped early, with their curves up to there."""
    settings = {"population": 6, "generations": 10, "objectives": ["final_mse"], "rungs": [0.2]}
    run = neuroevo.run(experiment(**settings), results=None, n_jobs=1)
    stopped = [trial for trial in run.findings.searched if trial.state == "stopped"]
    pruned = [
        trial for trial in run.to_optuna().trials if trial.state == optuna.trial.TrialState.PRUNED
    ]
    assert len(pruned) == len(stopped) > 0
    for trial in pruned:
        assert 12 <= max(trial.intermediate_values) < 60


def test_a_study_is_stored_and_read_again(run: Run, tmp_path: Path) -> None:
    """A database has the same trials; a second study of the name is refused."""
    storage = f"sqlite:///{tmp_path / 'studies.db'}"
    ours = run.to_optuna(storage)
    read = optuna.load_study(study_name=run.id, storage=storage)
    assert [trial.params for trial in read.trials] == [trial.params for trial in ours.trials]
    assert read.metric_names == ["final MSE", "samples to target"]
    with pytest.raises(UsageError, match="storage: must not have a study of this name yet"):
        run.to_optuna(storage)


def test_a_run_that_called_a_function_is_a_study(tmp_path: Path) -> None:
    """Objectives that are maximised and conditional genes come over; failed trials have failed."""
    text = 'def evaluate(genome):\n    return 1 / (genome["depth"] > 2), genome["x"]\n'
    path = write_function(tmp_path, text)
    study = neuroevo.run(experiment_of(path), results=None, n_jobs=1).to_optuna()
    assert [each.name for each in study.directions] == ["MINIMIZE", "MAXIMIZE"]
    for trial in study.trials:
        assert ("rate_drop" in trial.params) == (trial.params["booster"] == "dart")
        assert (trial.state.name == "FAIL") == (trial.params["depth"] <= 2)
        assert ("cause" in trial.user_attrs) == (trial.state.name == "FAIL")


def test_values_that_only_a_baseline_has_are_allowed() -> None:
    """Ranges are wider for them and options are added, for all trials alike."""
    genes: dict[str, Gene] = {
        "rate": Float(0.1, 1.0, log=True),
        "depth": Integer(2, 4),
        "kind": Choice(["a", "b"]),
        "hidden": Layers((1, 2), (1, 4), ["tanh"]),
    }
    other = Genome({"rate": 5.0, "depth": 9, "kind": "c", "hidden": [(8, "relu")], "more": 1})
    distributions = Distributions(genes, [other])
    found = distributions.parameters(other)
    assert "more" not in found
    assert {name: value for name, (value, _) in found.items()} == {
        "rate": 5.0, "depth": 9, "kind": "c",
        "hidden.count": 1, "hidden.1.width": 8, "hidden.1.activation": "relu",
    }  # fmt: skip
    assert found["rate"][1].high == 5.0
    mine = distributions.parameters(SearchSpace(genes).genome(
        {"rate": 0.5, "depth": 3, "kind": "a", "hidden": [(2, "tanh")]}
    ))  # fmt: skip
    assert mine["kind"][1] == found["kind"][1]
    assert mine["hidden.1.activation"][1] == found["hidden.1.activation"][1]


def test_options_that_optuna_would_confuse_are_texts() -> None:
    """1 and true are different options; lists are no options of Optuna's."""
    space = SearchSpace(
        mixed=Choice([1, True]), lists=Choice([(1, 2), (3,)]), flag=Choice([False, True]),
        other=Conditional(Float(0.0, 1.0), {"flag": True}),
    )  # fmt: skip
    found = Distributions(space.genes).parameters(
        space.genome({"mixed": True, "lists": [3], "flag": False})
    )
    assert {name: value for name, (value, _) in found.items()} == {
        "mixed": "True",
        "lists": "[3]",
        "flag": False,
    }


def test_constraints_of_a_run_are_those_of_the_study() -> None:
    """A value above 0 shows that a trial breaks the bound, and Optuna's best trials keep it."""
    bounded = experiment(constraints={"parameters": {"min": 5, "max": 30}})
    run = neuroevo.run(bounded, results=None, n_jobs=1)
    study = run.to_optuna()
    for ours, theirs in zip(run.all_trials, study.trials, strict=True):
        if theirs.state.name == "COMPLETE":
            count = ours.quantity("parameters")
            assert (theirs.constraints["parameters ≤ 30"] <= 0) == (count <= 30)
            assert (theirs.constraints["parameters ≥ 5"] <= 0) == (count >= 5)
    assert study.best_trials
    assert all(max(each.constraints.values()) <= 0 for each in study.best_trials)
