"""The journal of a run: one line for each trial, only ever appended to.

The newline at a line's end is its commit mark, and each line is sealed with a checksum. It knows
files and lines; what a line holds is the trial's own affair.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from neuroevo.errors import StorageError
from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.disk import NO_LINK, sync_folder, unreadable, unwritable, write_all
from neuroevo.runs.seal import seal, unseal
from neuroevo.runs.trial import Trial

_BLOCK = 65536  # bytes, longer than most lines
_LONGEST_LINE = 1_000_000  # bytes
_MOST_BYTES = 4_000_000_000
_MOST_PROBLEMS = 10
_RESUME = "resume leaves the line out and trains its trial again"
_MOST_LINES = 5_000  # that are read before somebody looks at them
_TAIL = 64  # bytes, which hold a line's checksum


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


class Appended(NamedTuple):
    """What was committed to a journal since it was read before.

    Parameters
    ----------
    trials
        In the order in which they were written.
    places
        Where the line of each begins, in bytes, for `read_trial`.
    problems
        One line of text for each line of the journal that is damaged.
    afresh
        Whether this begins at the beginning of the journal, because it is the first time, or
        because what was read before was taken back: it no longer counts.
    """

    trials: tuple[Trial, ...]
    places: tuple[int, ...]
    problems: tuple[str, ...]
    afresh: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was committed."""
        return not self.trials and not self.problems


class JournalReader:
    """Reads a journal while it grows, each line once.

    It neither locks the file nor holds it open. A journal that was cut or replaced by another is
    noticed and read from its beginning.

    Parameters
    ----------
    path
        The journal's file; one that does not exist holds nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin()
        self._is_first = True

    def read(self) -> Appended:
        """Read what was committed since the last call, a few thousand lines of it.

        Whoever wants all calls until it is empty.

        Raises
        ------
        StorageError
            If the file can't be read.
        """
        try:
            with _opened(self._path) as (file, size):
                return self._read(file, size)
        except FileNotFoundError:
            afresh, self._is_first = self._is_first or self._end > 0, False
            self._begin()
            return Appended((), (), (), afresh)
        except OSError as error:
            raise unreadable(self._path, error) from error

    def _begin(self) -> None:
        self._end, self._tail = 0, b""
        self._examiner = _Examiner(self._path)

    def _read(self, file: BinaryIO, size: int) -> Appended:
        afresh = self._is_first or not self._goes_on(file, size)
        self._is_first = False
        if afresh:
            self._begin()
        file.seek(self._end)
        trials: list[Trial] = []
        places: list[int] = []
        problems: list[str] = []
        for line, length in _lines(file, size - self._end):
            found = self._examiner.examined(line)
            if isinstance(found, Trial):
                trials.append(found)
                places.append(self._end)
            else:
                problems.append(found)
            self._end += length
            if len(trials) + len(problems) == _MOST_LINES:
                break
        self._tail = _before(file, self._end)
        return Appended(tuple(trials), tuple(places), tuple(problems), afresh)

    def _goes_on(self, file: BinaryIO, size: int) -> bool:
        return size >= self._end and _before(file, self._end) == self._tail


def read_trial(path: Path, place: int) -> Trial:
    """Read one trial of a journal.

    Parameters
    ----------
    path
        The journal's file.
    place
        Where its line begins, in bytes.

    Raises
    ------
    StorageError
        If the file can't be read, or no trial stands there.
    """
    try:
        with _opened(path) as (file, size):
            file.seek(place)
            for line, _ in _lines(file, size - place):
                return _trial(line)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise StorageError(f"{path}, byte {place}: {error}") from error
    raise StorageError(f"{path}, byte {place}: must be a trial, but the journal ends before it")


def read_trials(path: Path, remedy: str = _RESUME) -> list[Trial]:
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
            problems.append(found)
    if problems:
        raise damage(path, problems, remedy)
    return sorted(trials, key=lambda trial: trial.number)


def damage(path: Path, problems: Sequence[str], remedy: str = _RESUME) -> StorageError:
    """Make the error for a journal with damaged lines; the first of them are named."""
    named = [f"{problem}; {remedy}" for problem in problems[:_MOST_PROBLEMS]]
    more = len(problems) - _MOST_PROBLEMS
    return StorageError(*named, *[f"{path}: and {more} more"] * (more > 0))


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
    examiner = _Examiner(path)
    for line in _committed_lines(path):
        yield line, examiner.examined(line)


class _Examiner:
    """Tells sound lines of a journal from damaged ones; they are handed over in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0
        self._lines: dict[int, int] = {}  # where the trials stand, by their numbers

    def examined(self, line: bytes) -> Trial | str:
        """Return the trial of the next line, or what is wrong with it."""
        self._count += 1
        try:
            trial = _trial(line)
        except ValueError as error:
            return f"{self._path}, line {self._count}: {error}"
        first = self._lines.setdefault(trial.number, self._count)
        if first == self._count:
            return trial
        rule = f"must have a number of its own, but line {first} has it too"
        return f"{self._path}, line {self._count}: {rule}"


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
        with _opened(path) as (file, size):
            for line, _ in _lines(file, size):
                yield line
    except OSError as error:
        raise unreadable(path, error) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a journal; what is appended beyond the size it has now is for the next reader."""
    # A pipe without a writer would block in open().
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        size = _size(descriptor, path)
        with open(descriptor, "rb", closefd=False) as file:
            yield file, size
    finally:
        os.close(descriptor)


def _lines(file: BinaryIO, rest: int) -> Iterator[tuple[bytes, int]]:
    """Give each of the next committed lines and how many bytes it takes with its newline."""
    line, length = b"", 0
    while piece := file.readline(min(rest, _LONGEST_LINE + 1)):
        rest -= len(piece)
        length += len(piece)
        line = line or piece
        if piece.endswith(b"\n"):
            yield line.removesuffix(b"\n"), length
            line, length = b"", 0


def _before(file: BinaryIO, end: int) -> bytes:
    start = max(0, end - _TAIL)
    file.seek(start)
    return file.read(end - start)


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
