"""The examples of the README run as they are written, one after the other.

Searches are made short by settings that are added, and names of runs are replaced by those of runs
that exist. Left out are `make`, which runs this test, the dashboard, which does not end, and
trackers, which take long to load and have tests of their own.
"""

import re
import shlex
import shutil
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.torture.driver import be_in
from experiments.torture.processes import fork
from neuroevo.experiment import Experiment, read_sweep_file

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHORT = ("evolution.generations=1", "evolution.population=4", "training.samples=300")
ID = re.compile(r"[a-z]+-\d{8}-\d{6}")
LEFT_OUT = ("make", "neuroevo dashboard")


def blocks(language: str) -> list[str]:
    """Return the examples in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    """Return all commands, without their comments and those that are left out."""
    every = (line for block in blocks("sh") for line in block.splitlines())
    lines = (line.partition(" #")[0].strip() for line in every)
    return [
        line for line in lines if line and not line.startswith(LEFT_OUT) and "--log" not in line
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the files that the examples name."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "experiments", folder / "experiments", symlinks=True)
    reference = Path("results", "mouse-reference")
    shutil.copytree(ROOT / reference, folder / reference)
    flats = pd.read_csv(ROOT / "experiments" / "flats.csv")
    for name in ("flats", "more-flats", "moved"):
        flats.to_csv(folder / f"{name}.csv", index=False)
    flats.drop(columns="rent").to_csv(folder / "new-flats.csv", index=False)
    [sweep] = [block for block in blocks("toml") if "[sweep" in block]
    (folder / "rates.toml").write_text(sweep, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def called(folder: Path) -> Path:
    """Run all commands, and return the folder; each must end with 0."""
    for command in commands():
        words = shlex.split(command)[1:]
        output = words[-1] if ">" in words else ""
        words = words[:-2] if output else words
        ended = fork(
            _with_names(words, folder), folder, partial(be_in, folder, {"BROWSER": "true"})
        ).end()
        differs = "--against" in words and ended.code == 1  # of two runs, which must differ
        assert ended.code == 0 or differs, (command, ended.messages)
        if output:
            (folder / output).write_text(ended.output, encoding="utf-8")
    return folder


def _with_names(words: list[str], folder: Path) -> list[str]:
    """Replace names of runs by those of runs that exist, and make searches short."""
    runs = sorted(each.parent.name for each in folder.glob("results/*/experiment.toml"))
    sweeps = sorted(each.parent.name for each in folder.glob("results/*/sweep.json"))
    flats = next((each for each in runs if each.startswith("flats")), "")
    words = [word for word in words if word != "..."]
    names = iter(runs)
    for place, word in enumerate(words):
        if word in {"RUN", "OTHER_RUN"}:
            words[place] = next(names)
        elif ID.fullmatch(word):
            words[place] = next(each for each in sweeps if each.startswith(word.partition("-")[0]))
        elif word == "latest" and any("flats" in each or "moved" in each for each in words):
            words[place] = flats
        elif word == "best.toml" and words[0] == "train":
            words[place] = f"results/{flats}/best.toml"
        elif word == "100" and words[0] == "resume":
            # Each time one more, and too few trials to train forests for the reports.
            words[place] = "4" if "none" in words else "3"
    shortened = words[0] == "run" or words[0] == "sweep"
    return [*words, *(text for each in SHORT * shortened for text in ("--set", each))]


def test_the_commands_run(called: Path) -> None:
    """What they write is there."""
    assert pd.read_csv(called / "trials.csv")["number"].is_monotonic_increasing
    for name in ("flats.onnx", "flats.safetensors", "best.toml", "figures/pareto_front.html"):
        assert (called / name).stat().st_size, name


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_files_can_be_read(text: str, folder: Path) -> None:
    """Each is an experiment, a part of one, or a sweep."""
    document: dict[str, Any] = tomllib.loads(text)
    if "sweep" in document:
        assert len(read_sweep_file(folder / "rates.toml").points) == 6
        return
    document.setdefault("task", {"kind": "mouse"})
    assert Experiment.of(document, folder=folder / "experiments").task


def test_the_examples_in_python_run(called: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks, one after the other, with what was there before."""
    monkeypatch.chdir(called)
    flats = next(called.glob("results/flats*"))
    mouse = min(called.glob("results/mouse-2*/experiment.toml")).parent
    random = np.random.default_rng(0)
    points = random.normal(size=(60, 2))
    names: dict[str, Any] = {
        "X": points,
        "y": np.where(points[:, 0] > 0, "right", "left"),
        "frame": pd.read_csv("flats.csv"),
        "rows": pd.read_csv("new-flats.csv"),
        "SHORT": SHORT,
    }
    shutil.copy(flats / "best.toml", "best.toml")
    for block in blocks("python"):
        program = ID.sub(mouse.name, block)
        for whole, short in (
            ("fit(X, y, random_state=0)", "fit(X, y, random_state=0, overrides=SHORT)"),
            ("time_limit=60)", "generations=1, overrides=SHORT[1:])"),
            (".show()", ".to_json()"),  # it would wait for a browser
            ("results=None)", "results=None, overrides=SHORT)"),
            ('load_run("mouse-reference")', f"load_run({mouse.name!r})"),
        ):
            program = program.replace(whole, short)
        if '.to("c")' in program:
            program = f"run = neuroevo.load_run({flats.name!r})\n{program}"
        exec(f"import neuroevo\n{program}", names)  # noqa: S102 - our own page
    assert abs(names["evolution"].best.genome["x"] - 42) < 1
    assert names["model"].test["r2"] < 1
