"""Replaces a whole file at once: a reader sees the old one or the new one, never a part."""

import errno
import os
import re
import threading
from contextlib import suppress
from pathlib import Path

from neuroevo.storage.disk import NO_LINK, storage_errors, sync_folder, unwritable, write_all

_TEMPORARY = re.compile(r"\..+\.(\d{1,9})\.temporary")


def write_atomically(path: Path, content: str | bytes, *, keep: Path | None = None) -> None:
    """Replace a file by new content: a temporary file beside it, fsync, then rename.

    Parameters
    ----------
    path
        File to write; its folder must exist.
    content
        All of the file; a text is written as UTF-8 with its line ends as they are.
    keep
        Where the present file, if there is one, is moved just before the new one replaces it.

    Raises
    ------
    StorageError
        If the file can't be written. The old file is then still at ``path`` or at ``keep``.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = _temporary(path)
    with storage_errors(path, unwritable):
        try:
            with suppress(FileNotFoundError):
                temporary.unlink()  # of a writer that was killed and had the same number
            _write(temporary, data)
            if keep is not None:
                with suppress(FileNotFoundError):
                    os.replace(path, keep)  # noqa: PTH105 - a call of os, as tests of failing disks need
            os.replace(temporary, path)  # noqa: PTH105 - see above
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise what `write_atomically` would raise now, before work of which the file is the result.

    Raises
    ------
    StorageError
        If the file's folder is missing or takes no files, or a folder has the file's name.
    """
    temporary = _temporary(path)
    with storage_errors(path, unwritable):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        try:
            with suppress(FileNotFoundError):
                temporary.unlink()
            _write(temporary, b"")
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def remove_temporaries(folder: Path) -> None:
    """Remove, as far as possible, the temporary files of processes that were killed.

    Those of running processes stay: a report may be written while a search is resumed.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            match = _TEMPORARY.fullmatch(path.name)
            if match is not None and not _is_other_process(int(match[1])):
                with suppress(OSError):
                    path.unlink()


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{threading.get_native_id()}.temporary")


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_other_process(number: int) -> bool:
    """Whether a process of this number runs and is not this one."""
    if os.name == "nt":  # there, a signal would end the process
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of another user
        return True
    return number != os.getpid()
