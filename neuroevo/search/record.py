"""Where a search writes down what is finished: on the disk, or in memory.

Knows what is kept and in which order; does not know how a search goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from neuroevo.runs import (
    Champion,
    Journal,
    RunFolder,
    Trial,
    write_atomically,
    write_champions,
    write_checkpoint,
)


class Record(Protocol):
    """Trials that are written down as soon as they are finished."""

    @property
    def trials(self) -> Mapping[int, Trial]:
        """Trials that need not be trained since they are written down, by number."""

    def append(self, trial: Trial) -> None:
        """Write a trial down."""


class RunRecord(Record, Protocol):
    """All that a search leaves."""

    @property
    def folder(self) -> RunFolder | None:
        """Where it is; None if it is in memory."""

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Write down where the search stands, as plain JSON values."""

    def finish(self, champions: Sequence[Champion], best: str) -> None:
        """Write down the trained networks and the best configuration, empty if there is none."""


class StudyRecord(Record, Protocol):
    """Trials of a study, which answers one question."""

    def clear(self) -> None:
        """Forget all trials, when another question is asked."""


class JournalRecord:
    """Trials in a journal.

    Parameters
    ----------
    journal
        Open for appending.
    trials
        What it holds already.
    """

    def __init__(self, journal: Journal, trials: Sequence[Trial] = ()) -> None:
        self._journal = journal
        self._trials = {trial.number: trial for trial in trials}

    @property
    def trials(self) -> Mapping[int, Trial]:
        """The trials that the journal held when it was opened, by number."""
        return self._trials

    def append(self, trial: Trial) -> None:
        """Write a trial down; StorageError if that can't be done."""
        self._journal.append(trial)

    def clear(self) -> None:
        """Forget all trials; StorageError if that can't be done."""
        self._journal.clear()
        self._trials.clear()


class FolderRecord(JournalRecord):
    """All that a search leaves in a run folder.

    Parameters
    ----------
    folder
        The run.
    journal, trials
        As of `JournalRecord`.
    """

    def __init__(self, folder: RunFolder, journal: Journal, trials: Sequence[Trial] = ()) -> None:
        super().__init__(journal, trials)
        self._folder = folder

    @property
    def folder(self) -> RunFolder:
        """The run."""
        return self._folder

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Replace the checkpoint; StorageError if that can't be done."""
        write_checkpoint(self._folder, state)

    def finish(self, champions: Sequence[Champion], best: str) -> None:
        """Write the champions' file and best.toml; StorageError if that can't be done."""
        write_champions(self._folder.champions_file, champions)
        if best:
            write_atomically(self._folder.best_file, best)


class MemoryRecord:
    """All that a search leaves, in memory alone."""

    folder = None

    def __init__(self) -> None:
        self._trials: dict[int, Trial] = {}
        self.state: Mapping[str, Any] = {}
        self.champions: Sequence[Champion] = ()
        self.best = ""

    @property
    def trials(self) -> Mapping[int, Trial]:
        """All trials, by number."""
        return self._trials

    def append(self, trial: Trial) -> None:
        """Keep a trial."""
        self._trials[trial.number] = trial

    def clear(self) -> None:
        """Forget all trials."""
        self._trials.clear()

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Keep the newest state."""
        self.state = state

    def finish(self, champions: Sequence[Champion], best: str) -> None:
        """Keep the trained networks and the best configuration."""
        self.champions, self.best = champions, best
