import inspect
import os
import pkgutil
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import get_args

import pytest

from experiments.torture.driver import be_in, both, redirect
from experiments.torture.processes import Running
from neuroevo import cli
from neuroevo.files import with_home
from neuroevo.runs import read_trials
from tests.cli.terminals import read_drawn, terminal

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Running]

COMMANDS = ("run", "list", "show", "trials", "best", "report", "compare", "tasks", "new")
BROKEN = """
import sys
import neuroevo.cli.main as cli

def broken() -> None:
    raise RuntimeError("two\\nlines and \\x1b[31mred")

cli._COMMANDS = (("run", broken, ""), ("list", broken, ""))
cli.main()
"""

TWO_SIGNALS = """
import io, os, signal, sys
import neuroevo.cli.main as cli

number = int(sys.argv.pop())

class Interrupting(io.StringIO):
    def write(self, text):
        os.kill(os.getpid(), number)

def interrupted() -> None:
    sys.stderr = Interrupting()
    os.kill(os.getpid(), number)

signal.signal(number, signal.SIG_DFL)
cli._COMMANDS = (("run", interrupted, ""), ("list", interrupted, ""))
sys.argv.append("run")
cli.main()
"""


def test_help_lists_the_commands(neuroevo: Command) -> None:
    """Every command is in the help, and the help goes to stdout."""
    shown = neuroevo("--help")
    assert shown.returncode == 0
    assert shown.stderr == ""
    listed = [line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")]
    assert [word for word in listed if word in COMMANDS] == list(COMMANDS)
    assert "…" not in shown.stdout
    assert neuroevo().stdout == shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_has_an_example_and_describes_stdout(neuroevo: Command, command: str) -> None:
    """The help of a command has examples and says what goes to stdout."""
    shown = neuroevo(command, "--help")
    assert shown.returncode == 0
    assert f"neuroevo {command}" in shown.stdout.partition("Examples:")[2]
    assert "stdout" in shown.stdout.partition("Examples:")[0]


@pytest.mark.parametrize("arguments", [(), ("report",), ("list",)])
def test_flags_have_no_type_in_the_help(start: Start, arguments: tuple[str, ...]) -> None:
    """On a terminal the help shows no type for options that take no value."""
    with terminal() as (reading, path):
        shown = partial(redirect, {1: path, 2: path}, {"COLUMNS": "100", "TERM": "xterm"})
        running = start(*arguments, "--help", prepare=shown)
        text = read_drawn(reading, running)
    assert running.end().code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "--help" in plain
    assert "╭" in plain
    assert "bool" not in plain


def test_help_loads_nothing_slow() -> None:
    """None of the large libraries is imported for the help."""
    program = """
import sys
from neuroevo.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
    shown = subprocess.run(
        [sys.executable, "-c", program, "--help"], check=True, capture_output=True, text=True
    )
    slow = {"numba", "llvmlite", "plotly", "pandas", "joblib", "deap", "pydantic", "numpy"}
    assert not slow & set(shown.stderr.split())


def test_version_is_the_installed_one(neuroevo: Command) -> None:
    """--version prints the version to stdout."""
    assert neuroevo("--version").stdout == f"neuroevo {metadata.version('neuroevo')}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("--bogus",),
        ("run",),
        ("run", "a.toml", "--bogus"),
        ("run", "a.toml", "--jobs", "many"),
        ("run", "a.toml", "--backend", "ray"),
        ("best", "latest", "--rank", "1.5"),
        ("compare", "latest"),
        ("trials", "latest", "--format", "xml"),
        ("show", "latest", "x\x1b[31m\n"),
    ],
)
def test_wrong_arguments_get_one_line(neuroevo: Command, arguments: tuple[str, ...]) -> None:
    """A wrong argument ends with exit code 2, one printable line on stderr, nothing on stdout."""
    refused = neuroevo(*arguments)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.startswith("neuroevo: ")
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.removesuffix("\n").isprintable()


def test_an_unexpected_error_is_one_line() -> None:
    """An unexpected error is reported in one line, without a traceback."""
    failed = subprocess.run(
        [sys.executable, "-c", BROKEN, "run"], check=False, capture_output=True, text=True
    )
    assert failed.returncode == 1
    assert failed.stderr == (
        "neuroevo: unexpected error: RuntimeError: two lines and \\x1b[31mred; "
        "run neuroevo --debug COMMAND for the traceback\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_while_the_first_is_reported_ends_the_process(
    number: signal.Signals,
) -> None:
    """The second signal arrives while the message is written, and no traceback comes of it."""
    ended = subprocess.run(
        [sys.executable, "-c", TWO_SIGNALS, str(int(number))],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (-number, "")


def test_debug_shows_the_traceback(neuroevo: Command, tmp_path: Path) -> None:
    """With --debug the traceback comes before the usual lines."""
    failed = subprocess.run(
        [sys.executable, "-c", BROKEN, "--debug", "run"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert failed.returncode == 1
    assert "Traceback (most recent call last)" in failed.stderr
    refused = neuroevo("--debug", "run", str(tmp_path / "none.toml"))
    assert "Traceback" in refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("neuroevo: ")
    assert refused.returncode == 2


def test_a_closed_pipe_is_no_error(results: Path) -> None:
    """If the other end of the pipe closes, the command ends without a message."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "neuroevo", "trials", "latest", "--results", str(results)]
    ended = subprocess.run(program, check=False, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_an_error(results: Path) -> None:
    """A full disk behind stdout is one line and exit code 74."""
    program = [sys.executable, "-m", "neuroevo", "list", "--results", str(results)]
    with Path("/dev/full").open("w") as full:
        failed = subprocess.run(
            program, check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert failed.returncode == 74
    assert failed.stderr == "neuroevo: No space left on device\n"


@pytest.mark.parametrize("closing", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(tiny: Path, closing: str) -> None:
    """A command whose streams are closed does its work, and no file of a run takes their place."""
    program = f"{shlex.quote(sys.executable)} -m neuroevo run {shlex.quote(str(tiny))}"
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{program} --quiet --jobs 1 {closing}"],
        check=False, capture_output=True, text=True, cwd=tiny.parent,
    )  # fmt: skip
    assert ended.returncode == 0
    assert ended.stderr == ""
    [run] = (tiny.parent / "results").iterdir()
    assert ended.stdout == ("" if ">&-" in closing.split() else f"results/{run.name}\n")
    assert len(read_trials(run / "trials.jsonl")) == 14


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Give the file of a tiny experiment."""
    file = tmp_path / "tiny.toml"
    file.write_text(
        'task = { kind = "mouse", count = 60 }\nevolution = { population = 4, generations = 2 }\n'
        "training = { samples = 60, replicates = 2 }\n",
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize("argument", ["-", "pipe"])
def test_an_experiment_from_a_pipe(start: Start, tiny: Path, argument: str) -> None:
    """It is read from stdin, or from another pipe, and its paths start in the working directory."""
    pipe = tiny.with_name("pipe")
    os.mkfifo(pipe)
    prepare = partial(be_in, tiny.parent)
    if argument == "-":
        prepare = partial(both, prepare, partial(redirect, {0: str(pipe)}))
    running = start("run", argument, "--quiet", "--jobs", "1", prepare=prepare)
    pipe.write_bytes(tiny.read_bytes())
    ended = running.end()
    assert ended.messages == ""
    assert ended.output.startswith("results/experiment-")
    assert len(read_trials(tiny.parent / ended.output.strip() / "trials.jsonl")) == 14


def test_a_pipe_without_content_is_no_experiment(start: Start, tiny: Path) -> None:
    """If nothing is written to stdin, the message says so and names no key."""
    prepare = partial(both, partial(be_in, tiny.parent), partial(redirect, {0: os.devnull}))
    ended = start("run", "-", prepare=prepare).end()
    rule = "must not be empty, but nothing was written to it"
    assert (ended.code, ended.messages) == (2, f"neuroevo: stdin: {rule}\n")


def test_an_embedded_interpreter_has_no_arguments(tiny: Path) -> None:
    """Python without sys.argv can run an experiment."""
    script = (
        "import sys; del sys.argv; import neuroevo; from neuroevo.cli.main import main\n"
        "neuroevo.run('tiny.toml', results=None, n_jobs=1).best; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, cwd=tiny.parent
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: ")


def test_characters_that_the_encoding_lacks_are_replaced(
    fresh_neuroevo: Command, results: Path
) -> None:
    """If stdout is ASCII, other characters are written in ASCII, none as a question mark."""
    ascii_only = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    shown = fresh_neuroevo("show", "latest", "--results", str(results), env=ascii_only)
    assert shown.returncode == 0
    assert shown.stdout.isascii()
    assert "?" not in shown.stdout


def test_every_path_on_the_command_line_may_begin_with_the_home_folder() -> None:
    """Each argument and option that is a path is read by the function that knows what ~ is."""
    parsers: dict[str, object] = {}
    for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}."):
        for _, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            for name, hint in inspect.get_annotations(function).items():
                marks, kind = getattr(hint, "__metadata__", ()), getattr(hint, "__origin__", None)
                if marks and Path in {kind, *get_args(kind)}:
                    parsers[f"{function.__name__} {name}"] = marks[0].parser
    assert {"export output", "report figures", "run experiment", "new source"} <= {*parsers}
    assert {*parsers.values()} == {with_home}
