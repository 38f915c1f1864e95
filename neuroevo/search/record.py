"""Where finished trials are recorded: in memory, in a journal, or in a run folder.

Knows what is stored and in which order; does not know how a search goes on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from neuroevo.experiment import Experiment
from neuroevo.runs import (
    HeldOutScores,
    Journal,
    RescoredTrial,
    RunFolder,
    Trial,
    trained_networks,
    write_champions,
    write_checkpoint,
    write_held_out,
)
from neuroevo.storage.atomic import write_atomically


class Finished(NamedTuple):
    """How much of a search is finished."""

    trials: int = 0
    networks: int = 0  # that were trained for these; 0 if a function is searched

    @classmethod
    def of(cls, trials: Collection[Trial], experiment: Experiment) -> Self:
        """Count trials and their networks."""
        networks = sum(trained_networks(trial, experiment) for trial in trials)
        return cls(len(trials), networks)


_NONE = Finished()


class Record:
    """The results of a search or study, in memory.

    Parameters
    ----------
    trials
        Trials that are finished already, and may be asked for again.
    finished
        How much of the search is finished already.
    """

    folder: RunFolder | None = None

    def __init__(self, trials: Iterable[Trial] = (), finished: Finished = _NONE) -> None:
        self.trials = {trial.number: trial for trial in trials}
        """Trials that need not be trained again, by number."""
        self.finished = finished
        self.state: Mapping[str, Any] = {}
        self.rescored: Sequence[RescoredTrial] = ()
        self.best = ""
        self.held_out: HeldOutScores | None = None

    def append(self, trial: Trial) -> None:
        """Record a trial; StorageError if that is not possible."""
        self.trials[trial.number] = trial

    def clear(self) -> None:
        """Remove all trials; StorageError if that is not possible."""
        self.trials.clear()

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Replace the state of the search, plain JSON values; StorageError if not possible."""
        self.state = state

    def finish(
        self, rescored: Sequence[RescoredTrial] | None, best: str, held_out: HeldOutScores | None
    ) -> None:
        """Store the results of a search.

        Parameters
        ----------
        rescored
            The front and the baselines with their scores on fresh seeds and their networks; None if
            they were not scored there.
        best
            The text of best.toml.
        held_out
            The scores on the test part, if there is one.

        Raises
        ------
        StorageError
            If that is not possible.
        """
        self.rescored, self.best, self.held_out = rescored or (), best, held_out


class JournalRecord(Record):
    """Trials in a journal; `trials` has only those that it held when it was opened."""

    def __init__(
        self, journal: Journal, trials: Iterable[Trial] = (), finished: Finished = _NONE
    ) -> None:
        super().__init__(trials, finished)
        self._journal = journal

    def append(self, trial: Trial) -> None:
        """Append a trial to the journal; StorageError if that is not possible."""
        self._journal.append(trial)

    def clear(self) -> None:
        """Remove all trials; StorageError if that is not possible."""
        self._journal.clear()
        super().clear()


class FolderRecord(JournalRecord):
    """The results of a search in a run folder."""

    def __init__(
        self,
        folder: RunFolder,
        journal: Journal,
        trials: Iterable[Trial] = (),
        finished: Finished = _NONE,
    ) -> None:
        super().__init__(journal, trials, finished)
        self.folder: RunFolder = folder

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Replace the checkpoint; StorageError if that is not possible."""
        self._journal.sync()  # a state relies on the trials before it
        write_checkpoint(self.folder, state)

    def finish(
        self, rescored: Sequence[RescoredTrial] | None, best: str, held_out: HeldOutScores | None
    ) -> None:
        """Write all results of the end; StorageError if that is not possible."""
        self._journal.sync()
        if rescored is not None:
            write_champions(self.folder.champions_file, rescored)
        if held_out is not None:
            write_held_out(self.folder.test_file, held_out)
        if best:
            write_atomically(self.folder.best_file, best)
