"""How bytes of a run reach the disk and come back; every refusal is one line with the file's name.

It knows nothing of what the files hold.
"""

import os
from pathlib import Path
from typing import NamedTuple

from neuroevo.errors import StorageError
from neuroevo.files import StrangeFileError, read_file

NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)  # whatever is written never goes where a link leads


class Stamp(NamedTuple):
    """What tells a file from what it was before: its number, its size, when it was changed."""

    number: int
    size: int
    changed: int


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of some bytes, however many the system takes at a time.

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
    """Read a regular file of at most so many bytes.

    Raises
    ------
    StorageError
        If it can't be read, or is no such file.
    """
    try:
        return read_file(path, most_bytes)
    except OSError as error:
        raise unreadable(path, error) from error
    except StrangeFileError as error:
        raise StorageError(f"{path}: {error}") from error


def stamp(path: Path) -> Stamp | None:
    """Tell a file from what it was before, so that it is read again only then; None without one."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a call of os, as the others here
    except (OSError, ValueError):
        return None
    return Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def unreadable(path: Path, error: OSError) -> StorageError:
    """Make the error for what the system did not let be read."""
    return StorageError(f"{path}: cannot be read ({reason(error)})")


def unwritable(path: Path, error: OSError) -> StorageError:
    """Make the error for what the system did not let be written."""
    return StorageError(f"{path}: cannot be written ({reason(error)})")


def reason(error: OSError) -> str:
    """Say in the system's words why it refused, without the path that the message names."""
    return error.strerror or str(error) or type(error).__name__
