"""The real command in processes of its own, and one small finished run for tests that read it."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from experiments.torture.driver import be_in
from experiments.torture.processes import Running, fork

Completed = subprocess.CompletedProcess[str]
Command = Callable[..., Completed]
Start = Callable[..., Running]

TINY = (
    "--set", "evolution.population=4",
    "--set", "evolution.generations=2",
    "--set", "training.samples=200",
    "--set", "training.replicates=2",
    "--jobs", "1",
)  # fmt: skip


def _fresh(*arguments: str, env: Mapping[str, str] | None = None) -> Completed:
    return subprocess.run(
        [sys.executable, "-m", "neuroevo", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
    )


def _forked(*arguments: str, cwd: Path | None = None) -> Completed:
    prepare = None if cwd is None else partial(be_in, cwd)
    with tempfile.TemporaryDirectory() as folder:
        ended = fork(arguments, Path(folder), prepare).end()
    return subprocess.CompletedProcess(arguments, ended.code, ended.output, ended.messages)


def _end(running: Running) -> None:
    if not running.is_over:
        running.kill()


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts the command; its process ends with the test.

    It is forked from one that has already loaded what the command imports, and calls what is given
    as `prepare` before the command, if anything.
    """
    with contextlib.ExitStack() as started:

        def begin(*arguments: str, prepare: Callable[[], object] | None = None) -> Running:
            folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
            running = fork(arguments, folder, prepare)
            started.callback(_end, running)
            return running

        yield begin


@pytest.fixture(scope="session")
def neuroevo() -> Command:
    """Return the command: a function of its arguments that returns the finished process.

    The process is forked from one that has already loaded what the command imports.
    """
    return _forked


@pytest.fixture(scope="session")
def fresh_neuroevo() -> Command:
    """Return the command as users start it, with other environment variables if given."""
    return _fresh


@pytest.fixture(scope="session")
def experiment_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of the shortest experiment file."""
    path = tmp_path_factory.mktemp("experiments") / "tiny.toml"
    path.write_text('name = "tiny"\n[task]\nkind = "mouse"\n')
    return path


@pytest.fixture(scope="session")
def tiny_run(experiment_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Completed:
    """Return the finished process of a small search; its last argument is the results folder."""
    results = tmp_path_factory.mktemp("runs") / "results"
    return _forked("run", str(experiment_file), *TINY, "--results", str(results))


@pytest.fixture(scope="session")
def results(tiny_run: Completed) -> Path:
    """Return a results folder with one finished run."""
    assert tiny_run.returncode == 0, tiny_run.stderr
    return Path(tiny_run.args[-1])


@pytest.fixture(scope="session")
def run_folder(tiny_run: Completed) -> Path:
    """Return the folder of the finished run."""
    return Path(tiny_run.stdout.removesuffix("\n"))
