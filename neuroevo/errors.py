"""The errors that neuroevo raises on purpose; each knows the exit code that it stands for.

A problem is one line that states the rule, then the value, and where it stands. An error carries
all the problems that were found, not only the first. This module knows no other.
"""

from typing import ClassVar, Self


class NeuroevoError(Exception):
    """Something that neuroevo can name went wrong.

    Parameters
    ----------
    *problems
        One line for each thing that is wrong, such as
        ``training.samples: must be at least 1, but got 0``.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)

    def named(self, name: str) -> Self:
        """Return the same error with every problem beginning with a name, as of a file."""
        lines = (line if line.startswith(name) else f"{name}: {line}" for line in self.problems)
        return type(self)(*lines)


class UsageError(NeuroevoError):
    """What was asked for cannot be: a setting, an experiment file, an argument."""

    exit_code = 2


class DataError(NeuroevoError):
    """A data file holds something other than what its task needs."""

    exit_code = 65


class StorageError(NeuroevoError):
    """A file or folder can't be read or written."""

    exit_code = 74


class BusyError(NeuroevoError):
    """Another process is writing what only one may write at a time."""

    exit_code = 75
