"""Reads files that may come from strangers; does not know what is in them."""

import os
import stat
from pathlib import Path


class StrangeFileError(ValueError):
    """A file is no file that anybody would have meant; the message states the rule."""


def read_file(path: Path, most_bytes: int) -> bytes:
    """Read a whole regular file, whose size is known before any memory is taken.

    Parameters
    ----------
    path
        File to read; a pipe or a device is neither waited for nor read.
    most_bytes
        How many bytes it may have.

    Raises
    ------
    OSError
        If the file can't be opened or read.
    StrangeFileError
        If it is no regular file, is larger, grows while it is read, or has no name for a file.
    """
    try:
        # A pipe without a writer would block in open().
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError:  # a null character in the path
        raise StrangeFileError("can't be read (no name of a file)") from None
    try:
        _check(os.fstat(descriptor), most_bytes)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > most_bytes:
        raise StrangeFileError(f"must have at most {most_bytes:,} bytes, but goes on growing")
    return content


def _check(status: os.stat_result, most_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StrangeFileError("must be a file, but got a folder or a device")
    if status.st_size > most_bytes:
        rule = f"must have at most {most_bytes:,} bytes"
        raise StrangeFileError(f"{rule}, but got {status.st_size:,}")
