"""``neuroevo sweep``, and the commands that take a sweep, as users call them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess

Command = Callable[..., "subprocess.CompletedProcess[str]"]

FILE = """
name = "rates"
[task]
kind = "mouse"
count = 60
[space]
hidden = [3]
activation = "linear"
[training]
samples = 200
replicates = 6
[sweep.axes]
space.learning_rate = [0.001, 0.1]
"""


@pytest.fixture(scope="module")
def sweep_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a sweep of two settings."""
    path = tmp_path_factory.mktemp("sweeps") / "rates.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(neuroevo: Command, sweep_file: Path) -> Path:
    """Run the sweep."""
    results = str(sweep_file.parent / "results")
    swept = neuroevo("sweep", str(sweep_file), "--results", results, "--jobs", "1")
    assert swept.returncode == 0, swept.stderr
    assert "Lowest median final MSE" in swept.stderr
    assert "learning rate" in swept.stderr
    return Path(swept.stdout.strip())


def test_a_sweep_is_shown_again_and_as_json(neuroevo: Command, folder: Path) -> None:
    """The text is on stdout; JSON has a row for each setting with medians and differences."""
    shown = neuroevo("show", str(folder))
    assert shown.stdout.startswith("\nLowest median final MSE")
    rows = json.loads(neuroevo("show", str(folder), "--json").stdout, parse_constant=pytest.fail)
    assert [row["space.learning_rate"] for row in rows] == [0.001, 0.1]
    assert rows[0]["final_mse.difference"] > 1
    for row in rows:
        assert row["samples_to_target.reached"] == (row["samples_to_target"] <= 200)


def test_sweeps_are_named_by_list(neuroevo: Command, folder: Path) -> None:
    """A results folder with a sweep alone is not said to be empty; JSON has runs alone."""
    listed = neuroevo("list", "--results", str(folder.parent))
    assert (listed.returncode, listed.stdout) == (0, "")
    assert f"a sweep: {folder.name}" in listed.stderr
    runs = neuroevo("list", "--results", str(folder), "--json").stdout
    assert [each["state"] for each in json.loads(runs)] == ["complete"]


def test_a_complete_sweep_is_left_as_it_is(neuroevo: Command, folder: Path) -> None:
    """Resume says nothing to do; settings of a search are refused; the page is written again."""
    before = sorted(folder.rglob("trials.jsonl"))
    resumed = neuroevo("resume", str(folder), "--jobs", "1")
    assert (resumed.returncode, resumed.stdout.strip()) == (0, str(folder))
    assert sorted(folder.rglob("trials.jsonl")) == before
    refused = neuroevo("resume", str(folder), "--generations", "3")
    assert refused.returncode == 2
    assert "--generations: must be left out for a sweep" in refused.stderr
    (folder / "report.html").unlink()
    written = neuroevo("report", str(folder), "--figures", str(folder / "figures"))
    assert written.returncode == 0, written.stderr
    assert (folder / "report.html").exists()
    assert {path.stem for path in (folder / "figures").glob("*.html")} == {"lines", "settings"}


def test_several_seeds_are_searched_and_compared(neuroevo: Command, tmp_path: Path) -> None:
    """Run with --seeds has a folder with a run for each seed, and prints their comparison."""
    small = ["evolution.population=4", "evolution.generations=1", "training.samples=100"]
    changes = [word for each in small for word in ("--set", each)]
    file = tmp_path / "mouse.toml"
    file.write_text('[task]\nkind = "mouse"\ncount = 50\n', encoding="utf-8")
    searched = neuroevo(
        "run", str(file), *changes, "--seeds", "2", "--jobs", "1", "--results", str(tmp_path)
    )
    assert searched.returncode == 0, searched.stderr
    assert "2 runs of one experiment that differ only in the seed" in searched.stderr
    assert len(list(Path(searched.stdout.strip()).glob("*/trials.jsonl"))) == 2
    refused = neuroevo("run", str(file), "--seeds", "1")
    assert refused.returncode == 2
    assert "--seeds: must be at least 2, but got 1" in refused.stderr
