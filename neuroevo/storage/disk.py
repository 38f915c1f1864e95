"""Reads and writes bytes of a run; every error is one line with the file's name."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from neuroevo.errors import StorageError
from neuroevo.files import StrangeFileError, opened, read_file

NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)  # a flag of os.open: never write where a link leads


class Stamp(NamedTuple):
    """Identifies one state of a file: a file with another stamp has changed."""

    number: int
    size: int
    changed: int


def write_all(descriptor: int, data: bytes) -> None:
    """Write all bytes, with as many system calls as that takes.

    Raises
    ------
    OSError
        If the system takes no more; some of the bytes may be written.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync_folder(folder: Path) -> None:
    """Make files that were created or renamed in a folder survive a power cut.

    Raises
    ------
    OSError
        If the system refuses.
    """
    if os.name == "nt":  # a folder can't be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """Read a regular file of at most ``most_bytes``.

    Raises
    ------
    StorageError
        If it can't be read, or is no such file.
    """
    with storage_errors(path, unreadable):
        return read_file(path, most_bytes)


@contextmanager
def opened_file(path: Path, most_bytes: int) -> Iterator[tuple[BinaryIO, int]]:
    """Open a regular file of at most ``most_bytes`` for reading; gives the file and its size.

    Raises
    ------
    StorageError
        If it can't be opened, is no such file, or can't be read within the ``with`` statement.
    """
    with storage_errors(path, unreadable), opened(path, most_bytes) as found:
        yield found


@contextmanager
def storage_errors(path: Path, named: Callable[[Path, OSError], StorageError]) -> Iterator[None]:
    """Raise errors within the ``with`` statement as `unreadable` or `unwritable` words them."""
    try:
        yield
    except OSError as error:
        raise named(path, error) from error
    except StrangeFileError as error:
        raise StorageError(f"{path}: {error}") from error


def is_missing(error: StorageError) -> bool:
    """Whether a file could not be read because there is none."""
    return isinstance(error.__cause__, FileNotFoundError)


def stamp(file: Path | int) -> Stamp | None:
    """Return what identifies the present state of a file, also an open one; None without a file."""
    try:
        status = os.stat(file)  # noqa: PTH116 - a call of os, as the others here
    except (OSError, ValueError):
        return None
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def unreadable(path: Path, error: OSError) -> StorageError:
    """Make the error for a file that the system could not read."""
    return StorageError(f"{path}: can't be read ({reason(error)})")


def unwritable(path: Path, error: OSError) -> StorageError:
    """Make the error for a file that the system could not write."""
    return StorageError(f"{path}: can't be written ({reason(error)})")


def reason(error: OSError) -> str:
    """Return the system's message, without the path, which our message already has."""
    return error.strerror or str(error) or type(error).__name__
