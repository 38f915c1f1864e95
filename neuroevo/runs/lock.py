"""The lock that gives a run one writer at a time. It is released when its process ends."""

import json
import os
import shlex
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from neuroevo.errors import BusyError, StorageError
from neuroevo.files import open_descriptor
from neuroevo.runs.folder import RunFolder
from neuroevo.settings import printable
from neuroevo.storage.atomic import remove_temporaries, write_atomically
from neuroevo.storage.disk import NO_LINK, read_bytes, unwritable

_PATIENCE = 0.5  # seconds; a reader that checks the lock holds it for an instant
_MOST_BYTES = 100_000
_LONGEST_COMMAND = 100  # letters of it that are shown


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes to a run.

    Parameters
    ----------
    pid
        Its number on its host; 0 if it is unknown, and then the texts are empty.
    host, command
        Name of the machine and the command that started the process.
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
        On entering, if the folder does not exist, is a link, or nothing can be written there.
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
            self._forget_writer()
            with suppress(StorageError):  # only messages use it
                content = json.dumps(asdict(_this_process()))
                write_atomically(self._folder.writer_file, content)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._forget_writer()
        self._lock.release()

    def _acquire(self) -> None:
        from filelock import Timeout  # noqa: PLC0415 - see above

        folder = self._folder
        if not folder.path.is_dir():
            raise StorageError(f"{folder.path}: must be a folder")
        while True:
            try:
                self._lock.acquire()
            except Timeout:
                if (writer := holder(folder)) is None:
                    continue  # readers had the lock, each for a moment
                since = f" since {printable(writer.since)}" if writer.since else ""
                raise BusyError(
                    f"{folder.id}: must have one writer at a time, "
                    f"but {writer} has written to it{since}"
                ) from None
            except OSError as error:
                raise unwritable(folder.lock_file, error) from error
            return

    def _forget_writer(self) -> None:
        with suppress(OSError):
            self._folder.writer_file.unlink(missing_ok=True)


def holder(folder: RunFolder) -> Holder | None:
    """Return the process that writes to a run, or None; this keeps no process from writing."""
    try:
        descriptor = open_descriptor(folder.lock_file, NO_LINK)
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
    import fcntl  # noqa: PLC0415 - not on every system

    try:
        # Shared, so that two readers do not take each other for a writer.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _this_process() -> Holder:
    program, *arguments = getattr(sys, "argv", None) or [""]
    return Holder(
        os.getpid(),
        socket.gethostname(),
        shlex.join([Path(program).name, *arguments]),
        datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def _read_writer(path: Path) -> Holder:
    try:
        return TypeAdapter(Holder).validate_json(read_bytes(path, _MOST_BYTES), strict=True)
    except (StorageError, ValueError):
        return Holder()
