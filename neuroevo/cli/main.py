"""The entry point: the list of commands, and the exit code and message of an error.

Knows nothing about a command but its function.
"""

import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from neuroevo.cli import (
    best,
    compare,
    dashboard,
    export,
    list_runs,
    new,
    predict,
    report,
    resume,
    run,
    show,
    sweep,
    tasks,
    train,
    trials,
    verify,
)
from neuroevo.cli.encoding import LACKING
from neuroevo.cli.signals import Interrupted, end_on_signals
from neuroevo.cli.terminal import on_terminal, say
from neuroevo.errors import NeuroevoError, StorageError, UsageError

_COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("run", run.run, run.EXAMPLES),
    ("resume", resume.resume, resume.EXAMPLES),
    ("sweep", sweep.sweep, sweep.EXAMPLES),
    ("list", list_runs.list_runs, list_runs.EXAMPLES),
    ("show", show.show, show.EXAMPLES),
    ("trials", trials.trials, trials.EXAMPLES),
    ("best", best.best, best.EXAMPLES),
    ("train", train.train, train.EXAMPLES),
    ("predict", predict.predict, predict.EXAMPLES),
    ("export", export.export, export.EXAMPLES),
    ("report", report.report, report.EXAMPLES),
    ("verify", verify.verify, verify.EXAMPLES),
    ("compare", compare.compare, compare.EXAMPLES),
    ("dashboard", dashboard.dashboard, dashboard.EXAMPLES),
    ("tasks", tasks.tasks, tasks.EXAMPLES),
    ("new", new.new, new.EXAMPLES),
)
_STDOUT, _STDERR = 1, 2
LEAST_PANEL = 60  # columns of a terminal, below which panels of the help would cut names of options
_CLOSED_BY_READER = 128 + 13  # what a shell reports for a process that SIGPIPE ended


class _WithoutTypesOfFlags:
    """A command whose help shows no ``<bool>`` beside options that take no value."""

    def get_params(self, ctx: typer.Context) -> list[Any]:
        """Return the parameters; a flag gets an empty name of its value."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of a command
        for param in params:
            if isinstance(param, TyperOption) and param.is_flag:
                param.metavar = ""
        return params


class _Command(_WithoutTypesOfFlags, TyperCommand):  # type: ignore[misc]  # its types are private
    """A command."""


class _Group(_WithoutTypesOfFlags, TyperGroup):  # type: ignore[misc]  # as above
    """The program, with its own options."""


def main() -> NoReturn:
    """Run the command in the arguments of the process, then exit with its code."""
    arguments = getattr(sys, "argv", [])[1:] or ["--help"]  # an embedded interpreter may have none
    end_on_signals()
    _prepare_streams()
    warnings.showwarning = lambda message, *_, **__: _say(f"warning: {message}")
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
        code = _CLOSED_BY_READER
    except Interrupted as interrupt:
        code = interrupt.exit_code
        _say(str(interrupt))
    except Exception as error:  # noqa: BLE001 - turns any error into one line
        code = _fail(error, debug=_wants_debug(arguments))
    sys.exit(code)


def _invoke(arguments: list[str]) -> int:
    command = get_command(_application())
    try:
        with command.make_context("neuroevo", [*arguments]) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return 0


def _application() -> typer.Typer:
    # Panels on a terminal that is wide enough for them; plain text in files and pipes.
    has_room = shutil.get_terminal_size().columns >= LEAST_PANEL
    drawn = on_terminal(sys.stdout) and has_room
    markup: Literal["rich"] | None = "rich" if drawn else None
    application = typer.Typer(
        cls=_Group,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=markup,
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=_global_options,
        epilog="Data go to stdout, progress and messages to stderr.",
    )
    for name, function, examples in _COMMANDS:
        application.command(name, cls=_Command, epilog=examples)(function)
    return application


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"neuroevo {metadata.version('neuroevo')}")
        raise typer.Exit


def _global_options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version to stdout.", is_eager=True, callback=_print_version
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Evolve small neural networks in seconds, see why the best one is best, and reuse it."""


def _wants_debug(arguments: list[str]) -> bool:
    """Return whether --debug comes before the command, without parsing the arguments."""
    for argument in arguments:
        if not argument.startswith("-"):
            return False
        if argument == "--debug":
            return True
    return False


def _fail(error: Exception, *, debug: bool) -> int:
    """Write one line for each problem and return the exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, NeuroevoError):
        for problem in error.problems:
            _say(problem)
        return error.exit_code
    if isinstance(error, typer.TyperException):
        problem = error.format_message().replace("Value error, ", "").rstrip(".")
        command = getattr(getattr(error, "ctx", None), "command_path", "neuroevo")
        _say(f"{problem}; see {command} --help")
        return UsageError.exit_code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename is not None else ""
        _say(f"{where}{error.strerror or error}")
        return StorageError.exit_code
    _say(
        f"unexpected error: {type(error).__name__}: {error}; "
        "run neuroevo --debug COMMAND for the traceback"
    )
    return 1


def _say(problem: str) -> None:
    """Write one line to stderr, without control characters."""
    with suppress(OSError):
        say(f"neuroevo: {' '.join(problem.split())}")


def _prepare_streams() -> None:
    """Replace characters that the encoding of a stream lacks; write to nothing if one is closed."""
    # First of all, so that no file of ours gets the number of a closed stream.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or open(_STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the end
    sys.stderr = sys.stderr or open(_STDERR, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            is_utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
            reconfigure(errors="surrogateescape" if is_utf8 else LACKING)


def _abandon_stdout() -> None:
    """Redirect stdout to nothing, so that flushing it at exit doesn't fail again."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
