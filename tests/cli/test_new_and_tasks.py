import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from neuroevo.cli.new import experiment_text
from neuroevo.experiment import Experiment, load_experiment
from neuroevo.learning import TrainingSettings
from neuroevo.tasks import TASKS

Command = Callable[..., CompletedProcess[str]]


def test_a_new_experiment_is_the_default_one(neuroevo: Command, tmp_path: Path) -> None:
    """The file that is written loads, and its values are the defaults that it claims to hold."""
    written = neuroevo("new", "quick", cwd=tmp_path)
    assert written.stdout == "quick.toml\n"
    assert "neuroevo run quick.toml" in written.stderr
    default = Experiment.of({"name": "quick", "task": {"kind": "mouse"}})
    assert load_experiment(tmp_path / "quick.toml") == default


def test_a_new_experiment_never_overwrites(neuroevo: Command, tmp_path: Path) -> None:
    """A file of that name stays as it is."""
    (tmp_path / "quick.toml").write_text("mine")
    refused = neuroevo("new", "quick", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "neuroevo: quick.toml: must be a new file, but it exists already\n"
    assert (tmp_path / "quick.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", 'quo"te', "a b", "x" * 100])
def test_unsafe_names_are_refused(neuroevo: Command, tmp_path: Path, name: str) -> None:
    """A name that no folder should have writes nothing."""
    refused = neuroevo("new", name, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("neuroevo: name: must be")
    assert not [*tmp_path.iterdir()]


def test_the_template_has_no_placeholder_left() -> None:
    """Only the name is filled in, and it is filled in everywhere."""
    text = experiment_text("quick")
    assert "$" not in text
    assert 'name = "quick"' in text


def test_tasks_are_listed_with_their_settings(neuroevo: Command) -> None:
    """Every task of the catalogue is there with every key but its kind, each explained."""
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
    """No key that an experiment may have is missing from it, and none has another value."""
    written = tomllib.loads(experiment_text("begin"))
    resolved = tomllib.loads(Experiment.of({"name": "begin", "task": {"kind": "mouse"}}).to_toml())
    everything = TrainingSettings().model_dump(exclude_none=True)
    assert written == resolved | {"note": "", "training": everything}


def test_new_takes_the_name_of_a_file_as_well(neuroevo: Command, tmp_path: Path) -> None:
    """NAME.toml is understood as NAME."""
    assert neuroevo("new", "mine.toml", cwd=tmp_path).stdout == "mine.toml\n"
    assert load_experiment(tmp_path / "mine.toml").name == "mine"
