"""The folder of a sweep: a file that says what belongs to it, its page, and its run folders."""

import os
import shutil
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from neuroevo.errors import DataError, NeuroevoError, UsageError
from neuroevo.files import absolute
from neuroevo.runs.content import read_values
from neuroevo.runs.folder import RunFolder, list_every_run, list_runs
from neuroevo.runs.lock import holder
from neuroevo.runs.start import read_start
from neuroevo.runs.status import read_status
from neuroevo.settings import shown
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum, read_file_with_checksum
from neuroevo.storage.new_folders import new_folders_removed

if TYPE_CHECKING:
    from neuroevo.experiment import Sweep, SweepRun

_SCHEMA = 1
_MOST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class SweepFolder:
    """The folder of a sweep.

    Parameters
    ----------
    path
        Its path, absolute.
    """

    path: Path

    @classmethod
    def create(cls, results: Path, sweep: "Sweep", *, moment: datetime) -> "SweepFolder":
        """Make a new folder ``NAME-YYYYMMDD-HHMMSS`` and write what belongs to the sweep.

        Raises
        ------
        StorageError
            If that is not possible; folders that were made are removed then.
        """
        with new_folders_removed(results):
            folder = cls(RunFolder.create(results, sweep.name, moment=moment).path)
            try:
                write_atomically(folder.sweep_file, file_with_checksum(_SCHEMA, _fields(sweep)))
            except BaseException:
                shutil.rmtree(folder.path, ignore_errors=True)
                raise
        return folder

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def sweep_file(self) -> Path:
        """What belongs to the sweep."""
        return self.path / "sweep.json"

    @property
    def report_file(self) -> Path:
        """The page about all of its runs."""
        return self.path / "report.html"

    def exists(self) -> bool:
        """Whether the folder is that of a sweep."""
        return os.path.isfile(self.sweep_file)  # noqa: PTH113 - never raises

    def runs(self) -> dict[str, RunFolder]:
        """Return the runs that have begun, by the text of the experiment with which each began.

        Raises
        ------
        StorageError
            If the folder, or that of a run, can't be read.
        """
        found = {}
        for folder in list_every_run(self.path):
            with suppress(NeuroevoError):  # damaged: it is run again
                found[read_start(folder.start_file).experiment] = folder
        return found

    def runs_of(self, sweep: "Sweep") -> list[RunFolder | None]:
        """Return the folder of each run of the sweep, None for those that have not begun.

        Raises
        ------
        StorageError
            If the folder, or that of a run, can't be read.
        """
        begun = self.runs()
        return [begun.get(run.experiment.to_toml()) for run in sweep.runs]


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep has come.

    Parameters
    ----------
    state
        ``running`` while a process writes to it; after that ``complete`` or ``interrupted``.
    complete, runs
        Number of complete runs, and of all.
    """

    state: Literal["running", "interrupted", "complete"]
    complete: int
    runs: int


def read_progress(folder: SweepFolder) -> SweepProgress:
    """Read how far a sweep has come.

    Raises
    ------
    StorageError
        If a file can't be read or is damaged.
    DataError
        If the file of the sweep has other content.
    """
    runs = len(_read(folder).runs)
    begun = list_runs(folder.path)
    # One after the other: only the last one may be incomplete.
    is_last_complete = bool(begun) and read_status(begun[-1]).state == "complete"
    complete = min(runs, max(0, len(begun) - (not is_last_complete)))
    if holder(RunFolder(folder.path)) is not None:
        return SweepProgress("running", complete, runs)
    return SweepProgress("complete" if complete == runs else "interrupted", complete, runs)


def find_sweep(reference: str | Path, results: Path) -> SweepFolder | None:
    """Find a sweep by the name of its folder in a results folder, or by its path; None if none."""
    if not str(reference):
        return None
    for path in (results / reference, Path(reference)):
        folder = SweepFolder(absolute(path))
        if folder.exists():
            return folder
    return None


def list_sweeps(results: Path) -> list[SweepFolder]:
    """List the sweeps in a results folder, oldest first; none if it can't be read."""
    with suppress(OSError, ValueError):
        folders = (SweepFolder(path) for path in absolute(results).iterdir())
        found = [each for each in folders if each.id.isprintable() and each.exists()]
        return sorted(found, key=lambda each: (RunFolder(each.path).began(), each.id))
    return []


def open_sweep(reference: str | Path, results: Path) -> SweepFolder:
    """Find a sweep as `find_sweep` does; UsageError if there is none."""
    folder = find_sweep(reference, results)
    if folder is None:
        rule = f"must be the name of a sweep in {results}, or its path"
        raise UsageError(f"sweep: {rule}, but got {shown(str(reference))}")
    return folder


@dataclass(frozen=True, slots=True)
class _WrittenPoint:
    settings: dict[str, Any]
    label: str
    run: int
    genome: dict[str, Any] | None
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class _WrittenRun:
    experiment: str
    initial: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Written:
    """A sweep, as JSON has it."""

    name: str
    keys: list[str]
    points: list[_WrittenPoint]
    runs: list[_WrittenRun]


_WRITTEN = TypeAdapter(_Written)


def _fields(sweep: "Sweep") -> dict[str, Any]:
    points = [
        _WrittenPoint(
            dict(each.settings),
            each.label,
            each.run,
            None if each.genome is None else dict(each.genome),
            each.is_baseline,
        )
        for each in sweep.points
    ]
    runs = [
        _WrittenRun(each.experiment.to_toml(), list(map(dict, each.initial))) for each in sweep.runs
    ]
    return asdict(_Written(sweep.name, list(sweep.keys), points, runs))


def read_sweep(folder: SweepFolder) -> "Sweep":
    """Read what belongs to a sweep.

    Raises
    ------
    StorageError
        If the file can't be read or is damaged.
    DataError
        If it has other content.
    """
    from neuroevo.experiment import Sweep, SweepPoint  # noqa: PLC0415 - slow, not always needed

    written = _read(folder)
    try:
        runs = tuple(map(_run, written.runs))
        points = tuple(
            SweepPoint(
                each.settings,
                each.label,
                each.run,
                None
                if each.genome is None
                else runs[each.run].experiment.space.genome(each.genome),
                each.is_baseline,
            )
            for each in written.points
        )
    except (NeuroevoError, ValueError, IndexError, RecursionError) as error:
        raise DataError(f"{folder.sweep_file}: must hold a sweep, but got: {error}") from None
    return Sweep(written.name, tuple(written.keys), points, runs)


def _read(folder: SweepFolder) -> _Written:
    fields = read_file_with_checksum(folder.sweep_file, _SCHEMA, _MOST_BYTES)
    written: _Written = read_values(folder.sweep_file, _WRITTEN, fields)
    return written


def _run(written: _WrittenRun) -> "SweepRun":
    from neuroevo.experiment import Experiment, SweepRun  # noqa: PLC0415 - as above

    experiment = Experiment.of(tomllib.loads(written.experiment))
    return SweepRun(experiment, tuple(map(experiment.space.genome, written.initial)))
