"""Follows a run while it is searched, and passes its trials to a tracker.

Knows the journal, which it reads while it grows; does not know what trackers do.
"""

import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Self

from neuroevo.errors import NeuroevoError
from neuroevo.experiment import Experiment
from neuroevo.runs import (
    JournalReader,
    RunFolder,
    Trial,
    read_champions,
    read_held_out,
    read_start,
    read_status,
)
from neuroevo.tracking.trackers import Ending, Tracker, tracker_named

_PAUSE = 0.5  # seconds between two looks at the journal
_QUIET = 5.0  # seconds after the end of the run, after which a line says what is waited for
_PATIENCE = 60.0  # seconds without a trial that is received, after which no more is waited
_LONGEST = 200  # characters of a message that are shown


class Following:
    """A thread that passes a run to a tracker; a context manager around its search and report.

    Leaving it waits until the tracker has received everything, also of a run that was stopped,
    unless it receives nothing for a minute. That, and whatever the tracker raises, becomes one
    warning; it then receives nothing more.

    Parameters
    ----------
    name
        One of `TRACKERS`.
    best
        Returns the numbers of the trials of a run's front, best first, at the end.
    """

    def __init__(self, name: str, best: Callable[[RunFolder], tuple[int, ...]]) -> None:
        self._name, self._best = name, best
        self._thread: threading.Thread | None = None
        self._ended, self._received = threading.Event(), threading.Event()
        self._problem = ""
        self._is_stopped = False

    def begin(self, folder: RunFolder, experiment: Experiment) -> None:
        """Begin to follow a run, at the first call."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._follow, args=(folder, experiment), name=self._name, daemon=True
            )
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: object, __: TracebackType | None
    ) -> None:
        self._is_stopped = kind is not None
        self._ended.set()
        if self._thread is not None:
            self._wait_for(self._thread)
        if self._problem:
            text = f"log: {self._name} has not received the whole run ({self._problem})"
            warnings.warn(f"{text}; the run itself is unharmed", stacklevel=2)

    def _wait_for(self, thread: threading.Thread) -> None:
        """Wait until the tracker has received everything, or has received nothing for too long."""
        thread.join(_QUIET)
        if thread.is_alive():
            text = f"log: waiting until {self._name} has received the run"
            warnings.warn(f"{text}; the run itself has ended", stacklevel=3)
        while thread.is_alive():
            self._received.clear()
            thread.join(_PATIENCE)
            if thread.is_alive() and not self._received.is_set():
                self._problem = f"it received nothing for {_PATIENCE:g} s"
                return

    def _follow(self, folder: RunFolder, experiment: Experiment) -> None:
        try:
            tracker = tracker_named(self._name)
            tracker.begin(folder, experiment)
            self._received.set()
            self._pass_trials(folder, tracker)
            if self._is_stopped:
                tracker.end(Ending(read_status(folder).reason, complete=False))
            else:
                tracker.end(_ending(folder, self._best(folder)))
        except Exception as error:  # noqa: BLE001 - a tracker may raise anything
            text = " ".join(f"{type(error).__name__}: {error}".split())
            self._problem = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

    def _pass_trials(self, folder: RunFolder, tracker: Tracker) -> None:
        reader = JournalReader(folder.journal_file)
        seen: set[int] = set()
        while True:
            is_last = self._ended.is_set()  # before reading, so that nothing is missed
            while not (appended := reader.read()).is_empty:
                for trial in appended.trials:
                    self._pass(trial, seen, tracker)
                    self._received.set()
            if is_last:
                return
            self._ended.wait(_PAUSE)

    @staticmethod
    def _pass(trial: Trial, seen: set[int], tracker: Tracker) -> None:
        if trial.number not in seen:
            seen.add(trial.number)
            tracker.add(trial)


def _ending(folder: RunFolder, best: tuple[int, ...]) -> Ending:
    status = read_status(folder)
    try:
        rescored = tuple(read_champions(folder.champions_file))
    except NeuroevoError:  # there may be none of a function
        rescored = ()
    held_out = None
    if folder.test_file.exists():
        held_out = read_held_out(folder.test_file, read_start(folder.start_file).columns)
    return Ending(status.reason, status.state == "complete", best, rescored, held_out)
