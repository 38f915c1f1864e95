"""The errors that neuroevo raises on purpose, each with its exit code.

A problem is one line with the place, the rule and the value. An error carries all problems that
were found, not only the first one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self


class NeuroevoError(Exception):
    """A problem that neuroevo can name.

    Parameters
    ----------
    *problems
        One line for each problem, such as
        ``training.samples: must be at least 1, but got 0``.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)

    def named(self, name: str) -> Self:
        """Return the same error with a name, such as a file, in front of each problem."""
        lines = (line if line.startswith(name) else f"{name}: {line}" for line in self.problems)
        return type(self)(*lines)


class UsageError(NeuroevoError):
    """A setting, an experiment file or an argument is wrong."""

    exit_code = 2


class DataError(NeuroevoError):
    """A data file does not hold what its task needs."""

    exit_code = 65


class StorageError(NeuroevoError):
    """A file or folder can't be read or written."""

    exit_code = 74


class BusyError(NeuroevoError):
    """Another process writes to the run; only one may at a time."""

    exit_code = 75


@contextmanager
def collected(problems: list[str]) -> Iterator[None]:
    """Add the problems of a UsageError to a list, to raise them together with others."""
    try:
        yield
    except UsageError as error:
        problems += error.problems
