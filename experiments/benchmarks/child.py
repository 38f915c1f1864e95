"""Runs a command as a child process, and measures its time, its memory and when it wrote what."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neuroevo.errors import NeuroevoError

NEUROEVO = (sys.executable, "-m", "neuroevo")

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of a child process."""

    output: str
    seconds: float
    cpu_seconds: float
    peak_memory: int  # bytes


class ChildError(NeuroevoError):
    """A command failed, or did not write the expected messages."""


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command to its end, with variables of its own besides ours.

    A child's peak memory counts from its parent's size on, so the parent must be a small process.

    Raises
    ------
    ChildError
        If the command fails.
    """
    start = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as messages,
        subprocess.Popen(  # noqa: S603 - commands of this package
            command,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as child,
    ):
        output = child.stdout.read() if child.stdout else ""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        messages.seek(0)
        if child.returncode:
            last = messages.read().strip().rpartition("\n")[2]
            raise _failure(command, f"succeed, but got exit {child.returncode}: {last}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Finished(output, seconds, cpu_seconds, usage.ru_maxrss * _MAXRSS_UNIT)


def seconds_until(
    command: Sequence[str], messages: Sequence[str], environment: Mapping[str, str]
) -> list[float]:
    """Run a command until it has said some things on stderr, then terminate it.

    Parameters
    ----------
    command
        What to run.
    messages
        How the awaited lines begin, in their order.
    environment
        Variables to set for the command, besides ours.

    Returns
    -------
    For each message the seconds from the start of the process.

    Raises
    ------
    ChildError
        If the command ends without having said all of it.
    """
    moments: list[float] = []
    start = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - commands of this package
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as child:
        for line in child.stderr or ():
            if line.startswith(messages[len(moments)]):
                moments.append(time.perf_counter() - start)
            if len(moments) == len(messages):
                child.terminate()
                return moments
    raise _failure(command, f"say {messages[len(moments)]!r}, but ended before")


def _failure(command: Sequence[str], rule: str) -> ChildError:
    return ChildError(f"{' '.join(command)}: must {rule}")
