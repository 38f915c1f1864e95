"""The snippets of the README about a finished run, and about ask and tell, are true."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
READING = ("list", "show", "trials", "best", "report", "verify")
LONG = 'neuroevo.run("experiments/mouse.toml", results=None)'


@pytest.fixture
def place(run_folder: Path, tmp_path: Path) -> Path:
    """Return a folder with two runs, as the README has them in its results."""
    for name in ("mouse-20261123-093012", run_folder.name):
        shutil.copytree(run_folder, tmp_path / "results" / name)
    return tmp_path


def test_commands_on_a_finished_run(neuroevo: Command, place: Path) -> None:
    """Each line that reads the latest run ends well, as it is written but for --open."""
    lines = [
        shlex.split(line, comments=True)
        for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
    ]
    commands = [
        line[1 : line.index(">")] if ">" in line else line[1:]
        for line in lines
        if line[:1] == ["neuroevo"]
        and line[1] in READING
        and (line[1] == "list" or line[2] == "latest")
    ]
    assert {command[0] for command in commands} == set(READING)
    for command in commands:
        arguments = [each for each in command if each != "--open"]
        ended = neuroevo(*arguments, cwd=place)
        assert ended.returncode == 0, (arguments, ended.stderr)


def test_python_on_a_finished_run_and_ask_and_tell(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both snippets run as they are written; only the search of minutes is left out."""
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    [loaded] = [each for each in blocks if "load_run" in each]
    [asked] = [each for each in blocks if "evolution.ask()" in each]
    assert LONG in loaded
    monkeypatch.chdir(place)
    exec(loaded.replace(LONG, "None"), {})  # noqa: S102 - our own page
    names: dict[str, object] = {}
    exec(f"{asked}found = evolution.best.genome['x']", names)  # noqa: S102 - our own page
    assert names["found"] == pytest.approx(42, rel=0.05)
