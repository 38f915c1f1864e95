"""The process that commands are forked from: `python -m experiments.torture.forks`.

It has loaded all that a run loads, reads pickled requests from stdin, and answers each with the
pid of its command. A command ends as any Python process does; its exit code goes to a file.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

EXIT = "exit"  # the file with the code


class Request(NamedTuple):
    """A request to start a command."""

    arguments: list[str]
    folder: Path  # for its output, messages and exit code
    prepare: Callable[[], object] | None


def main() -> None:
    """Fork for each request until there are no more; the fork runs the command."""
    from experiments.torture import warm  # noqa: F401, PLC0415 - workers import this module as well
    from experiments.torture.driver import be_command  # noqa: PLC0415 - as above

    gc.freeze()  # so that garbage collection does not copy shared memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies of waiting processes
    while True:
        try:
            request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
        except EOFError:
            return
        if os.fork() == 0:
            break
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        _wait(pid, request.folder)
    be_command(*request)


def _wait(pid: int, folder: Path) -> None:
    """Write a command's pid, wait for its end, and write its exit code to a file."""
    os.write(sys.stdout.fileno(), f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    unfinished = folder / f".{EXIT}"
    unfinished.write_text(str(code), encoding="utf-8")
    unfinished.replace(folder / EXIT)
    os._exit(0)


if __name__ == "__main__":
    main()
