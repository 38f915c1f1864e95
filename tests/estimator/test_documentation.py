"""The page about tables is true."""

import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from experiments.torture.processes import fork

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
SHORT = ["evolution.generations=1", "evolution.population=4", "training.samples=2000"]


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in Python, one after the other; searches that the page leaves long are shortened."""
    shutil.copy(ROOT / "experiments" / "flats.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    program = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    for whole, short in (
        ('flats["rent"], random_state=0', 'flats["rent"], random_state=0, overrides=SHORT'),
        ("EvolvedRegressor(random_state=0", "EvolvedRegressor(overrides=SHORT, random_state=0"),
    ):
        assert whole in program
        program = program.replace(whole, short)
    names: dict[str, Any] = {"SHORT": SHORT}
    with pytest.warns(UserWarning, match="are missing and filled with the median"):
        exec(program, names)  # noqa: S102 - our own page
    assert names["evolved"].score(names["X_test"], names["y_test"]) > 0.5
    assert names["search"].best_score_ > 0.8


def test_the_commands_run(tmp_path: Path) -> None:
    """All commands of the page, one after the other; the search is shortened."""
    shutil.copy(ROOT / "experiments" / "flats.csv", tmp_path)
    [block] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        arguments = line.split()[1:]
        if "run" in arguments:
            shortened = [*SHORT, 'task.compare_with=["mean"]']
            arguments += [text for each in shortened for text in ("--set", each)]
        ended = fork(arguments, tmp_path, partial(os.chdir, tmp_path)).end()
        assert ended.code == 0, ended.messages
    assert (tmp_path / "rents.csv").read_text().count("\n") == 601
    assert "network_predict" in (tmp_path / "flats.h").read_text()
