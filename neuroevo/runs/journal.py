"""The journal of a run: one line for each trial, only ever appended to.

The newline at a line's end is its commit mark, and each line is sealed with a checksum. It knows
files and lines; what a line holds is the trial's own affair, and `journal_reader.py` reads it.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from neuroevo.errors import StorageError
from neuroevo.runs.disk import NO_LINK, sync_folder, unwritable, write_all
from neuroevo.runs.seal import seal, unseal
from neuroevo.runs.trial import Trial

LONGEST_LINE = 1_000_000  # bytes
_BLOCK = 65536  # bytes, longer than most lines
_MOST_BYTES = 4_000_000_000


class Journal:
    """A journal that is open for appending; use it in a ``with`` statement.

    A line that an earlier writer left unfinished at the end is trimmed when it is opened,
    because whatever is appended to it would be lost with it. So is a last line that does not
    match its checksum: a power cut can leave its newline on the disk without all the rest.

    Parameters
    ----------
    path
        The journal's file; it is created when it does not exist.

    Raises
    ------
    StorageError
        If the file can't be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_torn = False
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_LINK, 0o666)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            self._end = _trim(self._descriptor, size_of(self._descriptor, path))
            sync_folder(path.parent)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise unwritable(path, error) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def append(self, trial: Trial) -> None:
        """Write a trial as the next line and see it to the disk.

        Raises
        ------
        StorageError
            If the line can't be written; the journal then ends where it ended before.
        """
        line = seal(trial.to_json()).encode("utf-8") + b"\n"
        try:
            if self._is_torn:
                self._cut()
            self._is_torn = True
            write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except BaseException as error:
            # An interrupt between two writes tears a line as a full disk does.
            with suppress(OSError):
                self._cut()
            if isinstance(error, OSError):
                raise unwritable(self._path, error) from error
            raise
        self._end += len(line)
        self._is_torn = False

    def clear(self) -> None:
        """Take all lines out.

        Raises
        ------
        StorageError
            If the file can't be written.
        """
        self._end = 0
        try:
            self._cut()
            os.fsync(self._descriptor)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def close(self) -> None:
        """Close the file; closing twice does nothing more."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self._end)
        self._is_torn = False


def size_of(descriptor: int, path: Path) -> int:
    """Return the size of an open journal.

    Raises
    ------
    StorageError
        If it is no file, or larger than any journal.
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(f"{path}: must be a file, but got a folder or a device")
    if status.st_size > _MOST_BYTES:
        rule = f"must have at most {_MOST_BYTES:,} bytes"
        raise StorageError(f"{path}: {rule}, but got {status.st_size:,}")
    return status.st_size


def _trim(descriptor: int, size: int) -> int:
    """Cut what is not committed off the end; returns where the file ends then."""
    end = _line_start(descriptor, size)
    if 0 < end == size:
        last = _line_start(descriptor, end - 1)
        end = end if _is_sealed(descriptor, last, end - 1) else last
    if end < size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
    return end


def _line_start(descriptor: int, position: int) -> int:
    """Find the place after the last newline before a position."""
    while position > 0:  # from the end backwards: a line is short, a journal is not
        start = max(0, position - _BLOCK)
        newline = os.pread(descriptor, position - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        position = start
    return 0


def _is_sealed(descriptor: int, start: int, end: int) -> bool:
    try:
        unseal(os.pread(descriptor, min(end - start, LONGEST_LINE + 1), start))
    except ValueError:
        return False
    return True
