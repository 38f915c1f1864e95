"""The trackers by name, and what all of them do; knows none of their packages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol

from neuroevo.errors import UsageError
from neuroevo.experiment import Experiment
from neuroevo.runs import HeldOutScores, RescoredTrial, RunFolder, Trial
from neuroevo.settings import one_of


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    reason: str  # why the search ended or was interrupted
    complete: bool = True  # whether it was not interrupted
    best: tuple[int, ...] = ()  # numbers of the trials of the front, the champion first
    rescored: tuple[RescoredTrial, ...] = ()
    held_out: HeldOutScores | None = None


class Tracker(Protocol):
    """Receives a run from a thread of its own, and may raise anything."""

    def begin(self, folder: RunFolder, experiment: Experiment) -> None:
        """Receive the run, before its trials."""

    def add(self, trial: Trial) -> None:
        """Receive a finished trial."""

    def end(self, ending: Ending) -> None:
        """Receive the results; the report is written then."""


@dataclass(frozen=True, slots=True)
class _Entry:
    module: str  # of ours, with a class `Tracker`
    package: str  # that it imports
    extra: str  # that installs it


TRACKERS: Mapping[str, _Entry] = {
    "mlflow": _Entry("neuroevo.tracking.mlflow_tracker", "mlflow", "mlflow"),
    "tensorboard": _Entry("neuroevo.tracking.tensorboard_tracker", "tensorboardX", "tensorboard"),
}
"""Every tracker by its name."""


def check_trackers(names: Collection[str]) -> None:
    """Raise a UsageError with a line for each tracker that is unknown or not installed."""
    problems = [f"log: {one_of(name, TRACKERS)}" for name in names if name not in TRACKERS]
    known = {name: TRACKERS[name] for name in names if name in TRACKERS}
    problems += [
        f"log: {name} needs {entry.package}; pip install 'neuroevo[{entry.extra}]'"
        for name, entry in known.items()
        if find_spec(entry.package) is None
    ]
    if problems:
        raise UsageError(*problems)


def tracker_named(name: str) -> Tracker:
    """Make a tracker; it may raise anything that the import of its package raises."""
    tracker: Tracker = import_module(TRACKERS[name].module).Tracker()
    return tracker
