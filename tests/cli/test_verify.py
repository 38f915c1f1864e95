"""`neuroevo verify` with the real command."""

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Command


def test_a_run_is_verified(run_folder: Path, neuroevo: Command) -> None:
    """The verdict and the parts go to stdout, the progress to stderr; nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in run_folder.iterdir()}
    ended = neuroevo("verify", str(run_folder), "--jobs", "1")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == f"{run_folder.name}: all is the same to the bit"
    assert "trials              14 of 14, trained again: the same" in lines
    assert ended.stderr.startswith("repeating the search\n")
    assert {path: path.stat().st_mtime_ns for path in run_folder.iterdir()} == before


def test_an_edited_run_is_caught(run_folder: Path, neuroevo: Command, tmp_path: Path) -> None:
    """The exit code is 1, and each difference stands on stdout, also as JSON."""
    copy = Path(shutil.copytree(run_folder, tmp_path / run_folder.name))
    file = copy / "experiment.toml"
    file.write_text(file.read_text().replace("samples = 200", "samples = 300"))
    ended = neuroevo("verify", str(copy), "--trials", "front", "--jobs", "1")
    assert ended.returncode == 1
    assert "training.samples must be 200, as when the run began, but is 300" in ended.stdout
    ended = neuroevo("verify", str(copy), "--against", str(run_folder), "--json")
    assert ended.returncode == 1
    found = json.loads(ended.stdout)
    assert not found["identical"]
    assert [each["part"] for each in found["checks"] if each["differences"]] == ["experiment"]


def test_a_wrong_choice_is_refused(run_folder: Path, neuroevo: Command) -> None:
    """`--trials` is checked in one line before anything is read."""
    ended = neuroevo("verify", str(run_folder), "--trials", "some")
    assert ended.returncode == 2
    assert ended.stderr == (
        "neuroevo: --trials: must be all, front or a whole number, but got 'some'\n"
    )
