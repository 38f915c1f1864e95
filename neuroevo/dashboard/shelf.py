"""The runs of a results folder, each read once and then only what is new of it.

It hands out what was found; it knows no page and no request.
"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from neuroevo.analysis.run_reader import RunReader
from neuroevo.analysis.summary import Summary
from neuroevo.playground import report_page
from neuroevo.runs import (
    RunFolder,
    list_runs,
)

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
                    if self._opened[oldest].forget():
                        del self._opened[oldest]
        return book

    def _book(self, folder: RunFolder) -> "Book":
        return self._books.setdefault(folder.id, Book(folder))


class Book(RunReader):
    """One run and all that can be read in it.

    Parameters
    ----------
    folder
        Where it lies.
    """

    def __init__(self, folder: RunFolder) -> None:
        super().__init__(folder)
        self._making = threading.Lock()
        self._report: _Report | None = None

    def forget(self) -> bool:
        """Forget what takes much memory, unless somebody is reading; tells whether it did."""
        if not self._making.acquire(blocking=False):
            return False
        try:
            self._report = None
            return super().forget()
        finally:
            self._making.release()

    def report(self) -> bytes:
        """Return the report as it would be written now.

        All who ask while one is being made share the next, however quickly the run goes on.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        asked = time.monotonic()
        with self._making:
            known = self._report
            if known is None or (known.began < asked and known.summary is not self.summary()):
                began, summary = time.monotonic(), self.summary()
                text = report_page(self.findings_with_studies()).encode()
                known = self._report = _Report(summary, began, text)
            return known.text


class _Report(NamedTuple):
    summary: Summary
    began: float
    text: bytes
