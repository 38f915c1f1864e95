"""Running commands, each in a session of its own: forked from a warm process, or started anew.

Starts, watches and kills them.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from experiments.torture.forks import EXIT, Request

ROOT = Path(__file__).parents[2]

_PATIENCE = 120.0  # seconds until a command counts as stuck
_PAUSE = 0.002  # seconds between two looks
_SESSION = 3  # field of /proc/PID/stat, counted from the state on


class StuckError(Exception):
    """A command did not end, or did not reach the awaited moment."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code and output of a command."""

    code: int  # -9 if it was killed
    output: str
    messages: str

    def problems(self, *codes: int) -> tuple[str, ...]:
        """Return the exit code if it is not allowed, and the last message."""
        if self.code in codes:
            return ()
        return (f"exit {self.code}: {self.messages.strip()[-200:]}",)


class Running:
    """A running command.

    Parameters
    ----------
    pid
        Its process, which leads a session.
    wait
        Waits at most some seconds for its exit code.
    folder
        Where its output and messages go.
    """

    def __init__(self, pid: int, wait: Callable[[float], int | None], folder: Path) -> None:
        self.pid = pid
        self._wait = wait
        self._folder = folder

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._wait(0) is not None

    def end(self, seconds: float = _PATIENCE) -> Ended:
        """Wait for its end.

        Raises
        ------
        StuckError
            If it does not end in time; it is killed then.
        """
        code = self._wait(seconds)
        if code is None:
            self.kill()
            raise StuckError(f"still ran after {seconds:g} s")
        output, messages = (
            (self._folder / name).read_text("utf-8", "replace") for name in ("output", "messages")
        )
        return Ended(code, output, messages)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command only; does nothing if it has ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the command and all processes of its session, and wait for their end."""
        for pid in {self.pid, *self.session()}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._wait(_PATIENCE)

    def until(self, come: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
        """Wait until something has happened, and return whether it did before the command's end."""
        deadline = time.monotonic() + seconds
        while not come():
            if self.is_over:
                return come()
            if time.monotonic() > deadline:
                self.kill()
                raise StuckError("what was awaited did not come")
            time.sleep(_PAUSE)
        return True

    def session(self) -> list[int]:
        """List the live processes of its session, the command included."""
        return [pid for pid, session in _sessions() if session == self.pid]


def fork(
    arguments: Sequence[str], folder: Path, prepare: Callable[[], object] | None = None
) -> Running:
    """Start a command in a fork of a warm process.

    Parameters
    ----------
    arguments
        What would follow `neuroevo` on the command line.
    folder
        Where its output and messages go.
    prepare
        Called before the command, in its process; must be picklable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exit_file = folder / EXIT
    exit_file.unlink(missing_ok=True)
    pid = _forks().fork(Request(list(arguments), folder, prepare))

    def wait(seconds: float) -> int | None:
        deadline = time.monotonic() + seconds
        while not exit_file.exists():
            if time.monotonic() >= deadline:
                return None
            time.sleep(_PAUSE)
        return int(exit_file.read_text(encoding="utf-8"))

    return Running(pid, wait, folder)


class _Forks:
    """The warm process that commands are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "experiments.torture.forks"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        self._lock = threading.Lock()

    def fork(self, request: Request) -> int:
        """Have a command forked, and give its pid."""
        requests, pids = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - both are pipes
        assert pids is not None  # noqa: S101 - as above
        with self._lock:
            pickle.dump(request, requests)
            requests.flush()
            return int(pids.readline())

    def close(self) -> None:
        """Let it end; its forks continue."""
        self._process.communicate()


@cache
def _forks() -> _Forks:
    """Start the process on first use; it lives as long as this one."""
    forks = _Forks()
    atexit.register(forks.close)
    return forks


def fresh(arguments: Sequence[str], folder: Path) -> Running:
    """Start a command in a new process, as users do."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "output").open("wb") as output, (folder / "messages").open("wb") as messages:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "neuroevo", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=messages,
            start_new_session=True,
            cwd=ROOT,
        )

    def wait(seconds: float) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
        return None

    return Running(process.pid, wait, folder)


def _sessions() -> list[tuple[int, int]]:
    """List all processes but zombies, each with its session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # The name in parentheses may hold anything, the fields after it are numbers.
                state, *fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if state != "Z":
                    found.append((int(entry.name), int(fields[_SESSION - 1])))
    return found
