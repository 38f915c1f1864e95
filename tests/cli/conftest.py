"""The real command, run as users run it, and one tiny finished run for all who only read."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Completed = subprocess.CompletedProcess[str]
Command = Callable[..., Completed]

TINY = (
    "--set", "evolution.population=4",
    "--set", "evolution.generations=2",
    "--set", "training.samples=200",
    "--set", "training.replicates=2",
    "--jobs", "1",
)  # fmt: skip


def _command(
    *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Completed:
    return subprocess.run(
        [sys.executable, "-m", "neuroevo", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
    )


@pytest.fixture(scope="session")
def neuroevo() -> Command:
    """Give the command: a function of its arguments that returns the finished process."""
    return _command


@pytest.fixture(scope="session")
def experiment_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the shortest experiment file."""
    path = tmp_path_factory.mktemp("experiments") / "tiny.toml"
    path.write_text('name = "tiny"\n[task]\nkind = "mouse"\n')
    return path


@pytest.fixture(scope="session")
def tiny_run(experiment_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Completed:
    """Give the finished process of a tiny search; its arguments end with the results folder."""
    results = tmp_path_factory.mktemp("runs") / "results"
    return _command("run", str(experiment_file), *TINY, "--results", str(results))


@pytest.fixture(scope="session")
def results(tiny_run: Completed) -> Path:
    """Give a results folder with one finished run."""
    assert tiny_run.returncode == 0, tiny_run.stderr
    return Path(tiny_run.args[-1])


@pytest.fixture(scope="session")
def run_folder(tiny_run: Completed) -> Path:
    """Give the folder of the finished run."""
    return Path(tiny_run.stdout.removesuffix("\n"))
