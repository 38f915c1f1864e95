"""How a run stands: it goes on, was interrupted, or is complete. Read from its folder, cheaply."""

import math
from dataclasses import dataclass
from typing import Literal

from neuroevo.runs.checkpoint import read_checkpoints
from neuroevo.runs.folder import RunFolder
from neuroevo.runs.journal import count_trials
from neuroevo.runs.lock import holder
from neuroevo.space.values import is_number


@dataclass(frozen=True, slots=True)
class Status:
    """How a run stands.

    Parameters
    ----------
    state
        Whether somebody writes to it, nobody does although it is not done, or it is done.
    reason
        Why the search ended, empty before.
    generation
        Generations that are done, as of the newest checkpoint.
    trials
        Trials in the journal, baselines included.
    seconds
        Time that the search took until the newest checkpoint; NaN before the first one.
    problems
        One line for each checkpoint that can't be used. Resuming does without them.
    lost
        One line on trials that the journal has lost, empty if it has all that the newest checkpoint
        knows of. Resuming trains them again.
    """

    state: Literal["running", "interrupted", "complete"]
    reason: str
    generation: int
    trials: int
    seconds: float
    problems: tuple[str, ...] = ()
    lost: str = ""


def read_status(folder: RunFolder) -> Status:
    """Read how a run stands.

    Raises
    ------
    StorageError
        If its journal is there, but can't be read.
    """
    is_held = holder(folder) is not None  # asked first: who lets go has written its checkpoint
    states, problems = read_checkpoints(folder)
    checkpoint = states[0] if states else {}
    is_complete = checkpoint.get("phase") == "finished"
    generation = checkpoint.get("generation")
    trials = count_trials(folder.journal_file)
    return Status(
        "complete" if is_complete else "running" if is_held else "interrupted",
        reason=str(checkpoint.get("reason", "")),
        generation=generation if isinstance(generation, int) else 0,
        trials=trials,
        seconds=_seconds(checkpoint.get("seconds")),
        problems=tuple(problems),
        lost=_lost(folder, checkpoint.get("trials"), trials),
    )


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
