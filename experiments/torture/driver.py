"""Runs inside the process of a command, before and during its work, and makes faults there.

Faults are made in system calls, in trainings and in clocks.
"""

import atexit
import errno
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, Self

_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_TEMPORARY = re.compile(r"\.(.+)\.\d+\.temporary")


def be_command(
    arguments: list[str], folder: Path, prepare: Callable[[], object] | None = None
) -> None:
    """Run a command: lead a session, write output and messages to a folder, then do the work.

    The process ends as any Python process does, but does not free its objects one by one, which
    would copy all memory that it shares with the process that it was forked from.
    """
    from neuroevo.cli.main import main  # noqa: PLC0415 - not in the process that only forks

    os.setsid()
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams: tuple[tuple[str | Path, int], ...] = (
        (os.devnull, os.O_RDONLY),
        (folder / "output", writing),
        (folder / "messages", writing),
    )
    for number, (path, flags) in enumerate(streams):
        descriptor = os.open(path, flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    # In the background of a shell SIGINT is ignored, also by the commands that are started there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if prepare is not None:
        prepare()
    sys.argv = ["neuroevo", *arguments]
    try:
        main()
    except SystemExit as ending:
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as Python does at the end
        atexit._run_exitfuncs()  # noqa: SLF001 - as above
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(ending.code or 0))


def be_in(folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> None:
    """Change to a folder, and set environment variables."""
    os.chdir(folder)
    os.environ.update(environment)


def redirect(
    streams: Mapping[int, str], environment: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Open files, pipes or terminals as standard streams, and set environment variables."""
    os.environ.update(environment)
    for number, path in streams.items():
        flags, mode = (os.O_WRONLY, "w") if number else (os.O_RDONLY, "r")
        descriptor = os.open(path, flags | os.O_NOCTTY)
        os.dup2(descriptor, number)
        os.close(descriptor)
        stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
        setattr(sys, ("stdin", "stdout", "stderr")[number], stream)


class Act(Protocol):
    """A fault at a call; it may raise or never return.

    `half` does the first half of a write, and nothing of other calls, and gives its bytes. What is
    returned stands for the call's own result; the call is made as it was meant if that is None.
    """

    def __call__(self, half: Callable[[], int]) -> int | None:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The `at`-th call of a kind on a file, counted from 1; of any kind or on any file if empty."""

    at: int
    call: str = ""  # write, fsync or replace
    file: str = ""  # its name, also of the temporary file that becomes it
    lasting: bool = False  # whether all further calls are affected too


class Calls:
    """Intercepts the calls by which a process changes a results folder.

    Parameters
    ----------
    results
        Calls on files elsewhere are let through and not counted.
    moment
        When something is done.
    act
        What is done.
    log
        Gets a line for each call, where given: kind, file, monotonic seconds.
    """

    def __init__(
        self, results: Path, moment: Moment, act: Act | None = None, log: Path | None = None
    ) -> None:
        self._results, self._moment, self._act = str(results.resolve()), moment, act
        self._count = 0
        self._write, self._fsync, self._replace = os.write, os.fsync, os.replace
        appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._log = None if log is None else os.open(log, appending)

    def install(self) -> None:
        """Replace the system's own functions from now on."""
        for name in ("write", "fsync", "replace"):
            setattr(os, name, getattr(self, name))

    def write(self, descriptor: int, data: bytes, /) -> int:
        """Replace `os.write`."""
        half = partial(self._write, descriptor, bytes(data)[: len(data) // 2])
        done = self._met("write", self._name(descriptor), half)
        return self._write(descriptor, data) if done is None else done

    def fsync(self, descriptor: int) -> None:
        """Replace `os.fsync`."""
        if self._met("fsync", self._name(descriptor), int) is None:
            self._fsync(descriptor)

    def replace(self, source: str | Path, target: str | Path) -> None:
        """Replace `os.replace`."""
        if self._met("replace", self._within(os.path.abspath(target)), int) is None:  # noqa: PTH100 - a link is not followed
            self._replace(source, target)

    def _name(self, descriptor: int) -> str | None:
        try:
            return self._within(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        except OSError:
            return None

    def _within(self, path: str) -> str | None:
        """Return the name of a file in the results folder; None for other files."""
        if not path.startswith(f"{self._results}{os.sep}"):
            return None
        name = path.rpartition(os.sep)[2]
        temporary = _TEMPORARY.fullmatch(name)
        return temporary[1] if temporary else name

    def _met(self, call: str, file: str | None, half: Callable[[], int]) -> int | None:
        if file is None:
            return None
        if self._log is not None:
            self._write(self._log, f"{call} {file} {time.monotonic()}\n".encode())
        moment = self._moment
        if call.startswith(moment.call) and file.startswith(moment.file):
            self._count += 1
            here = self._count == moment.at or (moment.lasting and self._count > moment.at)
            if here and self._act is not None:
                return self._act(half)
        return None


class Stall:
    """Reports by a file that the moment has come, and waits to be killed."""

    def __init__(self, sign: Path, *, half_way: bool) -> None:
        self._sign, self._half_way = sign, half_way

    def __call__(self, half: Callable[[], int]) -> int | None:
        """Stall before the call, or in the middle of it."""
        if self._half_way:
            half()
        self._sign.touch()
        time.sleep(3600)
        return None


class FullDisk:
    """There is no space left on the device."""

    def __init__(self, *, half_way: bool) -> None:
        self._half_way = half_way

    def __call__(self, half: Callable[[], int]) -> int | None:
        """Fail, the first time perhaps with half of what was to be written."""
        if self._half_way:
            self._half_way = False
            if written := half():
                return written
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Measure:
    """Write down how much memory this process has, in kB, and how many open files."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def __call__(self, half: Callable[[], int]) -> int | None:  # noqa: ARG002 - the call is made
        """Add a line to the log."""
        resident = _RESIDENT.search(Path("/proc/self/status").read_text(encoding="utf-8"))
        files = len(list(Path("/proc/self/fd").iterdir()))
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{resident[1] if resident else 0} {files}\n")
        return None


class ShiftClock:
    """Sets the system clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, half: Callable[[], int]) -> int | None:  # noqa: ARG002 - the call goes on
        """Set it, and let the call be made."""
        shift_clock(self._seconds)
        return None


def shift_clock(seconds: float) -> None:
    """Set the system clock, as this process sees it; no other clock is changed."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(seconds=seconds)

    read, read_ns = time.time, time.time_ns
    time.time = lambda: read() + seconds
    time.time_ns = lambda: read_ns() + int(seconds * 1e9)
    imported = "datetime"
    for name, module in list(sys.modules.items()):
        if name.startswith("neuroevo.") and getattr(module, imported, None) is datetime:
            setattr(module, imported, Shifted)


def both(one: Callable[[], object], other: Callable[[], object]) -> None:
    """Combine two preparations."""
    one()
    other()


def intercept(results: Path, moment: Moment, act: Act) -> None:
    """Act at a call that changes a results folder."""
    Calls(results, moment, act).install()


def log_calls(results: Path, log: Path) -> None:
    """Log all calls that change a results folder."""
    Calls(results, Moment(0), log=log).install()
