"""Reads journals: all at once, one trial, or what is new while they grow; and mends them.

It knows committed lines and damaged ones; it neither locks a journal nor appends to it.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from neuroevo.errors import StorageError
from neuroevo.runs.atomic import write_atomically
from neuroevo.runs.disk import unreadable
from neuroevo.runs.journal import LONGEST_LINE, size_of
from neuroevo.runs.seal import unseal
from neuroevo.runs.trial import Trial

_MOST_PROBLEMS = 10
_RESUME = "resume leaves the line out and trains its trial again"
_MOST_LINES = 5_000  # that are read before somebody looks at them
_TAIL = 64  # bytes, which hold a line's checksum


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


def read_study(path: Path) -> list[Trial]:
    """Read the trials of a study beside the search; none where there is no such.

    Raises
    ------
    StorageError
        If the file can't be read, or if lines in it are damaged.
    """
    remedy = f"delete {path.name}, which can be made again"
    return read_trials(path, remedy) if path.exists() else []


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
    if len(line) > LONGEST_LINE:
        raise ValueError(f"must have at most {LONGEST_LINE:,} bytes, but is longer")
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
        size = size_of(descriptor, path)
        with open(descriptor, "rb", closefd=False) as file:
            yield file, size
    finally:
        os.close(descriptor)


def _lines(file: BinaryIO, rest: int) -> Iterator[tuple[bytes, int]]:
    """Give each of the next committed lines and how many bytes it takes with its newline."""
    line, length = b"", 0
    while piece := file.readline(min(rest, LONGEST_LINE + 1)):
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
