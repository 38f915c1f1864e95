"""What commands say about folders and files that this user may not read."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.torture.processes import Running
from tests.permissions import open_to_all, without_privileges

Start = Callable[..., Running]


def _problem(path: Path) -> str:
    return f"{path}: can't be read (Permission denied)"


def _protected(results: Path) -> Path:
    """Make a folder that no other user may read."""
    folder = results / "protected-20300101-000000"
    folder.mkdir()
    open_to_all(results)
    folder.chmod(0)
    return folder


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_list_warns_of_folders_that_may_not_be_read(
    start: Start, run_folder: Path, tmp_path: Path, options: list[str]
) -> None:
    """The other runs are on stdout, and each protected folder is a line on stderr."""
    shutil.copytree(run_folder, tmp_path / run_folder.name)
    folder = _protected(tmp_path)
    arguments = ("list", "--results", str(tmp_path), *options)
    ended = start(*arguments, prepare=without_privileges).end()
    assert ended.code == 0
    assert ended.messages == f"neuroevo: warning: {_problem(folder)}\n"
    if options:
        assert [each["id"] for each in json.loads(ended.output)] == [run_folder.name]
    else:
        assert [line.split()[0] for line in ended.output.splitlines()] == ["run", run_folder.name]


def test_protected_runs_are_not_called_no_runs(start: Start, tmp_path: Path) -> None:
    """If no run may be read, list and show say that, not that there are none."""
    folder = _protected(tmp_path)
    for arguments, code, message in (
        (("list",), 0, f"neuroevo: warning: {_problem(folder)}\n"),
        (("show", "latest"), 74, f"neuroevo: {_problem(folder)}\n"),
    ):
        ended = start(*arguments, "--results", str(tmp_path), prepare=without_privileges).end()
        assert (ended.code, ended.output, ended.messages) == (code, "", message)


@pytest.mark.parametrize("name", ["trials.jsonl", "start.json"])
def test_a_file_that_may_not_be_read_is_no_damage(
    start: Start, run_folder: Path, tmp_path: Path, name: str
) -> None:
    """A run with a protected file is unreadable, and a warning says which file it is, and why."""
    shutil.copytree(run_folder, tmp_path / run_folder.name)
    open_to_all(tmp_path / run_folder.name)
    file = tmp_path / run_folder.name / name
    file.chmod(0)
    ended = start("list", "--results", str(tmp_path), prepare=without_privileges).end()
    assert (ended.code, ended.messages) == (0, f"neuroevo: warning: {_problem(file)}\n")
    assert ended.output.splitlines()[1].split() == [run_folder.name, "unreadable"]
