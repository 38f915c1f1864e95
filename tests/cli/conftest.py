"""The real command in processes of its own, and one tiny finished run for all who only read."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from experiments.torture.processes import fork

Completed = subprocess.CompletedProcess[str]
Command = Callable[..., Completed]
Start = Callable[..., subprocess.Popen[str]]

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
    prepare = None if cwd is None else partial(os.chdir, cwd)
    with tempfile.TemporaryDirectory() as folder:
        ended = fork(arguments, Path(folder), prepare).end()
    return subprocess.CompletedProcess(arguments, ended.code, ended.output, ended.messages)


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts the command and returns the process; none outlives its test.

    A test that runs in the background of a shell ignores Ctrl-C, and what it starts would too.
    """
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.ExitStack() as started:

        def begin(*arguments: str, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401 - those of Popen
            command = [sys.executable, "-m", "neuroevo", *arguments]
            process = started.enter_context(subprocess.Popen(command, text=True, **options))
            started.callback(process.kill)  # does nothing to one that has ended
            return process

        yield begin
    signal.signal(signal.SIGINT, handler)


@pytest.fixture(scope="session")
def neuroevo() -> Command:
    """Give the command: a function of its arguments that returns the finished process.

    It is forked from a process that has loaded what it needs already.
    """
    return _forked


@pytest.fixture(scope="session")
def fresh_neuroevo() -> Command:
    """Give the command as users start it, with other environment variables where given."""
    return _fresh


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
    return _fresh("run", str(experiment_file), *TINY, "--results", str(results))


@pytest.fixture(scope="session")
def results(tiny_run: Completed) -> Path:
    """Give a results folder with one finished run."""
    assert tiny_run.returncode == 0, tiny_run.stderr
    return Path(tiny_run.args[-1])


@pytest.fixture(scope="session")
def run_folder(tiny_run: Completed) -> Path:
    """Give the folder of the finished run."""
    return Path(tiny_run.stdout.removesuffix("\n"))
