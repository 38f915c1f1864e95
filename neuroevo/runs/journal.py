"""The journal of a run: one line for each trial, only ever appended to.

The newline at a line's end is its commit mark. It knows files and lines; what a line holds is
the trial's own affair.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from neuroevo.errors import StorageError
from neuroevo.runs.atomic import reason
from neuroevo.runs.trial import Trial

_BLOCK = 65536  # bytes, longer than most lines


class Journal:
    """A journal that is open for appending; use it in a ``with`` statement.

    A line that an earlier writer left unfinished at the end is trimmed when it is opened,
    because whatever is appended to it would be lost with it.

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
        try:
            _trim_torn_line(path)
            self._file: BinaryIO = path.open("ab")
        except OSError as error:
            raise self._refusal(error) from error

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
        """Write a trial as the next line and hand it to the system.

        Raises
        ------
        StorageError
            If the line can't be written.
        """
        try:
            self._file.write(trial.to_json().encode("utf-8") + b"\n")
            self._file.flush()
        except OSError as error:
            raise self._refusal(error) from error

    def close(self) -> None:
        """See the lines to the disk, then close the file; closing twice does nothing more."""
        if self._file.closed:
            return
        try:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> StorageError:
        return StorageError(f"{self._path}: cannot be written ({reason(error)})")


def read_trials(path: Path) -> list[Trial]:
    """Read the trials of a journal, in the order of their numbers.

    Parameters
    ----------
    path
        The journal's file. A last line without its newline is not committed: it is left out.

    Raises
    ------
    StorageError
        If the file can't be read, or if lines in it are damaged; each is named.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({reason(error)})") from error
    trials = []
    problems = []
    committed = content.split(b"\n")[:-1]
    for number, line in enumerate(committed, start=1):
        try:
            trials.append(Trial.from_json(line.decode("utf-8")))
        except ValueError as error:
            problems.append(f"{path}, line {number}: must be a trial, but {_one_line(error)}")
    if problems:
        raise StorageError(*problems)
    return sorted(trials, key=lambda trial: trial.number)


def _trim_torn_line(path: Path) -> None:
    if not path.exists():
        return
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        committed = end
        while committed > 0:  # from the end backwards: a torn line is short, a journal is not
            start = max(0, committed - _BLOCK)
            file.seek(start)
            newline = file.read(committed - start).rfind(b"\n")
            if newline >= 0:
                committed = start + newline + 1
                break
            committed = start
        if committed < end:
            file.truncate(committed)


def _one_line(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return " ".join(str(error).split())
