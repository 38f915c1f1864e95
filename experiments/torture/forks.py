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
from contextlib import suppress
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
    folders: dict[int, Path] = {}  # of running commands, by their pids
    signal.signal(signal.SIGCHLD, lambda *_: _end_commands(folders))
    while True:
        try:
            request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
        except EOFError:
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # until its folder is known
        pid = os.fork()
        if pid == 0:
            break
        folders[pid] = request.folder
        os.write(sys.stdout.fileno(), f"{pid}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    be_command(*request)


def _end_commands(folders: dict[int, Path]) -> None:
    """Write the exit code of each command that has ended to a file."""
    while folders:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        folder = folders.pop(pid)
        unfinished = folder / f".{EXIT}"
        with suppress(FileNotFoundError):  # nobody waits for it: its folder was deleted
            unfinished.write_text(str(os.waitstatus_to_exitcode(status)), encoding="utf-8")
            unfinished.replace(folder / EXIT)


if __name__ == "__main__":
    main()
