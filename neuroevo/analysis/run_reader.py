"""Reads a run while it goes on, at the cost of what is new: its summary, and what it found.

It reads the run folder and writes nothing; how what it read is shown is for others to say.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.journal_tally import JournalTally
from neuroevo.analysis.summary import Summary
from neuroevo.errors import NeuroevoError
from neuroevo.runs import (
    StatusReader,
    damage,
    read_champions,
    read_environment,
    read_experiment,
    read_start,
    read_study,
)
from neuroevo.runs.disk import Stamp, stamp, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from neuroevo.experiment import Experiment
    from neuroevo.runs import Champion, RunFolder, Trial

T = TypeVar("T")


class RunReader:
    """Reads a run as often as it is asked, and only what has changed.

    It may be asked from several threads. While only summaries are asked for, it keeps little.

    Parameters
    ----------
    folder
        The run.
    """

    def __init__(self, folder: "RunFolder") -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._opening = threading.Lock()  # taken before the other one
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
        self._asked: _Kept[Experiment] = _Kept()
        self._ran_on: _Kept[Mapping[str, Any]] = _Kept()
        self._champions: _Kept[tuple[Champion, ...]] = _Kept()
        self._tally: JournalTally | None = None
        self._findings: tuple[Summary, Findings] | None = None

    def summary(self) -> Summary:
        """Sum the run up as it is now; one that can't be read is told to be damaged.

        As long as nothing changes, the same object is returned.
        """
        with self._lock:
            return self._up_to_date()

    def findings(self) -> Findings:
        """Return what was found; only the trials of the front and the baselines have their curves.

        As long as nothing changes, the same object is returned. It keeps all trials from then on.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        with self._opening:
            self._keep_trials()
            with self._lock:
                summary = self._up_to_date()
                if self._findings is None or self._findings[0] is not summary:
                    self._findings = summary, self._read_findings(summary)
                return self._findings[1]

    def findings_with_studies(self) -> Findings:
        """Return what was found, with the random search and the ablation where there are such.

        Raises
        ------
        NeuroevoError
            If one of them, or the run, can't be read.
        """
        random, ablation = (
            tuple(replace(trial, curve=()) for trial in read_study(path))
            for path in (self.folder.random_file, self.folder.ablation_file)
        )
        return replace(self.findings(), random=random, ablation=ablation)

    def trial(self, number: int) -> "Trial | None":
        """Return the trial of a number with its curve, if there is one.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        with self._opening:
            tally = self._keep_trials()
            with self._lock:
                tally.advance()
                if tally.problems:
                    raise damage(self.folder.journal_file, tally.problems)
                return tally.whole(number)

    def forget(self) -> bool:
        """Forget what takes much memory, unless somebody is reading; tells whether it did."""
        if not self._opening.acquire(blocking=False):
            return False
        try:
            with self._lock:
                self._findings, self._champions = None, _Kept()
                if self._tally is not None:
                    self._tally.forget_trials()
        finally:
            self._opening.release()
        return True

    def _keep_trials(self) -> JournalTally:
        """Read the journal anew if not all that was read of it was kept."""
        if self._tally is not None and self._tally.keeps_trials:
            return self._tally
        with self._lock:
            summary = self._up_to_date()
        if summary.experiment is None:
            raise NeuroevoError(*summary.problems)
        # Without the lock: a long journal takes its time, and its summary may be asked meanwhile.
        tally = JournalTally(
            self.folder.journal_file, _objectives(summary.experiment), keeps_trials=True
        )
        tally.advance()
        with self._lock:
            self._tally, self._champions = tally, _Kept()
        return tally

    def _up_to_date(self) -> Summary:
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
            return self._read_sound()
        except NeuroevoError as error:
            return Summary(self.folder, "damaged", error.problems)
        except OSError as error:  # a file that vanished or was shut away meanwhile
            problems = unreadable(self.folder.path, error).problems
            return Summary(self.folder, "damaged", problems)

    def _read_sound(self) -> Summary:
        folder, experiment = self.folder, self._experiment()
        names, tally = _objectives(experiment), self._tally
        if tally is None or tally.names != names:
            keeps_trials = tally is not None and tally.keeps_trials
            tally = JournalTally(folder.journal_file, names, keeps_trials=keeps_trials)
            self._tally = tally
        status = self._status.read(tally.advance)
        if tally.problems:
            raise damage(folder.journal_file, tally.problems)
        if status.lost and status.state == "complete":
            raise NeuroevoError(status.lost)
        self._read_champions()
        return Summary(
            folder,
            status.state,
            problems=(*status.problems, *([status.lost] if status.lost else [])),
            experiment=experiment,
            trials=tally.count,
            expected=experiment.expected_trials,
            states=dict(tally.states),
            generations=tally.generations,
            front=tuple(tally.front),
            baselines=tuple(tally.baselines),
            started=str(self._environment().get("started", "")),
            seconds=status.seconds,
            reason=status.reason,
        )

    def _read_findings(self, summary: Summary) -> Findings:
        if summary.experiment is None or self._tally is None:
            raise NeuroevoError(*summary.problems)
        start = read_start(self.folder.start_file)
        shown = [each.number for each in (*summary.front, *summary.baselines)]
        return Findings(
            experiment=summary.experiment,
            trials=self._tally.trials(whole=shown),
            champions=self._read_champions(),
            columns=start.columns,
            kept=start.kept,
            environment=self._environment(),
            identity=self.folder.id,
            seconds=summary.seconds,
            finished=summary.state == "complete",
        )

    def _experiment(self) -> "Experiment":
        start, edited = self.folder.start_file, self.folder.experiment_file
        return self._asked.of(
            lambda: read_experiment(self.folder, read_start(start)), start, edited
        )

    def _environment(self) -> Mapping[str, Any]:
        path = self.folder.environment_file
        return self._ran_on.of(lambda: read_environment(path), path)

    def _read_champions(self) -> "tuple[Champion, ...]":
        """Read the champions, so that damage is told; they are kept where the trials are."""
        path = self.folder.champions_file

        def read() -> "tuple[Champion, ...]":
            found = tuple(read_champions(path)) if path.exists() else ()
            return found if self._tally is not None and self._tally.keeps_trials else ()

        return self._champions.of(read, path)


class _Kept(Generic[T]):
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


def _objectives(experiment: "Experiment") -> tuple[str, ...]:
    return tuple(experiment.evolution.objectives)
