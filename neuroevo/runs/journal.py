"""The journal of a run: one line for each trial, only ever appended to.

The newline at a line's end is its commit mark, and each line is sealed with a checksum. It knows
files and lines; what a line holds is the trial's own affair.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from neuroevo.errors import StorageError
from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.disk import NO_LINK, sync_folder, unreadable, unwritable, write_all
from neuroevo.runs.seal import seal, unseal
from neuroevo.runs.trial import Trial

_BLOCK = 65536  # bytes, longer than most lines
_LONGEST_LINE = 1_000_000  # bytes
_MOST_BYTES = 4_000_000_000
_MOST_PROBLEMS = 10


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
            self._end = _trim(self._descriptor, _size(self._descriptor, path))
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


def read_trials(
    path: Path, remedy: str = "resume leaves the line out and trains its trial again"
) -> list[Trial]:
    """Read the trials of a journal, in the order of their numbers.

    Parameters
    ----------
    path
        The journal's file. A last line without its newline is not committed: it is left out.
    remedy
        What to do about a line that is damaged, to be told to the user.

    Raises
    ------
    StorageError
        If the file can't be read, or if lines in it are damaged; the first of them are named.
    """
    trials: list[Trial] = []
    problems: list[str] = []
    for _, found in _examined(path):
        if isinstance(found, Trial):
            trials.append(found)
        else:
            problems.append(f"{found}; {remedy}")
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        raise StorageError(*problems[:_MOST_PROBLEMS], *[f"{path}: and {more} more"] * (more > 0))
    return sorted(trials, key=lambda trial: trial.number)


def mend_journal(path: Path, keep: Path) -> list[str]:
    """Leave the lines out of a journal that are damaged; what it was is kept then.

    Parameters
    ----------
    path
        The journal's file; nobody may have it open.
    keep
        Where the file as it was is kept, if there is anything wrong with it.

    Returns
    -------
    list of str
        One line for each line that was left out.

    Raises
    ------
    StorageError
        If the file can't be read or written.
    """
    sound: list[bytes] = []
    problems: list[str] = []
    for line, found in _examined(path):
        if isinstance(found, Trial):
            sound.append(line + b"\n")
        else:
            problems.append(f"{found}; its trial is trained again")
    if problems:
        write_atomically(path, b"".join(sound), keep=keep)
    return problems


def _examined(path: Path) -> Iterator[tuple[bytes, Trial | str]]:
    """Give each line of a journal with its trial, or with what is wrong with it."""
    lines: dict[int, int] = {}  # where the trials stand, by their numbers
    for place, line in enumerate(_committed_lines(path), start=1):
        try:
            trial = _trial(line)
        except ValueError as error:
            yield line, f"{path}, line {place}: {error}"
            continue
        first = lines.setdefault(trial.number, place)
        if first == place:
            yield line, trial
        else:
            rule = f"must have a number of its own, but line {first} has it too"
            yield line, f"{path}, line {place}: {rule}"


def count_trials(path: Path) -> int:
    """Count the lines of a journal without looking into them; 0 when there is no journal.

    Raises
    ------
    StorageError
        If the file is there, but can't be read.
    """
    try:
        return sum(1 for _ in _committed_lines(path))
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return 0
        raise


def _trial(line: bytes) -> Trial:
    if len(line) > _LONGEST_LINE:
        raise ValueError(f"must have at most {_LONGEST_LINE:,} bytes, but is longer")
    text = unseal(line)
    try:
        return Trial.from_json(text)
    except ValueError as error:
        raise ValueError(f"must be a trial, but {' '.join(str(error).split())}") from error


def _committed_lines(path: Path) -> Iterator[bytes]:
    """Give each line that has its newline, without it; of one that is too long, the beginning."""
    try:
        # A pipe without a writer would block in open().
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            rest = _size(descriptor, path)  # what is appended while we read is for the next reader
            with open(descriptor, "rb", closefd=False) as file:
                line = b""
                while piece := file.readline(min(rest, _LONGEST_LINE + 1)):
                    rest -= len(piece)
                    line = line or piece
                    if piece.endswith(b"\n"):
                        yield line.removesuffix(b"\n")
                        line = b""
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(path, error) from error


def _size(descriptor: int, path: Path) -> int:
    """Return the size of a journal, if it is a file of a size that can be."""
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
        unseal(os.pread(descriptor, min(end - start, _LONGEST_LINE + 1), start))
    except ValueError:
        return False
    return True
