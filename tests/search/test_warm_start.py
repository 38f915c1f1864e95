"""Runs that learn from the trials of earlier runs: what they take, keep and refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import neuroevo
from neuroevo import UsageError, wording
from neuroevo.experiment import Experiment
from neuroevo.report.run import Run
from neuroevo.runs import Trial
from neuroevo.search import StoppedError
from tests.functions import SPACE, experiment_of, write_function

Tiny = Callable[..., Experiment]


def asked(trial: Trial) -> tuple[object, ...]:
    """Return what of a trial does not depend on when and where it was evaluated."""
    return trial.number, trial.genome, trial.objectives, trial.operator, trial.forecast


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search over a function with two objectives."""
    folder = tmp_path_factory.mktemp("earlier")
    experiment = experiment_of(write_function(folder), name="earlier")
    return neuroevo.run(experiment, results=folder / "results", n_jobs=1)


@pytest.fixture(scope="module")
def wider(earlier: Run) -> Experiment:
    """Return an experiment in a space that overlaps that of the earlier run."""
    genes = {**SPACE, "x": {"low": -1.0, "high": 0.9}, "depth": {"low": 2, "high": 6}}
    experiment = earlier.experiment
    values = {"space": genes, "name": "wider"}
    return Experiment.of(
        {"task": experiment.task.model_dump(mode="json"), "evolution": SHORT, **values}
    )


SHORT = {"population": 8, "generations": 2}


@pytest.fixture(scope="module")
def warm(earlier: Run, wider: Experiment) -> Run:
    """Return a run that learns from the earlier one."""
    results = earlier.folder.path.parent
    with pytest.warns(UserWarning, match=r"earlier-\S+: \d+ of 8 trials skipped \(trial \d+: "):
        return neuroevo.run(wider, results=results, n_jobs=1, warm_start=earlier.id)


def test_trials_in_the_space_are_learned_from_and_kept(earlier: Run, warm: Run) -> None:
    """The start of the run has them with their objectives; the best of them come first."""
    [kept] = warm.findings.earlier_runs
    assert kept.run == earlier.id
    known = {json.dumps(dict(each.genome)): each.objectives for each in earlier.all_trials}
    assert 0 < len(kept.trials) < len(known)
    for trial in kept.trials:
        assert known[json.dumps(dict(trial.genome))] == trial.objectives
        assert float(str(trial.genome["x"])) <= 0.9
    first = [trial.genome for trial in warm.all_trials if trial.operator == "seed"]
    assert first == [dict(each) for each in warm.findings.initial]
    assert dict(first[0]) in [dict(each.genome) for each in earlier.pareto_front()]


def test_what_was_learned_from_is_shown(earlier: Run, warm: Run) -> None:
    """The report and the rows of `show` say from how many trials of which run."""
    [kept] = warm.findings.earlier_runs
    text = f"The model also learned from {len(kept.trials)} trials of {earlier.id}."
    assert wording.warm_start(warm.findings.earlier_runs) == text
    assert text in warm.folder.report_file.read_text(encoding="utf-8")
    assert wording.warm_start(earlier.findings.earlier_runs) == ""
    assert "warm_start" in set(neuroevo.compare([earlier, warm]).differences["key"])


def test_a_warm_start_gives_the_same_trials_again(
    earlier: Run, wider: Experiment, warm: Run, tmp_path: Path
) -> None:
    """In memory, with other jobs, from the run itself, or stopped and resumed: equal trials."""
    expected = list(map(asked, warm.all_trials))
    with pytest.warns(UserWarning, match="skipped"):
        other = neuroevo.run(wider, results=None, n_jobs=2, warm_start=[earlier])
    assert list(map(asked, other.all_trials)) == expected
    count = 0

    def stop() -> bool:
        nonlocal count
        count += 1
        return count > 12

    with pytest.warns(UserWarning, match="skipped"), pytest.raises(StoppedError):
        neuroevo.run(wider, results=tmp_path, n_jobs=1, warm_start=[earlier], stop=stop)
    resumed = neuroevo.resume("latest", results=tmp_path, n_jobs=1)
    assert list(map(asked, resumed.all_trials)) == expected
    assert neuroevo.verify(warm).is_identical


def test_the_model_judges_the_first_trials(wider: Experiment, warm: Run) -> None:
    """Without earlier trials no model judges the first ten; with them it does at once."""
    alone = neuroevo.run(wider, results=None, n_jobs=1)
    screened = [trial for trial in warm.all_trials if trial.forecast is not None]
    assert min(trial.number for trial in screened) < 10
    assert all(trial.forecast is None for trial in alone.all_trials[:10])


def test_networks_learn_from_runs_with_other_strategies_and_budgets(tiny: Tiny) -> None:
    """A run by NSGA-II teaches the model of a screened one, whose trainings are longer."""
    first = neuroevo.run(tiny(), results=None, n_jobs=1)
    longer = tiny(training={"samples": 400}, evolution={"strategy": "screened"})
    run = neuroevo.run(longer, results=None, n_jobs=1, warm_start=first)
    [kept] = run.findings.earlier_runs
    assert len(kept.trials) == min(len(first.findings.complete), 40)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"evolution": {"strategy": "nsga2"}}, "warm_start: must be left out unless evolution"),
        (
            {"space": {"other": {"low": 0.0, "high": 1.0}}},
            "earlier-.*: must have trials in the search space, but none of 8 is: trial 0: other",
        ),
        (
            {"task": {"objectives": {"other": "minimize"}}},
            "earlier-.*: must have recorded the objectives other, but lacks other",
        ),
        (
            {"task": {"objectives": {"loss": "maximize"}}},
            "earlier-.*: must maximise loss as the experiment does, but minimises it",
        ),
    ],
)
def test_runs_that_teach_nothing_are_refused(
    earlier: Run, wider: Experiment, changes: dict[str, dict[str, object]], problem: str
) -> None:
    """Another strategy, a space without a common configuration, objectives that were not asked."""
    tables = {
        "task": {**wider.task.model_dump(mode="json"), **changes.get("task", {})},
        "space": changes.get("space", SPACE),
        "evolution": {**SHORT, **changes.get("evolution", {})},
    }
    with pytest.raises(UsageError, match=problem):
        neuroevo.run(Experiment.of(tables), results=None, n_jobs=1, warm_start=earlier)


def test_all_runs_that_can_not_be_used_are_named(earlier: Run, warm: Run, tiny: Tiny) -> None:
    """Each has its line, as has what is no run; a run that is named twice has one."""
    experiment = tiny(evolution={"strategy": "screened"})
    given: list[Any] = [5, earlier, warm, earlier]
    with pytest.raises(UsageError) as refused:
        neuroevo.run(experiment, results=None, n_jobs=1, warm_start=given)
    start = "warm_start: must be a run, its id or its path, or a list of these, but got 5"
    assert refused.value.problems[0] == start
    assert len(refused.value.problems) == 3
    assert "must be of an experiment that trains networks" in refused.value.problems[1]


def test_the_best_by_the_new_experiment_come_first(earlier: Run, wider: Experiment) -> None:
    """First genomes are the best by its objectives and constraints, not by those of before."""
    task = {**wider.task.model_dump(mode="json"), "objectives": {"score": "maximize"}}
    evolution = {**SHORT, "objectives": ["score"], "constraints": {"loss": {"max": 0.3}}}
    tables = {"task": task, "space": SPACE, "evolution": evolution}
    tables["task"] = {**task, "quantities": ["loss"]}
    run = neuroevo.run(Experiment.of(tables), results=None, n_jobs=1, warm_start=[earlier])
    known = {json.dumps(dict(each.genome)): each.objectives for each in earlier.all_trials}
    first = [known[json.dumps(dict(each))] for each in run.findings.initial]
    kept = sorted((each["score"] for each in known.values() if each["loss"] <= 0.3), reverse=True)
    assert [each["score"] for each in first][: len(kept)] == kept[:5]
