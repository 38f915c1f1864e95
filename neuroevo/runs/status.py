"""Reads the status of a run from its folder: running, interrupted or complete."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from neuroevo.runs.checkpoint import read_checkpoints
from neuroevo.runs.folder import RunFolder
from neuroevo.runs.journal_reader import count_trials
from neuroevo.runs.lock import holder
from neuroevo.space.values import is_number
from neuroevo.storage.disk import Stamp, stamp

KILLED = "its process was killed, or the machine stopped"
"""Why a search was interrupted that did not say why."""

_KEPT = ("phase", "reason", "generation", "trials", "seconds")


@dataclass(frozen=True, slots=True)
class Status:
    """The status of a run.

    Parameters
    ----------
    state
        ``running`` while a process writes to it; after that ``complete`` or ``interrupted``.
    reason
        Why the search ended, or was interrupted; empty while it is running.
    generation
        Number of complete generations in the newest checkpoint.
    trials
        Number of trials in the journal, with the baselines.
    seconds
        Time that the search took until the newest checkpoint; NaN before the first one.
    problems
        One line for each checkpoint that can't be used. A resumed run does without them.
    lost
        One line if the journal has fewer trials than the newest checkpoint, else empty. A resumed
        run trains them again.
    """

    state: Literal["running", "interrupted", "complete"]
    reason: str
    generation: int
    trials: int
    seconds: float
    problems: tuple[str, ...] = ()
    lost: str = ""


def read_status(folder: RunFolder) -> Status:
    """Read the status of a run.

    Raises
    ------
    StorageError
        If its journal exists, but can't be read.
    """
    return StatusReader(folder).read(lambda: count_trials(folder.journal_file))


class StatusReader:
    """Reads the status of a run repeatedly; its checkpoints only if they have changed.

    Parameters
    ----------
    folder
        The run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._files = (folder.checkpoint_file, folder.previous_checkpoint_file)
        self._stamps: tuple[Stamp | None, ...] | None = None
        self._checkpoint: Mapping[str, Any] = {}
        self._problems: tuple[str, ...] = ()

    def read(self, count: Callable[[], int]) -> Status:
        """Read the present status.

        Parameters
        ----------
        count
            Counts the trials in its journal.
        """
        is_held = holder(self._folder) is not None  # first: a writer releases it after its end
        self._read_checkpoint()
        checkpoint = self._checkpoint
        is_complete = checkpoint.get("phase") == "finished"
        generation = checkpoint.get("generation")
        trials = count()
        reason = str(checkpoint.get("reason", ""))
        if not (is_complete or is_held):
            reason = reason or KILLED
        return Status(
            "complete" if is_complete else "running" if is_held else "interrupted",
            reason=reason if is_complete or not is_held else "",
            generation=generation if isinstance(generation, int) else 0,
            trials=trials,
            seconds=_seconds(checkpoint.get("seconds")),
            problems=self._problems,
            lost=_lost(self._folder, checkpoint.get("trials"), trials),
        )

    def _read_checkpoint(self) -> None:
        stamps = tuple(map(stamp, self._files))
        if stamps != self._stamps:
            states, problems = read_checkpoints(self._folder)
            newest = states[0] if states else {}
            # The whole checkpoint is large.
            self._checkpoint = {name: newest[name] for name in _KEPT if name in newest}
            self._problems, self._stamps = tuple(problems), stamps


def _lost(folder: RunFolder, known: object, trials: int) -> str:
    if not isinstance(known, int) or trials >= known:
        return ""
    rule = f"must have the {known} trials that the checkpoint knows of"
    advice = "resume trains the others again"
    return f"{folder.journal_file}: {rule}, but has {trials}; {advice}"


def _seconds(value: object) -> float:
    try:
        return float(value) if is_number(value) else math.nan  # type: ignore[arg-type] # a number
    except OverflowError:
        return math.nan
