import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

from neuroevo import run
from neuroevo.cli.new import experiment_text
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import TrainingSettings
from neuroevo.tasks import TASKS

Command = Callable[..., CompletedProcess[str]]


def test_a_new_experiment_has_the_defaults(neuroevo: Command, tmp_path: Path) -> None:
    """The written file loads, and its values are the defaults."""
    written = neuroevo("new", "quick", cwd=tmp_path)
    assert written.stdout == "quick.toml\n"
    assert "neuroevo run quick.toml" in written.stderr
    default = Experiment.of({"name": "quick", "task": {"kind": "mouse"}})
    assert load_experiment(tmp_path / "quick.toml") == default


def test_a_new_function_can_be_searched_at_once(neuroevo: Command, tmp_path: Path) -> None:
    """Both files are written; the function is searched, and existing files are not changed."""
    written = neuroevo("new", "my-own", "--task", "python", cwd=tmp_path)
    assert written.stdout == "my-own.toml\n", written.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"my-own.toml", "my-own.py"}
    experiment = load_experiment(tmp_path / "my-own.toml", ["evolution.population=4"])
    found = run(experiment, results=None, n_jobs=1)
    assert {trial.state for trial in found.all_trials} == {"complete"}
    (tmp_path / "my-own.toml").unlink()
    refused = neuroevo("new", "my-own", "--task", "python", cwd=tmp_path)
    assert refused.stderr == "neuroevo: my-own.py: must be a new file, but it exists already\n"
    assert not (tmp_path / "my-own.toml").exists()
    refused = neuroevo("new", "json", "--task", "python", cwd=tmp_path)
    assert refused.stderr.startswith("neuroevo: name: must not be that of an installed module")
    assert not (tmp_path / "json.py").exists()


def test_new_refuses_and_warns_of_what_a_run_would(neuroevo: Command, tmp_path: Path) -> None:
    """A table that can't be divided writes no file; an input that equals the target is named."""
    single = pd.DataFrame({"x": range(0, 90, 3), "y": ["a", *"bc" * 14, "b"]})
    single.to_csv(tmp_path / "single.csv", index=False)
    refused = neuroevo("new", "one", "--from", "single.csv", "--target", "y", cwd=tmp_path)
    assert refused.returncode == 65, refused.stderr
    assert "must have at least 3 rows of each class" in refused.stderr
    assert not (tmp_path / "one.toml").exists()
    single.assign(y=single["x"] ** 0.5, z=single["x"] ** 0.5).to_csv(
        tmp_path / "twin.csv", index=False
    )
    written = neuroevo("new", "two", "--from", "twin.csv", "--target", "y", cwd=tmp_path)
    assert written.stdout == "two.toml\n", written.stderr
    assert "warning: twin.csv, column 'z': equals the target 'y'" in written.stderr


def test_new_does_not_overwrite_a_file(neuroevo: Command, tmp_path: Path) -> None:
    """An existing file is not changed."""
    (tmp_path / "quick.toml").write_text("mine")
    refused = neuroevo("new", "quick", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "neuroevo: quick.toml: must be a new file, but it exists already\n"
    assert (tmp_path / "quick.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", 'quo"te', "a b", "x" * 100])
def test_unsafe_names_are_refused(neuroevo: Command, tmp_path: Path, name: str) -> None:
    """For a name that no folder should have, nothing is written."""
    refused = neuroevo("new", name, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("neuroevo: name: must be")
    assert not [*tmp_path.iterdir()]


def test_all_placeholders_of_the_template_are_replaced() -> None:
    """The name is filled in everywhere, and nothing else is."""
    text = experiment_text("quick")
    assert "$" not in text
    assert 'name = "quick"' in text


def test_tasks_are_listed_with_their_settings(neuroevo: Command) -> None:
    """Every task of the catalogue is there with all its keys, each described."""
    listed = json.loads(neuroevo("tasks", "--json").stdout)
    assert [task["kind"] for task in listed] == list(TASKS)
    for task in listed:
        keys = [setting["key"] for setting in task["settings"]]
        assert {*keys, "kind"} == set(TASKS[task["kind"]].model_fields)
        assert all(setting["description"] for setting in task["settings"])
    table = neuroevo("tasks").stdout
    for task in listed:
        assert f"{task['kind']}: {task['description']}" in table


def test_the_new_file_has_every_setting_with_its_default() -> None:
    """It has all keys of an experiment, with their defaults."""
    written = tomllib.loads(experiment_text("begin"))
    resolved = tomllib.loads(Experiment.of({"name": "begin", "task": {"kind": "mouse"}}).to_toml())
    everything = TrainingSettings().model_dump(exclude_none=True)
    assert written == resolved | {"note": "", "training": everything}


def test_new_accepts_the_name_of_a_file(neuroevo: Command, tmp_path: Path) -> None:
    """NAME.toml means NAME."""
    assert neuroevo("new", "mine.toml", cwd=tmp_path).stdout == "mine.toml\n"
    assert load_experiment(tmp_path / "mine.toml").name == "mine"
