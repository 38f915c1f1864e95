import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import neuroevo as package

if TYPE_CHECKING:
    import subprocess

Command = Callable[..., "subprocess.CompletedProcess[str]"]

SMALL = ("evolution.population=5", "evolution.generations=2", "training.samples=200")


@pytest.fixture(scope="module")
def other_run(
    neuroevo: Command, experiment_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the folder of a second run, with another population and seed."""
    changes = [word for change in (*SMALL, "training.replicates=2") for word in ("--set", change)]
    results = str(tmp_path_factory.mktemp("others"))
    ran = neuroevo(
        "run", str(experiment_file), *changes, "--seed", "3", "--jobs", "1", "--results", results
    )
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.strip())


def test_compare_writes_a_page_and_a_summary(
    neuroevo: Command, run_folder: Path, other_run: Path, tmp_path: Path
) -> None:
    """The path is on stdout, the summary on stderr, the page in its file."""
    results = ("--results", str(run_folder.parent))
    figures = ("--figures", "figures")
    compared = neuroevo(
        "compare", run_folder.name, str(other_run), *results, *figures, cwd=tmp_path
    )
    assert compared.returncode == 0, compared.stderr
    page = run_folder.parent / "comparison.html"
    printed, *drawn = compared.stdout.splitlines()
    assert printed == str(page)
    assert "figures/fronts.html" in drawn
    assert (tmp_path / "figures" / "plotly.min.js").exists()
    assert "2 runs that differ in population." in compared.stderr
    assert "evolution.population" in compared.stderr
    assert run_folder.name in compared.stderr
    assert "Differences" in page.read_text(encoding="utf-8")


def test_compare_as_json_has_the_tables_of_python(
    neuroevo: Command, run_folder: Path, other_run: Path, tmp_path: Path
) -> None:
    """Strict JSON has the tables of neuroevo.compare, also of an unfinished run of the same id."""
    copy = tmp_path / run_folder.name
    shutil.copytree(run_folder, copy)
    (copy / "checkpoint.json").unlink()
    (copy / "checkpoint.previous.json").unlink(missing_ok=True)
    runs = [run_folder, other_run, copy]
    printed = neuroevo("compare", *map(str, runs), "--json", cwd=tmp_path)
    described = json.loads(printed.stdout, parse_constant=pytest.fail)
    comparison = package.compare(runs)
    for name in ("run", "name", "final_mse", "finished"):
        assert [row[name] for row in described["runs"]] == list(comparison.runs[name])
    assert [row["name"] for row in described["runs"]] == list(map(str, runs))
    assert [row["finished"] for row in described["runs"]] == [True, True, False]
    assert {row["key"] for row in described["differences"]} == {"evolution.population", "seed"}
    limits = [package.load_run(run).experiment.training.samples for run in runs]
    assert described["limits"] == {"samples_to_target": max(limits)}
    assert len(described["histories"]) == len(comparison.histories)
    assert list(tmp_path.iterdir()) == [copy]


def test_problems_of_compared_runs_come_at_once(
    neuroevo: Command, run_folder: Path, tmp_path: Path
) -> None:
    """A damaged run, a missing one and a repeated one are refused in one line each."""
    damaged = tmp_path / "damaged-20200101-000000"
    shutil.copytree(run_folder, damaged)
    (damaged / "trials.jsonl").write_text("{}\n")
    again, page = str(run_folder), run_folder.parent / "comparison.html"
    page.unlink(missing_ok=True)
    refused = neuroevo("compare", again, str(damaged), "missing", again, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (74, "")
    lines = refused.stderr.splitlines()
    assert "trials.jsonl, line 1" in lines[0]
    assert "'missing'" in lines[-2]
    assert lines[-1] == f"neuroevo: run: must be named once, but got {run_folder.name} again"
    assert not (tmp_path / "comparison.html").exists()
    assert not page.exists()
