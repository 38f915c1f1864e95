"""Appends trials to the journal of a run, one line each; `journal_reader.py` reads them.

A line with its newline is committed, and synced to the disk soon after. Each line ends with a
checksum.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from neuroevo.errors import StorageError
from neuroevo.files import file_size
from neuroevo.runs.group_sync import GroupSync
from neuroevo.runs.trial import Trial
from neuroevo.storage.checksum import add_checksum, remove_checksum
from neuroevo.storage.disk import NO_LINK, storage_errors, sync_folder, unwritable, write_all

LONGEST_LINE = 1_000_000  # bytes
MOST_BYTES = 4_000_000_000
_BLOCK = 65536  # bytes, longer than most lines


class Journal:
    """A journal that is open for appending; use it in a ``with`` statement.

    When it is opened, an unfinished line at its end is cut off, because the next line would be
    appended to it and lost. So is a last line that does not match its checksum: after a power
    cut, the newline may be on the disk without the rest of its line.

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
        with storage_errors(path, unwritable):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_LINK, 0o666)
            try:
                self._end = _trim(self._descriptor, file_size(self._descriptor, MOST_BYTES))
                sync_folder(path.parent)
                self._syncing = GroupSync(self._descriptor)
            except BaseException:
                os.close(self._descriptor)
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.close()
        except StorageError:
            if kind is None:  # else the error that ended the block is the one to report
                raise

    def append(self, trial: Trial) -> None:
        """Write a trial as the next line; it is synced to the disk within `GROUP_SECONDS`.

        Raises
        ------
        StorageError
            If the line can't be written, or earlier ones can't be synced; the journal is then as
            it was before.
        """
        line = add_checksum(trial.to_json()).encode("utf-8") + b"\n"
        with storage_errors(self._path, unwritable):
            try:
                if self._is_torn:
                    self._cut()
                self._is_torn = True
                write_all(self._descriptor, line)
                self._syncing.note_write()
            except BaseException:  # an interrupt may leave a part of the line, as a full disk does
                with suppress(OSError):
                    self._cut()
                raise
        self._end += len(line)
        self._is_torn = False

    def sync(self) -> None:
        """Sync all lines to the disk.

        Raises
        ------
        StorageError
            If they can't be synced.
        """
        with storage_errors(self._path, unwritable):
            self._syncing.sync()

    def clear(self) -> None:
        """Remove all lines.

        Raises
        ------
        StorageError
            If the file can't be written.
        """
        self._end, self._is_torn = 0, True  # until it is cut, here or by the next line
        with storage_errors(self._path, unwritable):
            self._cut()
            self._syncing.sync()

    def close(self) -> None:
        """Sync and close the file; closing it again does nothing.

        Raises
        ------
        StorageError
            If lines can't be synced; the file is closed nevertheless.
        """
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        with storage_errors(self._path, unwritable):
            try:
                self._syncing.close()
            finally:
                os.close(descriptor)

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self._end)
        self._is_torn = False


def _trim(descriptor: int, size: int) -> int:
    """Cut off what is not committed at the end of a journal, and return its new size."""
    end = _line_start(descriptor, size)
    if 0 < end == size:
        last = _line_start(descriptor, end - 1)
        end = end if _is_intact(descriptor, last, end - 1) else last
    if end < size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
    return end


def _line_start(descriptor: int, position: int) -> int:
    """Return the place after the last newline before a position."""
    while position > 0:  # backwards: a line is short, a journal is long
        start = max(0, position - _BLOCK)
        newline = os.pread(descriptor, position - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        position = start
    return 0


def _is_intact(descriptor: int, start: int, end: int) -> bool:
    try:
        remove_checksum(os.pread(descriptor, min(end - start, LONGEST_LINE + 1), start))
    except ValueError:
        return False
    return True
