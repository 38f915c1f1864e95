"""Paths that users give, and files that may come from strangers; does not know what is in them."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class StrangeFileError(ValueError):
    """A file can't be meant as an input: a folder, a device, too large; the message says why."""


def with_home(path: str | Path) -> Path:
    """Return a path in which ``~`` is the home folder."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - never raises


def absolute(path: str | Path) -> Path:
    """Return a path that no change of the working directory changes; ``~`` is the home folder."""
    return Path(os.path.abspath(with_home(path)))  # noqa: PTH100 - never raises


def open_descriptor(path: Path, flags: int = 0) -> int:
    """Open a file for reading, with more flags of `os.open`; a pipe is not waited for.

    Raises
    ------
    OSError, StrangeFileError
        If the file can't be opened; if the path can't be the name of a file.
    """
    try:
        return os.open(path, os.O_RDONLY | flags | getattr(os, "O_NONBLOCK", 0))
    except ValueError:  # a null character in the path
        raise StrangeFileError("can't be read (no name of a file)") from None


def file_size(descriptor: int, most_bytes: int) -> int:
    """Return the size of an open file; StrangeFileError if it is no regular file or larger."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise StrangeFileError("must be a file, but got a folder or a device")
    if status.st_size > most_bytes:
        rule = f"must have at most {most_bytes:,} bytes"
        raise StrangeFileError(f"{rule}, but got {status.st_size:,}")
    return status.st_size


@contextmanager
def opened(path: Path, most_bytes: int) -> Iterator[tuple[BinaryIO, int]]:
    """Open a regular file of at most ``most_bytes`` for reading; gives the file and its size.

    Raises
    ------
    OSError, StrangeFileError
        As in `open_descriptor` and `file_size`.
    """
    descriptor = open_descriptor(path)
    try:
        size = file_size(descriptor, most_bytes)
        with open(descriptor, "rb", closefd=False) as file:
            yield file, size
    finally:
        os.close(descriptor)


def is_pipe(path: Path) -> bool:
    """Whether a path is stdin, written ``-``, or a pipe such as a shell's ``<(COMMAND)``."""
    try:
        return str(path) == "-" or stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return False


def read_pipe(path: Path, most_bytes: int) -> bytes:
    """Read what somebody writes to a pipe, until its end.

    Raises
    ------
    OSError, StrangeFileError
        If it can't be read; if it is longer, or empty.
    """
    with open(0 if str(path) == "-" else path, "rb", closefd=str(path) != "-") as pipe:
        content = pipe.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise StrangeFileError(f"must have at most {most_bytes:,} bytes, but has more")
    if not content:
        raise StrangeFileError("must not be empty, but nothing was written to it")
    return content


def read_file(path: Path, most_bytes: int) -> bytes:
    """Read a whole regular file. Its size is checked before any memory is taken.

    Parameters
    ----------
    path
        File to read; a pipe or a device is refused.
    most_bytes
        How many bytes it may have.

    Raises
    ------
    OSError
        If the file can't be opened or read.
    StrangeFileError
        If it is no regular file, is larger, grows while it is read, or the path can't be the name
        of a file.
    """
    with opened(path, most_bytes) as (file, _):
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise StrangeFileError(f"must have at most {most_bytes:,} bytes, but goes on growing")
    return content
