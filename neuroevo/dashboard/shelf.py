"""The runs of a results folder, each read once and then only what is new of it.

It hands out what was found; it knows no page and no request.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from neuroevo.analysis.findings import Findings
from neuroevo.analysis.summary import Kept, Summarizer, Summary
from neuroevo.errors import NeuroevoError
from neuroevo.playground import report_page
from neuroevo.report.run import Run
from neuroevo.runs import (
    JournalReader,
    RunFolder,
    damage,
    list_runs,
    read_champions,
    read_environment,
    read_start,
    read_trial,
)

if TYPE_CHECKING:
    from neuroevo.runs import Champion, Trial

MOST_OPEN = 8  # runs whose trials are kept in memory
FRESH = 0.4  # seconds for which a look at all runs is good
PATIENCE = 0.5  # seconds that a look waits for runs that were never read


@dataclass(frozen=True, slots=True)
class Glance:
    """A run among others: where it lies, and its summary once it has been read."""

    folder: RunFolder
    summary: Summary | None


class Shelf:
    """The runs of a results folder; may be asked from several threads.

    Parameters
    ----------
    results
        The folder; it need not exist yet.
    """

    def __init__(self, results: Path) -> None:
        self.results = results
        self._lock = threading.Lock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._books: dict[str, Book] = {}
        self._first: dict[str, Future[Summary]] = {}
        self._looked = -FRESH
        self._glances: tuple[Glance, ...] = ()
        self._opened: dict[str, Book] = {}  # by when they were used, latest last

    def look(self) -> tuple[Glance, ...]:
        """Look at all runs, youngest first.

        Runs that were never read are read in the background, since that may take long.

        Raises
        ------
        StorageError
            If the results folder can't be read.
        """
        with self._lock:
            if time.monotonic() - self._looked < FRESH:
                return self._glances
            books = [self._book(folder) for folder in reversed(list_runs(self.results))]
            new = [book for book in books if book.folder.id not in self._first]
            self._first |= {book.folder.id: self._reader.submit(book.summary) for book in new}
            wait([self._first[book.folder.id] for book in new], PATIENCE)
            self._glances = tuple(
                Glance(book.folder, book.summary() if self._first[book.folder.id].done() else None)
                for book in books
            )
            self._looked = time.monotonic()
            return self._glances

    def find(self, identity: str) -> "Book | None":
        """Return the run of a name, if the results folder holds one.

        Raises
        ------
        StorageError
            If the results folder can't be read.
        """
        for folder in list_runs(self.results):
            if folder.id == identity:
                with self._lock:
                    return self._book(folder)
        return None

    def open(self, identity: str) -> "Book | None":
        """Return the run of a name to read its trials; of those opened before a few stay so."""
        book = self.find(identity)
        if book is not None:
            with self._lock:
                self._opened.pop(identity, None)
                self._opened[identity] = book
                for oldest in list(self._opened)[:-MOST_OPEN]:
                    if self._opened[oldest].close():
                        del self._opened[oldest]
        return book

    def _book(self, folder: RunFolder) -> "Book":
        return self._books.setdefault(folder.id, Book(folder))


class Book:
    """One run and all that can be read in it.

    Parameters
    ----------
    folder
        Where it lies.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._summarizer = Summarizer(folder)
        self._lock = threading.RLock()
        self._begin()

    def close(self) -> bool:
        """Forget what takes much memory, unless somebody is reading; tells whether it did."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._begin()
        finally:
            self._lock.release()
        return True

    def _begin(self) -> None:
        self._index = _Index(self.folder.journal_file)
        self._champions: Kept[tuple[Champion, ...]] = Kept()
        self._findings: tuple[Summary, Findings] | None = None
        self._report: _Report | None = None

    def summary(self) -> Summary:
        """Return the run in a few numbers."""
        return self._summarizer.summary()

    def findings(self) -> Findings:
        """Return what was found; only the trials of the front and the baselines have their curves.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        with self._lock:
            summary = self.summary()
            if self._findings is None or self._findings[0] is not summary:
                self._findings = summary, self._read(summary)
            return self._findings[1]

    def trial(self, number: int) -> "Trial | None":
        """Return the trial of a number with its curve, if there is one.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        with self._lock:
            self._index.advance()
            return self._index.whole(number)

    def report(self) -> bytes:
        """Return the report as it would be written now.

        All who ask while one is being made share the next, however quickly the run goes on.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        asked = time.monotonic()
        with self._lock:
            known = self._report
            if known is None or (known.began < asked and known.summary is not self.summary()):
                began, summary = time.monotonic(), self.summary()
                text = report_page(Run(self.folder).findings).encode()
                known = self._report = _Report(summary, began, text)
            return known.text

    def _read(self, summary: Summary) -> Findings:
        if summary.experiment is None:
            raise NeuroevoError(*summary.problems)
        self._index.advance()
        champions = self.folder.champions_file
        shown = [each.number for each in (*summary.front, *summary.baselines)]
        start = read_start(self.folder.start_file)
        return Findings(
            experiment=summary.experiment,
            columns=start.columns,
            kept=start.kept,
            trials=self._index.trials(whole=shown),
            champions=self._champions.of(
                lambda: tuple(read_champions(champions)) if champions.exists() else (), champions
            ),
            environment=read_environment(self.folder.environment_file),
            identity=self.folder.id,
            seconds=summary.seconds,
            finished=summary.state == "complete",
        )


class _Report(NamedTuple):
    summary: Summary
    began: float
    text: bytes


class _Index:
    """The trials of a journal that grows, without their curves, and where each stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader = JournalReader(path)
        self._trials: list[Trial] = []  # by number
        self._places: dict[int, int] = {}

    def advance(self) -> None:
        """Read what was committed since.

        Raises
        ------
        StorageError
            If a line is damaged.
        """
        while True:
            new = self._reader.read()
            if new.afresh:
                self._trials, self._places = [], {}
            if new.problems:
                self._reader = JournalReader(self._path)
                raise damage(self._path, new.problems)
            if new.is_empty:
                return
            bare = (replace(trial, curve=()) for trial in new.trials)
            self._trials = sorted([*self._trials, *bare], key=attrgetter("number"))
            places = zip(new.trials, new.places, strict=True)
            self._places.update((trial.number, place) for trial, place in places)

    def whole(self, number: int) -> "Trial | None":
        """Return a trial with its curve."""
        place = self._places.get(number)
        return None if place is None else read_trial(self._path, place)

    def trials(self, whole: Iterable[int]) -> "tuple[Trial, ...]":
        """Return all trials by number, some of them with their curves."""
        trials: Sequence[Trial] = self._trials.copy()
        for number in whole:
            found = self.whole(number)
            place = bisect_left(trials, number, key=attrgetter("number"))
            if found is not None:
                trials[place] = found  # type: ignore[index] # a list
        return tuple(trials)
