"""A run's numbers come out again, and what somebody has edited in it does not."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

import neuroevo
from neuroevo import Run, UsageError
from neuroevo.runs import (
    RunFolder,
    champions_in,
    read_champions,
    read_held_out,
    read_start,
    read_trials,
    write_champions,
    write_held_out,
    write_start,
)
from neuroevo.search import StoppedError, search
from neuroevo.search.beginning import Beginning
from neuroevo.space import Genome
from neuroevo.storage.checksum import add_checksum, remove_checksum
from neuroevo.workers import Workers
from tests.functions import experiment_of, write_function
from tests.search.conftest import Tiny

ONE = Workers(1)
SMALL = (
    "name=iris",
    "task.compare_with=['mean']",
    "training.samples=300",
    "training.replicates=2",
    "evolution.population=4",
    "evolution.generations=3",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a search on a small table with a test part, to its end."""
    iris = load_iris()
    inputs, targets = iris.data, iris.target_names[iris.target]
    results = tmp_path_factory.mktemp("results")
    table = results / "iris.csv"
    lines = [",".join(map(str, [*row, name])) for row, name in zip(inputs, targets, strict=True)]
    table.write_text("\n".join(["a,b,c,d,kind", *lines]))
    return neuroevo.run(table, "kind", results=results, n_jobs=1, overrides=SMALL)


@pytest.fixture
def run(whole: Run, tmp_path: Path) -> RunFolder:
    """Copy the run, to be edited."""
    return RunFolder(shutil.copytree(whole.folder.path, tmp_path / whole.id))


def differences(run: RunFolder | Run, **options: object) -> tuple[str, ...]:
    """Verify a run; return what differs."""
    opened = run if isinstance(run, Run) else Run(run)
    return neuroevo.verify(opened, n_jobs=1, **{"trials": "front", **options}).differences  # type: ignore[arg-type] # options of any type


def test_an_unchanged_run_comes_out_the_same_to_the_bit(whole: Run) -> None:
    """All trials, candidates, weights and scores are compared, and none differs."""
    found = neuroevo.verify(whole, trials="all", n_jobs=1)
    assert found.is_identical, found.differences
    compared = {check.part: check.compared for check in found.checks}
    assert list(compared) == [
        "experiment", "data", "trials", "search", "checkpoint", "champions", "test scores",
        "best configuration",
    ]  # fmt: skip
    assert all(compared.values())
    assert compared["trials"] == "12 of 12, trained again"
    assert found.environment == ()


def test_a_run_in_memory_comes_out_the_same(tiny: Tiny) -> None:
    """What has no folder is compared too, without the files of a folder."""
    found = neuroevo.verify(neuroevo.run(tiny(), results=None, n_jobs=1), trials="all", n_jobs=1)
    assert found.is_identical, found.differences
    assert [check.part for check in found.checks if check.why_not] == [
        "checkpoint", "best configuration"
    ]  # fmt: skip


def edit_json(path: Path, edit: Callable[[dict[str, object]], object]) -> None:
    """Change the values of a file, with a checksum that matches."""
    values = json.loads(remove_checksum(path.read_bytes().removesuffix(b"\n")))
    edit(values)
    path.write_text(add_checksum(json.dumps(values, ensure_ascii=False)) + "\n")


def edit_trial(folder: RunFolder, number: int, **changes: object) -> None:
    """Change a trial in the journal, with a checksum that matches."""
    trials = [replace(each, curve=tuple(each.curve)) for each in read_trials(folder.journal_file)]
    trials = [
        replace(each, class_curves={key: tuple(curve) for key, curve in each.class_curves.items()})
        for each in trials
    ]
    trials[number] = replace(trials[number], **changes)  # type: ignore[arg-type] # fields of any type
    lines = [add_checksum(each.to_json()) for each in trials]
    folder.journal_file.write_text("".join(f"{line}\n" for line in lines))


def test_an_edited_objective_is_caught(run: RunFolder) -> None:
    """A better objective of a trial of the last generation is named with both values."""
    trial = read_trials(run.journal_file)[11]
    name, value = next(iter(trial.objectives.items()))
    edit_trial(run, 11, objectives={**trial.objectives, name: value / 2})
    found = differences(run, trials="all")
    assert f"trial 11: objectives.{name} must be {value!r}, but is {value / 2!r}" in found


def test_an_objective_of_a_trial_that_is_not_trained_again_is_caught(run: RunFolder) -> None:
    """The search asks for other candidates, or leads to another state, than was recorded."""
    front = {trial.number for trial in Run(run).pareto_front()}
    number = next(each for each in range(4) if each not in front)
    objectives = read_trials(run.journal_file)[number].objectives
    edit_trial(run, number, objectives={name: value * 1.5 for name, value in objectives.items()})
    assert differences(run)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"parents": (0, 1)}, "trial 3: parents must be"),
        ({"genome": {}}, "trial 3: "),
        ({"operator": "baseline", "name": "mine"}, "trial 3: must be a baseline of the task"),
    ],
)
def test_an_edited_origin_is_caught(
    run: RunFolder, changes: dict[str, object], problem: str
) -> None:
    """The search asks for another candidate than the journal has."""
    edit_trial(run, 3, **changes)
    assert any(line.startswith(problem) for line in differences(run, trials="all"))


def test_a_point_of_a_learning_curve_is_caught(run: RunFolder) -> None:
    """A curve that differs in one bit is named with the point."""
    number = Run(run).best.number
    curve = list(read_trials(run.journal_file)[number].curve)
    curve[5] = float(np.nextafter(np.float32(curve[5]), np.float32(1)))
    edit_trial(run, number, curve=tuple(curve))
    assert any(f"trial {number}: curve[5] must be" in line for line in differences(run))


def test_a_forged_trial_is_caught(run: RunFolder) -> None:
    """A trial that the search never asks for is named."""
    last = read_trials(run.journal_file)[11]
    forged = replace(last, number=12, curve=tuple(last.curve), class_curves={})
    with run.journal_file.open("a") as journal:
        journal.write(f"{add_checksum(forged.to_json())}\n")
    assert any("trial 12: the search does not ask for it" in line for line in differences(run))


def test_a_flipped_bit_of_a_weight_is_caught(run: RunFolder) -> None:
    """A weight of a champion that differs in its last bit is named, though checksums match."""
    champions = champions_in(read_champions(run.champions_file))
    weights = champions[0].parameters.copy()
    weights[1, 2] = np.nextafter(weights[1, 2], np.float32(9))
    champions[0] = replace(champions[0], parameters=weights)
    write_champions(run.champions_file, champions)
    [found] = differences(run)
    assert found.startswith(f"champion {champions[0].number}: parameters[1, 2] must be ")


def test_a_score_on_fresh_seeds_is_caught(run: RunFolder) -> None:
    """An edited score of a champion is named."""
    champions = read_champions(run.champions_file)
    fresh = {name: value / 2 for name, value in champions[0].fresh_objectives.items()}
    champions[0] = replace(champions[0], fresh_objectives=fresh)
    write_champions(run.champions_file, champions)
    assert "fresh_objectives" in differences(run)[0]


def test_a_line_of_the_journal_that_was_edited_is_a_difference(run: RunFolder) -> None:
    """An objective that somebody changed, without its checksum, is named with its line."""
    text = run.journal_file.read_text(encoding="utf-8")
    place = text.index(": ", text.index('"objectives": {') + len('"objectives": {')) + 2
    run.journal_file.write_text(f"{text[:place]}9{text[place + 1 :]}", encoding="utf-8")
    lines = differences(run)
    assert any("trials.jsonl, line 1: must match its checksum" in line for line in lines)


def test_a_damaged_file_of_champions_is_a_difference(run: RunFolder) -> None:
    """Damage that a checksum shows is named, and the rest is compared nevertheless."""
    content = bytearray(run.champions_file.read_bytes())
    content[-3] ^= 1
    run.champions_file.write_bytes(content)
    found = neuroevo.verify(Run(run), trials="front", n_jobs=1)
    assert [check.part for check in found.checks if check.differences] == ["champions"]


def test_a_held_out_score_is_caught(run: RunFolder) -> None:
    """An edited score on the test part is named."""
    scores = read_held_out(run.test_file, read_start(run.start_file).columns)
    models = list(scores.models)
    better = {name: replace(each, value=0.999) for name, each in models[0].scores.items()}
    models[0] = replace(models[0], scores=better)
    write_held_out(run.test_file, replace(scores, models=tuple(models)))
    found = differences(run)
    assert found
    assert all(line.startswith("test scores: models[0].scores.") for line in found)


def test_a_run_of_a_version_without_paired_differences_is_verified(run: RunFolder) -> None:
    """Such a run lacks the champion's differences to other models, which is no difference."""
    scores = read_held_out(run.test_file, read_start(run.start_file).columns)
    models = tuple(replace(each, differences={}) for each in scores.models)
    assert models != scores.models
    write_held_out(run.test_file, replace(scores, models=models))
    assert differences(run) == ()


def test_a_run_of_a_version_with_fewer_metrics_is_verified(run: RunFolder) -> None:
    """A metric that no model of the run has was not known when it was written."""
    scores = read_held_out(run.test_file, read_start(run.start_file).columns)
    assert "roc_auc" in scores.models[0].scores

    def without(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name != "roc_auc"}

    models = tuple(
        replace(each, scores=without(each.scores), differences=without(each.differences))
        for each in scores.models
    )
    assert scores.diagnosis is not None
    assert scores.ensemble is not None
    ensemble = replace(
        scores.ensemble,
        scores=without(scores.ensemble.scores),
        validation=without(scores.ensemble.validation),
        validation_one=without(scores.ensemble.validation_one),
    )
    diagnosis = replace(scores.diagnosis, scores=without(scores.diagnosis.scores))
    older = replace(scores, models=models, diagnosis=diagnosis, ensemble=ensemble)
    write_held_out(run.test_file, older)
    assert differences(run) == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda state: state["front"].reverse() or state["front"].append(0),
        lambda state: state["strategy"]["population"].pop(),
        lambda state: state["stagnation"].update(generations=7),
        lambda state: state.update(evaluated=9),
        lambda state: state.update(reason="it was perfect"),
        lambda state: state.update(best=""),
    ],
)
def test_an_edited_checkpoint_is_caught(
    run: RunFolder, edit: Callable[[dict[str, object]], object]
) -> None:
    """A state that the search never had is named, though its checksum matches."""
    edit_json(run.checkpoint_file, edit)
    assert differences(run)


def test_an_edited_experiment_is_caught(run: RunFolder) -> None:
    """A line of experiment.toml that differs from the start of the run is named."""
    text = run.experiment_file.read_text().replace("samples = 300", "samples = 301")
    run.experiment_file.write_text(text)
    [found] = differences(run)
    assert "training.samples must be 300, as when the run began, but is 301" in found


def test_an_experiment_that_was_edited_everywhere_is_caught(run: RunFolder) -> None:
    """If the start says the same as experiment.toml, other numbers come out."""
    start = read_start(run.start_file)
    text = start.experiment.replace("samples = 300", "samples = 320")
    write_start(run.start_file, replace(start, experiment=text))
    run.experiment_file.write_text(text)
    assert any(": curve: its length" in line or "objectives" in line for line in differences(run))


def test_an_edited_best_toml_is_caught(run: RunFolder) -> None:
    """A line of the best configuration is named."""
    run.best_file.write_text(run.best_file.read_text().replace("seed = 0", "seed = 1"))
    assert differences(run) == ("best.toml: must be as it was written, but was changed",)


def test_other_data_are_caught_before_anything_is_trained(run: RunFolder, tmp_path: Path) -> None:
    """A cell that was changed is a difference of the prepared arrays."""
    task = Run(run).experiment.network_task
    source = Path(task.path)  # type: ignore[attr-defined] # a table
    moved = tmp_path / "moved.csv"
    moved.write_text(source.read_text().replace("5.1,3.5", "5.0,3.5", 1))
    found = neuroevo.verify(Run(run), data=moved, n_jobs=1)
    assert any("as when the run began" in line for line in found.differences)
    assert found.checks[-1].why_not == "the data differ"


def test_lost_data_are_named(run: RunFolder, tmp_path: Path) -> None:
    """Without its table a run can't be verified; with the table elsewhere it can."""
    start = read_start(run.start_file)
    source = Path(Run(run).experiment.network_task.path)  # type: ignore[attr-defined] # a table
    text = start.experiment.replace(str(source), str(tmp_path / "gone.csv"))
    write_start(run.start_file, replace(start, experiment=text))
    run.experiment_file.write_text(text)
    with pytest.raises(neuroevo.DataError, match=r"gone\.csv"):
        differences(run)
    assert differences(run, data=source) == ()


def test_versions_that_differ_are_named(run: RunFolder) -> None:
    """The environment of the run is compared with the present one."""
    values = json.loads(run.environment_file.read_text())
    values["libraries"]["numpy"] = "1.0"
    values["cpu"] = "abacus"
    run.environment_file.write_text(json.dumps(values))
    found = neuroevo.verify(Run(run), trials="front", n_jobs=1)
    assert found.is_identical
    assert [line.split(",")[-1].strip() for line in found.environment] == ["was abacus", "was 1.0"]


def test_a_run_is_compared_with_another_without_training(whole: Run, run: RunFolder) -> None:
    """Two equal runs do not differ; an edited trial is named with both values."""
    assert neuroevo.verify(whole, against=Run(run)).is_identical
    objectives = read_trials(run.journal_file)[2].objectives
    edit_trial(run, 2, objectives={name: value + 1 for name, value in objectives.items()})
    found = neuroevo.verify(Run(run), against=whole)
    assert {line.partition(":")[0] for line in found.differences} == {"trial 2"}
    assert found.against == whole.id


@pytest.mark.parametrize("stop_after", [1, 6, 9])
def test_an_interrupted_run_is_verified_up_to_its_checkpoint(
    tiny: Tiny, tmp_path: Path, stop_after: int
) -> None:
    """Trials, candidates and the state come out the same, also when it is resumed."""
    trials = 0

    def stop() -> bool:
        return trials >= stop_after

    def count(progress: object) -> None:
        nonlocal trials
        trials = progress.trials  # type: ignore[attr-defined] # a Progress

    with pytest.raises(StoppedError):
        search(tiny(), tmp_path, workers=ONE, observer=count, stop=stop)
    run = neuroevo.load_run("latest", tmp_path)
    assert differences(run, trials="all") == ()
    edited = RunFolder(shutil.copytree(run.folder.path, tmp_path / "edited"))
    edit_json(edited.checkpoint_file, lambda state: state.update(newest=[99]))
    assert differences(edited)
    assert differences(neuroevo.resume(run, n_jobs=1)) == ()


@pytest.mark.parametrize("population", [4, 2000])
def test_a_run_that_its_time_limit_ended_is_verified(
    tiny: Tiny, tmp_path: Path, population: int
) -> None:
    """The search is repeated without the clock, to where the time was over."""
    ends = {"generations": 10_000, "time_limit": 0.3}
    experiment = tiny(evolution={"population": population, **ends})
    run = Run(search(experiment, tmp_path, workers=ONE))
    assert "time limit" in run.status.reason
    assert differences(run) == ()


@pytest.mark.parametrize("strategy", ["nsga2", "screened", "random", "grid"])
def test_a_run_that_exhausted_its_space_is_verified(strategy: str, tmp_path: Path) -> None:
    """The search is repeated up to where no configuration is left."""
    space = {"x": [0.1, 0.3], "depth": [1, 2, 3], "booster": ["gbtree"]}
    experiment = experiment_of(
        write_function(tmp_path), space=space, evolution={"generations": 4, "strategy": strategy}
    )
    run = neuroevo.run(experiment, results=tmp_path / "results", n_jobs=1)
    assert len(run.all_trials) == 6
    found = neuroevo.verify(run, call_function=True, n_jobs=1)
    assert found.is_identical, found.differences


def test_a_function_is_called_only_if_that_is_wanted(tmp_path: Path) -> None:
    """Without the call its objectives are not compared, and an edited one is found with it."""
    path = write_function(tmp_path)
    run = neuroevo.run(experiment_of(path), results=tmp_path, n_jobs=1)
    found = neuroevo.verify(run, n_jobs=1)
    assert found.is_identical, found.differences
    assert [check.part for check in found.checks if check.why_not] == ["trials"]
    called = neuroevo.verify(run, trials="all", call_function=True, n_jobs=1)
    assert called.is_identical, called.differences
    assert "can't be promised" in called.notes[0]
    edit_trial(run.folder, 7, objectives={"loss": 0.0, "score": 6.0})
    assert any(
        line.startswith("trial 7: objectives.loss must be")
        for line in differences(run.folder, trials="all", call_function=True)
    )


FAILING = """
import time

def evaluate(genome, seed):
    if genome["depth"] > 5:
        raise ValueError(f"too deep: {object()}")
    if genome["depth"] > 4:
        time.sleep(60)
    return {"loss": genome["x"], "score": 1.0}
"""


def test_failed_trials_must_fail_again(tmp_path: Path) -> None:
    """What raised is tried again, what took too long is not; an edited failure is caught."""
    initial = [Genome({"x": 0.5, "depth": depth, "booster": "gbtree"}) for depth in (1, 2, 5, 6)]
    path = write_function(tmp_path, FAILING)
    experiment = experiment_of(path, task={"time_limit": 1.0}, evolution={"generations": 1})
    found = Run(search(experiment, tmp_path, workers=ONE, beginning=Beginning(tuple(initial))))
    run = found.folder
    assert [each.state for each in read_trials(run.journal_file)] == [
        *["complete"] * 2,
        *["failed"] * 2,
    ]
    called = neuroevo.verify(found, trials="all", call_function=True, n_jobs=1)
    assert called.is_identical, called.differences
    [trials] = [check for check in called.checks if check.part == "trials"]
    assert trials.compared.startswith("3 of 4")
    assert "1 that took too long or ended workers not" in trials.compared
    edit_trial(run, 3, cause="boosting.py, line 6: ValueError: too wide")
    edit_trial(run, 1, state="failed", cause="boosting.py, line 6: ValueError: too deep")
    problems = differences(run, trials="all", call_function=True)
    assert any(line.startswith("trial 3: cause must be") for line in problems)
    assert any(line.startswith("trial 1: state must be") for line in problems)


@pytest.mark.parametrize("trials", ["some", -1, True, 1.5])
def test_a_wrong_choice_of_trials_is_refused(whole: Run, trials: object) -> None:
    """The rule and the value are named."""
    with pytest.raises(UsageError, match="trials: must be 'all', 'front' or a whole number"):
        neuroevo.verify(whole, trials=trials)  # type: ignore[arg-type] # on purpose
