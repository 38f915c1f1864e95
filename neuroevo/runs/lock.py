"""The lock that gives a run one writer at a time, and who that is.

It dies with its process. It does not know what is written, and readers never need it.
"""

import json
import os
import shlex
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from neuroevo.errors import BusyError, StorageError
from neuroevo.runs.atomic import remove_temporaries, write_atomically
from neuroevo.runs.disk import NO_LINK, read_bytes, unwritable
from neuroevo.runs.folder import RunFolder
from neuroevo.settings import printable

_PATIENCE = 0.5  # seconds; a reader that asks who writes holds the lock for an instant
_MOST_BYTES = 100_000
_LONGEST_COMMAND = 100  # letters of it that are shown


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes to a run.

    Parameters
    ----------
    pid
        Its number on its host; 0 where it could not be told, and then the texts are empty.
    host, command
        Name of the machine and the command that the process was started with.
    since
        ISO 8601 time with its offset from UTC.
    """

    pid: int = 0
    host: str = ""
    command: str = ""
    since: str = ""

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        command = printable(self.command)[:_LONGEST_COMMAND]
        return f"process {self.pid} on {printable(self.host)} ({command})"


class RunLock:
    """The right to write to a run, held within a ``with`` statement.

    Parameters
    ----------
    folder
        The run's folder.

    Raises
    ------
    BusyError
        On entering, if another process holds it.
    StorageError
        On entering, if the folder is none, is a link, or nothing can be written there.
    """

    def __init__(self, folder: RunFolder) -> None:
        from filelock import FileLock  # noqa: PLC0415 - slow, and not for readers

        self._folder = folder
        self._lock = FileLock(
            folder.lock_file,
            timeout=_PATIENCE,
            thread_local=False,
            fallback_to_soft=False,  # a soft lock would outlive its process
        )

    def __enter__(self) -> Self:
        self._acquire()
        try:
            remove_temporaries(self._folder.path)
            _forget_writer(self._folder)
            with suppress(StorageError):  # who writes is told for convenience only
                write_atomically(self._folder.writer_file, json.dumps(asdict(_this_process())))
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _forget_writer(self._folder)
        self._lock.release()

    def _acquire(self) -> None:
        from filelock import Timeout  # noqa: PLC0415 - see above

        folder = self._folder
        if folder.is_link() or not folder.path.is_dir():
            raise StorageError(f"{folder.path}: must be a folder, and no symbolic link to one")
        try:
            self._lock.acquire()
        except Timeout:
            writer = _read_writer(folder.writer_file)
            since = f" since {printable(writer.since)}" if writer.since else ""
            raise BusyError(
                f"{folder.id}: must have one writer at a time, "
                f"but {writer} has written to it{since}"
            ) from None
        except OSError as error:
            raise unwritable(folder.lock_file, error) from error


def holder(folder: RunFolder) -> Holder | None:
    """Tell who writes to a run, without keeping anybody from doing so; None when nobody does."""
    try:
        # A pipe without a writer would block in open().
        descriptor = os.open(folder.lock_file, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        return None if _is_free(descriptor) else _read_writer(folder.writer_file)
    finally:
        os.close(descriptor)


def _is_free(descriptor: int) -> bool:
    if sys.platform == "win32":
        from filelock import lock_descriptor  # noqa: PLC0415 - slow

        return lock_descriptor(descriptor, blocking=False)
    import fcntl  # noqa: PLC0415 - not everywhere

    try:
        # Shared, so that two readers do not take each other for a writer.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _this_process() -> Holder:
    program, *arguments = sys.argv or [""]
    return Holder(
        os.getpid(),
        socket.gethostname(),
        shlex.join([Path(program).name, *arguments]),
        datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def _read_writer(path: Path) -> Holder:
    try:
        writer = Holder(**json.loads(read_bytes(path, _MOST_BYTES)))
    except (StorageError, ValueError, TypeError, RecursionError):
        return Holder()
    texts = (writer.host, writer.command, writer.since)
    is_sound = isinstance(writer.pid, int) and all(isinstance(text, str) for text in texts)
    return writer if is_sound else Holder()


def _forget_writer(folder: RunFolder) -> None:
    with suppress(OSError):
        folder.writer_file.unlink(missing_ok=True)
