"""The sweeps of a results folder with their runs; it knows no page and no request."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neuroevo.dashboard.links import Link
from neuroevo.dashboard.run_list import LISTING_SECONDS, CachedRun, RunList
from neuroevo.dashboard.security import address
from neuroevo.errors import NeuroevoError
from neuroevo.runs import SweepFolder, SweepProgress, list_sweeps, read_progress, read_sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.experiment import Sweep


@dataclass(frozen=True, slots=True)
class ListedSweep:
    """A sweep in the list: its progress, or one line on why it can't be read."""

    folder: SweepFolder
    address: str
    progress: SweepProgress | None
    problem: str = ""


class OpenSweep:
    """A sweep whose runs are read.

    Parameters
    ----------
    folder
        Its folder.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self.folder = folder
        self.address = address("sweeps", folder.id)
        self.runs = RunList(folder.path, Link(folder.id, self.address, "u"))

    def read(self) -> "tuple[Sweep, Sequence[CachedRun | None]]":
        """Return what belongs to the sweep, and each of its runs, None if it has not begun.

        Raises
        ------
        NeuroevoError
            If the sweep can't be read.
        """
        sweep = read_sweep(self.folder)
        folders = self.folder.runs_of(sweep)
        return sweep, [None if each is None else self.runs.find(each.id) for each in folders]


class SweepList:
    """The sweeps of a results folder, which may not exist yet; for use from several threads."""

    def __init__(self, results: Path) -> None:
        self._results = results
        self._lock = threading.Lock()
        self._listed_at = -LISTING_SECONDS
        self._listed: tuple[ListedSweep, ...] = ()
        self._opened: dict[str, OpenSweep] = {}

    def listed(self) -> tuple[ListedSweep, ...]:
        """Return all sweeps, newest first."""
        with self._lock:
            if time.monotonic() - self._listed_at >= LISTING_SECONDS:
                self._listed = tuple(map(_listed, reversed(list_sweeps(self._results))))
                self._listed_at = time.monotonic()
            return self._listed

    def find(self, identity: str) -> OpenSweep | None:
        """Return the sweep with an id, if the results folder holds one."""
        for folder in list_sweeps(self._results):
            if folder.id == identity:
                with self._lock:
                    return self._opened.setdefault(identity, OpenSweep(folder))
        return None


def _listed(folder: SweepFolder) -> ListedSweep:
    try:
        progress, problem = read_progress(folder), ""
    except NeuroevoError as error:
        progress, problem = None, str(error)
    return ListedSweep(folder, address("sweeps", folder.id), progress, problem)
