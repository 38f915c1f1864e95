"""The runs of a results folder or a sweep, each read once and then only what is new in it.

It returns what was read and where its pages are; it knows no page and no request.
"""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from neuroevo.analysis.run_reader import RunReader
from neuroevo.analysis.summary import Summary
from neuroevo.dashboard.links import ALL_RUNS, ROOT, Link
from neuroevo.dashboard.security import address
from neuroevo.playground import report_page
from neuroevo.report.served import Served
from neuroevo.runs import RunFolder, list_runs

MOST_OPEN = 8  # runs whose trials are kept in memory
LISTING_SECONDS = 0.4  # in which a listing is not made again
FIRST_READ_SECONDS = 0.5  # that a listing waits for runs that were never read


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run in the list: its folder, and its summary once it has been read."""

    folder: RunFolder
    summary: Summary | None


class RunList:
    """The runs of a results folder, which may not exist yet; for use from several threads.

    Parameters
    ----------
    results
        The folder.
    above
        The text and the address of the page that lists its runs, if that is not the list of all.
    """

    def __init__(self, results: Path, above: Link | None = None) -> None:
        self.results = results
        self._above = above
        self._lock = threading.Lock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._runs: dict[str, CachedRun] = {}
        self._first_reads: dict[str, Future[Summary]] = {}
        self._listed_at = -LISTING_SECONDS
        self._listed: tuple[ListedRun, ...] = ()
        self._opened: dict[str, CachedRun] = {}  # last used last

    def listed(self) -> tuple[ListedRun, ...]:
        """Return all runs, newest first.

        Runs that were never read are read in the background, since that may take long.

        Raises
        ------
        StorageError
            If the results folder can't be read.
        """
        with self._lock:
            if time.monotonic() - self._listed_at < LISTING_SECONDS:
                return self._listed
            runs = [self._run(folder) for folder in reversed(list_runs(self.results))]
            reads = self._first_reads
            new = [run for run in runs if run.folder.id not in reads]
            reads |= {run.folder.id: self._reader.submit(run.summary) for run in new}
            wait([reads[run.folder.id] for run in new], FIRST_READ_SECONDS)
            self._listed = tuple(
                ListedRun(run.folder, run.summary() if reads[run.folder.id].done() else None)
                for run in runs
            )
            self._listed_at = time.monotonic()
            return self._listed

    def find(self, identity: str) -> "CachedRun | None":
        """Return the run with an id, if the results folder holds one.

        Raises
        ------
        StorageError
            If the results folder can't be read.
        """
        for folder in list_runs(self.results):
            if folder.id == identity:
                with self._lock:
                    return self._run(folder)
        return None

    def open(self, identity: str) -> "CachedRun | None":
        """Return the run with an id to read its trials; only the last few keep theirs in memory."""
        run = self.find(identity)
        if run is not None:
            with self._lock:
                self._opened.pop(identity, None)
                self._opened[identity] = run
                for oldest in list(self._opened)[:-MOST_OPEN]:
                    if self._opened[oldest].forget():
                        del self._opened[oldest]
        return run

    def _run(self, folder: RunFolder) -> "CachedRun":
        return self._runs.setdefault(folder.id, CachedRun(folder, self._above))


class CachedRun(RunReader):
    """A run and its report, which are read and made again only if the run has changed."""

    def __init__(self, folder: RunFolder, above: Link | None = None) -> None:
        super().__init__(folder)
        self.address = f"{above.address if above else ''}{address('runs', folder.id)}"
        self.above = above or ALL_RUNS
        self.stream = f"{above.address if above else ''}/events"  # of all runs of its folder
        self._report_lock = threading.Lock()
        self._report: _Report | None = None

    @property
    def crumbs(self) -> tuple[tuple[str, str], ...]:
        """Texts and addresses from below the list of all runs down to the page of the run."""
        above = () if self.above is ALL_RUNS else ((self.above.text, self.above.address),)
        return (*above, (self.folder.id, self.address))

    def forget(self) -> bool:
        """Free most of the memory, unless the report is being made; return whether it did."""
        if self._report_lock.locked():
            return False
        self._report = None
        return super().forget()

    def report(self) -> bytes:
        """Return the report of the run as it is now.

        All requests that arrive while a report is made share the next one, even if the run
        changes quickly.

        Raises
        ------
        NeuroevoError
            If the run can't be read.
        """
        requested = time.monotonic()
        with self._report_lock:
            known = self._report
            if known is None or (known.began < requested and known.summary is not self.summary()):
                began, summary = time.monotonic(), self.summary()
                served = Served(stream=self.stream, followed=followed([self]), follows_states=True)
                findings, crumbs = self.findings_with_studies(), (ROOT, *self.crumbs)
                page = report_page(findings, crumbs, served).encode()
                known = self._report = _Report(summary, began, page)
            return known.page


class _Report(NamedTuple):
    summary: Summary
    began: float
    page: bytes


def followed(runs: Sequence[CachedRun]) -> str:
    """Return what a page shows of runs, as JSON: id -> state and number of generations.

    It must be read before the findings, so that what happens in between is not missed.
    """
    summaries = [run.summary() for run in runs]
    return json.dumps({each.folder.id: [each.state, len(each.generations)] for each in summaries})
