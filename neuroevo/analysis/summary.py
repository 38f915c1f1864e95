"""A run in a few numbers, kept up to date while it goes on at the cost of what is new.

It reads the run folder and writes nothing; how the numbers are shown is for others to say.
"""

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np

from neuroevo.errors import NeuroevoError
from neuroevo.evaluation import OBJECTIVES
from neuroevo.evolution.front import nondominated
from neuroevo.runs import (
    JournalReader,
    StatusReader,
    damage,
    read_champions,
    read_environment,
    read_experiment,
    read_start,
)
from neuroevo.runs.disk import Stamp, stamp, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Experiment
    from neuroevo.runs import RunFolder, Trial

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Generation:
    """What a generation has brought.

    Parameters
    ----------
    number
        From 0 on.
    trials
        How many of its trials are done.
    best
        The lowest score in each objective among those whose scores are all finite; NaN where
        there is none.
    """

    number: int
    trials: int
    best: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A run in a few numbers.

    Parameters
    ----------
    folder
        Where it lies.
    state
        How it stands; ``damaged`` if it can't be read.
    problems
        Why it can't be read, a line each; else what resuming would mend.
    experiment
        What was asked; None if that can't be read.
    trials
        Trials that are done, baselines included.
    expected
        Trials that the experiment asks for, baselines included.
    states
        How many trials of the search ended in which state.
    generations
        What each generation has brought, those without a trial left out.
    front
        The Pareto front of the search, best first, without the learning curves.
    baselines
        The baselines' trials, likewise.
    started
        ISO 8601 time with its offset from UTC, empty where it isn't known.
    seconds
        What the search has taken, as of its newest checkpoint; NaN where it isn't known.
    reason
        Why the search ended.
    """

    folder: "RunFolder"
    state: Literal["running", "interrupted", "complete", "damaged"]
    problems: tuple[str, ...] = ()
    experiment: "Experiment | None" = None
    trials: int = 0
    expected: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    generations: tuple[Generation, ...] = ()
    front: "tuple[Trial, ...]" = ()
    baselines: "tuple[Trial, ...]" = ()
    started: str = ""
    seconds: float = math.nan
    reason: str = ""

    @property
    def objectives(self) -> "tuple[Objective, ...]":
        """The objectives of the search, in the experiment's order."""
        names = self.experiment.evolution.objectives if self.experiment is not None else ()
        return tuple(OBJECTIVES[name] for name in names)

    @property
    def best(self) -> Mapping[str, float | None]:
        """The lowest score of the front in each objective; None while it is empty."""
        return {
            item.name: min((trial.objectives[item.name] for trial in self.front), default=None)
            for item in self.objectives
        }

    def described(self) -> dict[str, Any]:
        """Describe the run as plain JSON values."""
        described: dict[str, Any] = {"id": self.folder.id, "path": str(self.folder.path)}
        if self.experiment is None or self.state == "damaged":
            return described | {"state": self.state, "problems": list(self.problems)}
        return described | {
            "name": self.experiment.name,
            "note": self.experiment.note,
            "state": self.state,
            "trials": self.trials,
            "generation": len(self.generations),
            "started": self.started or None,
            "seconds": self.seconds if math.isfinite(self.seconds) else None,
            "best": dict(self.best),
        }


class Summarizer:
    """Sums a run up as often as it is asked, and reads only what has changed.

    It may be asked from several threads.

    Parameters
    ----------
    folder
        The run.
    """

    def __init__(self, folder: "RunFolder") -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._status = StatusReader(folder)
        self._summary: Summary | None = None
        self._stamps: tuple[Stamp | None, ...] = ()
        self._files = (
            folder.path,  # which changes with every file that is replaced in it
            folder.journal_file,
            folder.start_file,
            folder.experiment_file,
            folder.environment_file,
            folder.champions_file,
            folder.random_file,
            folder.ablation_file,
        )
        self._asked: Kept[Experiment] = Kept()
        self._ran_on: Kept[str] = Kept()
        self._champions: Kept[None] = Kept()
        self._tally: _Tally | None = None

    def summary(self) -> Summary:
        """Sum the run up as it is now; one that can't be read is told to be damaged.

        As long as nothing changes, the same object is returned.
        """
        with self._lock:
            stamps = tuple(map(stamp, self._files))
            known = self._summary
            # The end of a process that was killed changes no file.
            if known is None or stamps != self._stamps:
                known = self._read()
            elif known.state == "running":
                now = self._read()
                known = known if now.state == known.state else now
            self._summary, self._stamps = known, stamps
            return known

    def _read(self) -> Summary:
        try:
            return self._sound()
        except NeuroevoError as error:
            return Summary(self.folder, "damaged", error.problems)
        except OSError as error:  # a file that vanished or was shut away meanwhile
            problems = unreadable(self.folder.path, error).problems
            return Summary(self.folder, "damaged", problems)

    def _sound(self) -> Summary:
        folder = self.folder
        experiment = self._asked.of(
            lambda: read_experiment(folder, read_start(folder.start_file)),
            folder.start_file,
            folder.experiment_file,
        )
        names = tuple(experiment.evolution.objectives)
        if self._tally is None or self._tally.names != names:
            self._tally = _Tally(folder.journal_file, names)
        status = self._status.read(self._tally.advance)
        if self._tally.problems:
            raise damage(folder.journal_file, self._tally.problems)
        if status.lost and status.state == "complete":
            raise NeuroevoError(status.lost)
        self._champions.of(lambda: _check_champions(folder), folder.champions_file)
        tally = self._tally
        return Summary(
            folder,
            status.state,
            problems=(*status.problems, *([status.lost] if status.lost else [])),
            experiment=experiment,
            trials=tally.trials,
            expected=experiment.expected_trials,
            states=dict(tally.states),
            generations=tally.generations,
            front=tuple(tally.front),
            baselines=tuple(tally.baselines),
            started=self._ran_on.of(lambda: _started(folder), folder.environment_file),
            seconds=status.seconds,
            reason=status.reason,
        )


class Kept(Generic[T]):
    """What was read from some files, as long as they are what they were."""

    def __init__(self) -> None:
        self._stamps: tuple[Stamp | None, ...] | None = None
        self._value: T

    def of(self, read: Callable[[], T], *files: "Path") -> T:
        """Return what was read from some files, after reading them if they have changed."""
        stamps = tuple(map(stamp, files))
        if stamps != self._stamps:
            self._value = read()
            self._stamps = stamps
        return self._value


class _Tally:
    """Counts the trials of a journal that grows, and keeps the best of them."""

    def __init__(self, path: "Path", names: tuple[str, ...]) -> None:
        self.names = names
        self._reader = JournalReader(path)
        self._begin()

    def _begin(self) -> None:
        self.trials = 0
        self.problems: list[str] = []
        self.states: Counter[str] = Counter()
        self.front: list[Trial] = []
        self.baselines: list[Trial] = []
        self._done: Counter[int] = Counter()
        self._best: dict[int, tuple[float, ...]] = {}

    @property
    def generations(self) -> tuple[Generation, ...]:
        """What each generation has brought so far."""
        nothing = (math.nan,) * len(self.names)
        return tuple(
            Generation(number, self._done[number], self._best.get(number, nothing))
            for number in sorted(self._done)
        )

    def advance(self) -> int:
        """Count what was committed since; returns how many lines the journal has then."""
        while True:
            new = self._reader.read()
            if new.afresh:
                self._begin()
            if new.is_empty:
                return self.trials + len(self.problems)
            self.trials += len(new.trials)
            self.problems += new.problems
            self._add([replace(trial, curve=()) for trial in new.trials])

    def _add(self, trials: "list[Trial]") -> None:
        searched = [trial for trial in trials if trial.operator != "baseline"]
        self.baselines += [trial for trial in trials if trial.operator == "baseline"]
        self.states.update(trial.state for trial in searched)
        self._done.update(trial.generation for trial in searched)
        complete = [trial for trial in searched if all(map(math.isfinite, self._scores(trial)))]
        for trial in complete:
            scores = self._scores(trial)
            best = self._best.get(trial.generation, scores)
            self._best[trial.generation] = tuple(map(min, best, scores))
        candidates = sorted([*self.front, *complete], key=attrgetter("number"))
        kept = np.flatnonzero(nondominated([self._scores(trial) for trial in candidates]))
        self.front = sorted((candidates[index] for index in kept), key=self._scores)

    def _scores(self, trial: "Trial") -> tuple[float, ...]:
        return tuple(trial.objectives.get(name, math.nan) for name in self.names)


def _started(folder: "RunFolder") -> str:
    return str(read_environment(folder.environment_file).get("started", ""))


def _check_champions(folder: "RunFolder") -> None:
    if folder.champions_file.exists():
        read_champions(folder.champions_file)
