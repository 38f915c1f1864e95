"""Reads all that a run has recorded, also from a folder that somebody has edited.

Does not know with what it is compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from neuroevo.errors import BusyError, DataError, StorageError, UsageError
from neuroevo.experiment import Experiment
from neuroevo.runs import (
    HeldOutScores,
    RescoredTrial,
    RunFolder,
    Start,
    Trial,
    experiment_at_start,
    holder,
    read_best,
    read_champions,
    read_checkpoints,
    read_environment,
    read_experiment,
    read_held_out,
    read_intact_trials,
    read_start,
)

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a run has recorded.

    Parameters
    ----------
    identity
        Its id.
    start, experiment, trials, rescored, held_out, environment
        As in its folder; None for champions and scores that are not there.
    state
        The state in its newest checkpoint; empty if there is none.
    best
        The text of its best configuration.
    folder
        Its folder, None in memory.
    problems
        Name of a part -> a line for each reason why it can't be read, or was edited.
    """

    identity: str
    start: Start
    experiment: Experiment
    trials: tuple[Trial, ...]
    rescored: tuple[RescoredTrial, ...] | None
    held_out: HeldOutScores | None
    environment: Mapping[str, Any]
    state: Mapping[str, Any] = field(default_factory=dict)
    best: str = ""
    folder: RunFolder | None = None
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """Whether its search was finished."""
        return self.folder is None or bool(self.state.get("phase") == "finished")


def read_recorded(folder: RunFolder) -> RecordedRun:
    """Read all that a run has recorded; what was edited or damaged is a problem of its part.

    Raises
    ------
    BusyError
        If a process writes to the run.
    StorageError, DataError
        If its start is damaged, or a file can't be read.
    """
    if writer := holder(folder):
        raise BusyError(
            f"{folder.id}: must not be written to while it is verified, but is {writer}"
        )
    start = read_start(folder.start_file)
    problems: dict[str, tuple[str, ...]] = {}
    experiment = _part(problems, "experiment", partial(read_experiment, folder, start))
    if experiment is None:
        experiment = experiment_at_start(folder, start)
    states, damage = read_checkpoints(folder)
    if damage:
        problems["checkpoint"] = tuple(damage)

    trials, damage = read_intact_trials(folder.journal_file)
    if damage:
        problems["trials"] = tuple(damage)

    def rescored() -> tuple[RescoredTrial, ...] | None:
        file = folder.champions_file
        return tuple(read_champions(file)) if file.exists() else None

    def held_out() -> HeldOutScores | None:
        file = folder.test_file
        return read_held_out(file, start.columns) if file.exists() else None

    return RecordedRun(
        folder.id,
        start,
        experiment,
        tuple(trials),
        _part(problems, "champions", rescored),
        _part(problems, "test scores", held_out),
        _part(problems, "environment", partial(read_environment, folder.environment_file)) or {},
        states[0] if states else {},
        read_best(folder.best_file),
        folder,
        problems,
    )


def _part(problems: dict[str, tuple[str, ...]], name: str, read: Callable[[], Part]) -> Part | None:
    """Read a part of a run; if that is not possible, its problems are added."""
    try:
        return read()
    except (StorageError, DataError, UsageError) as error:
        problems[name] = error.problems
        return None
