"""Reads a run repeatedly while it is running, and only what is new."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.held_out_models import important_first
from neuroevo.analysis.journal_statistics import JournalStatistics
from neuroevo.analysis.summary import Summary
from neuroevo.errors import NeuroevoError
from neuroevo.runs import (
    StatusReader,
    champion_first,
    damage,
    fresh_scores,
    read_champions,
    read_experiment,
    read_held_out,
    read_start,
    read_study,
    shown_environment,
)
from neuroevo.storage.disk import Stamp, stamp, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from neuroevo.evaluation.scores import Score
    from neuroevo.experiment import Experiment
    from neuroevo.runs import FreshScores, HeldOutScores, RescoredTrial, RunFolder, Trial

    _Rescored: TypeAlias = tuple[tuple[RescoredTrial, ...], Mapping[int, FreshScores]]

T = TypeVar("T")


class RunReader:
    """Reads a run as often as it is called, and only the files that have changed.

    Several threads may use it. It needs little memory as long as only summaries are read.

    Parameters
    ----------
    folder
        The run.
    """

    def __init__(self, folder: "RunFolder") -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._opening = threading.Lock()  # acquired before the other one
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
            folder.test_file,
            folder.random_file,
            folder.ablation_file,
        )
        self._experiment: _Cached[Experiment] = _Cached(
            lambda: read_experiment(folder, read_start(folder.start_file)),
            folder.start_file,
            folder.experiment_file,
        )
        self._environment: _Cached[Mapping[str, Any]] = _Cached(
            lambda: shown_environment(folder.environment_file), folder.environment_file
        )
        self._held_out: _Cached[HeldOutScores | None] = _Cached(
            lambda: _read_held_out(folder), folder.start_file, folder.test_file
        )
        self._rescored = self._nothing_rescored()
        self._journal: JournalStatistics | None = None
        self._findings: tuple[Summary, Findings] | None = None

    def summary(self) -> Summary:
        """Summarise the run as it is now; if it can't be read, its state is ``unreadable``.

        As long as nothing changes, the same object is returned.
        """
        with self._lock:
            return self._up_to_date()

    def findings(self) -> Findings:
        """Return the findings.

        As long as nothing changes, the same object is returned. All trials are kept from then on.

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
        """Return the findings with the trials of the random search and the ablation, if any.

        Raises
        ------
        NeuroevoError
            If one of them, or the run, can't be read.
        """
        random, ablation = (
            tuple(read_study(path)) for path in (self.folder.random_file, self.folder.ablation_file)
        )
        return replace(self.findings(), random=random, ablation=ablation)

    def trial(self, number: int) -> "Trial | None":
        """Return the trial of a number, if it exists.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        trials = self.findings().trials
        place = bisect_left(trials, number, key=attrgetter("number"))
        found = trials[place : place + 1]
        return found[0] if found and found[0].number == number else None

    def forget(self) -> bool:
        """Free memory, unless another thread is reading; returns whether it did."""
        if not self._opening.acquire(blocking=False):
            return False
        try:
            with self._lock:
                self._findings, self._rescored = None, self._nothing_rescored()
                if self._journal is not None:
                    self._journal.forget_trials()
        finally:
            self._opening.release()
        return True

    def _keep_trials(self) -> JournalStatistics:
        """Read the journal again if its trials were not kept."""
        if self._journal is not None and self._journal.keeps_trials:
            return self._journal
        with self._lock:
            summary = self._up_to_date()
        if summary.experiment is None:
            raise NeuroevoError(*summary.problems)
        # Without the lock: a long journal takes time, and a summary may be needed meanwhile.
        objectives, constraints = summary.experiment.objectives, summary.experiment.constraints
        journal = JournalStatistics(
            self.folder.journal_file, objectives, constraints, keeps_trials=True
        )
        journal.advance()
        if journal.problems:
            raise damage(self.folder.journal_file, journal.problems)
        with self._lock:
            self._journal, self._rescored = journal, self._nothing_rescored()
        return journal

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
            return self._read_summary()
        except NeuroevoError as error:
            return Summary(self.folder, "unreadable", error.problems)
        except OSError as error:  # a file that was removed or protected meanwhile
            problems = unreadable(self.folder.path, error).problems
            return Summary(self.folder, "unreadable", problems)

    def _read_summary(self) -> Summary:
        folder, experiment = self.folder, self._experiment.value()
        journal, goal = self._journal, (experiment.objectives, experiment.constraints)
        if journal is None or (journal.objectives, journal.constraints) != goal:
            journal = JournalStatistics(
                folder.journal_file,
                *goal,
                keeps_trials=journal is not None and journal.keeps_trials,
            )
            self._journal = journal
        status = self._status.read(journal.advance)
        if journal.problems:
            raise damage(folder.journal_file, journal.problems)
        if status.lost and status.state == "complete":
            raise NeuroevoError(status.lost)
        _, fresh = self._rescored.value()
        front = champion_first(
            journal.front, experiment, fresh if status.state == "complete" else {}
        )
        problems = [*status.problems, *filter(None, [status.lost])]
        test = self._test_scores(front[:1], problems) if status.state == "complete" else {}
        return Summary(
            folder,
            status.state,
            problems=tuple(problems),
            experiment=experiment,
            trials=journal.count,
            expected=experiment.expected_trials,
            states=dict(journal.states),
            generations=journal.generations,
            front=front,
            test=test,
            baselines=tuple(journal.baselines),
            started=str(self._environment.value().get("started", "")),
            seconds=status.seconds,
            reason=status.reason,
        )

    def _read_findings(self, summary: Summary) -> Findings:
        if summary.experiment is None or self._journal is None:
            raise NeuroevoError(*summary.problems)
        start, finished = read_start(self.folder.start_file), summary.state == "complete"
        return Findings(
            experiment=summary.experiment,
            trials=self._journal.trials(),
            rescored=self._rescored.value()[0],
            columns=start.columns,
            kept=start.kept,
            preparation=start.preparation,
            held_out=self._held_out.value() if finished else None,
            environment=self._environment.value(),
            identity=self.folder.id,
            seconds=summary.seconds,
            finished=finished,
            fingerprint=start.data,
            reason=summary.reason,
            initial=start.initial,
            initial_from=start.initial_from,
            earlier_runs=start.earlier_runs,
        )

    def _test_scores(self, best: "Sequence[Trial]", problems: list[str]) -> "Mapping[str, Score]":
        """Return the scores of the best trial; a file that can't be read is added to problems."""
        try:
            held_out = self._held_out.value()
        except NeuroevoError as error:
            problems += error.problems
            return {}
        models = [held_out.of_trial(trial.number) for trial in best] if held_out else []
        if not models or models[0] is None:
            return {}
        return important_first(models[0].scores, self._experiment.value().objectives[0])

    def _nothing_rescored(self) -> "_Cached[_Rescored]":
        """Return a new cache of the champions, and of their scores on fresh seeds.

        It keeps the champions only if the trials are kept.
        """
        path = self.folder.champions_file

        def read() -> "_Rescored":
            found = tuple(read_champions(path)) if path.exists() else ()  # fails if damaged
            reduction = self._experiment.value().evolution.reduction
            fresh = {each.number: fresh_scores(each, reduction) for each in found}
            is_kept = self._journal is not None and self._journal.keeps_trials
            return found if is_kept else (), fresh

        return _Cached(read, path)


def _read_held_out(folder: "RunFolder") -> "HeldOutScores | None":
    if not folder.test_file.exists():
        return None
    return read_held_out(folder.test_file, read_start(folder.start_file).columns)


class _Cached(Generic[T]):
    """A value that is read from some files, and read again if they have changed."""

    def __init__(self, read: Callable[[], T], *files: "Path") -> None:
        self._read = read
        self._files = files
        self._stamps: tuple[Stamp | None, ...] | None = None
        self._value: T

    def value(self) -> T:
        """Return the value, after reading the files if they have changed."""
        stamps = tuple(map(stamp, self._files))
        if stamps != self._stamps:
            self._value = self._read()
            self._stamps = stamps
        return self._value
