"""The run folder: its name, the files in it, and how a run is found again.

It knows where each file lies, not what is in it.
"""

import difflib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from neuroevo.errors import StorageError, UsageError
from neuroevo.runs.disk import reason, sync_folder, unreadable
from neuroevo.settings import shown

LONGEST_NAME = 80
_NAME = re.compile(rf"\w[\w.-]{{0,{LONGEST_NAME - 1}}}")
_STAMP = re.compile(r"-(\d{8}-\d{6})(?:-(\d+))?$")
_STAMP_FORMAT = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder that one run leaves.

    Parameters
    ----------
    path
        Where it is. It is neither created nor looked at by constructing this.
    """

    path: Path

    @classmethod
    def create(cls, results: Path, name: str, *, moment: datetime) -> "RunFolder":
        """Make a fresh folder ``NAME-YYYYMMDD-HHMMSS`` under the results folder.

        A second run of the same name and second gets the suffix ``-2``, the next one ``-3``.

        Parameters
        ----------
        results
            Results folder; it is made when it does not exist.
        name
            The experiment's name, see `check_name`.
        moment
            When the run began, in the time zone that the id shall show.

        Raises
        ------
        UsageError
            If the name is no name for a file.
        StorageError
            If the folder can't be made or written to; nothing is left behind then.
        """
        stem = f"{check_name(name)}-{moment.strftime(_STAMP_FORMAT)}"
        lineage = (results, *results.parents)
        made = [folder for folder in lineage if not os.path.exists(folder)]  # noqa: PTH110 - never raises
        try:
            results.mkdir(parents=True, exist_ok=True)
            made.insert(0, _fresh_folder(results, stem))
            for folder in made:
                sync_folder(folder.parent)
        except OSError as error:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
            raise StorageError(
                f"{results}: a run can't be stored there ({reason(error)})"
            ) from error
        return cls(made[0])

    @property
    def id(self) -> str:
        """The folder's name, by which the run is known."""
        return self.path.name or self.path.resolve().name

    @property
    def experiment_file(self) -> Path:
        """The experiment as resolved, every default written."""
        return self.path / "experiment.toml"

    @property
    def start_file(self) -> Path:
        """What it started from."""
        return self.path / "start.json"

    @property
    def environment_file(self) -> Path:
        """What it ran on."""
        return self.path / "environment.json"

    @property
    def journal_file(self) -> Path:
        """One line for each trial."""
        return self.path / "trials.jsonl"

    @property
    def damaged_journal_file(self) -> Path:
        """The journal as it was before lines of it were left out."""
        return self.path / "trials.damaged.jsonl"

    @property
    def checkpoint_file(self) -> Path:
        """The state of the search after its last generation."""
        return self.path / "checkpoint.json"

    @property
    def previous_checkpoint_file(self) -> Path:
        """The checkpoint before."""
        return self.path / "checkpoint.previous.json"

    @property
    def best_file(self) -> Path:
        """The best configuration as an experiment file."""
        return self.path / "best.toml"

    @property
    def champions_file(self) -> Path:
        """Trained weights of the front."""
        return self.path / "champions.safetensors"

    @property
    def report_file(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def mouse_file(self) -> Path:
        """The page on which the champion follows the mouse; of the mouse task alone."""
        return self.path / "mouse.html"

    @property
    def random_file(self) -> Path:
        """A random search of equal size, a line for each trial; made when asked for."""
        return self.path / "random.jsonl"

    @property
    def ablation_file(self) -> Path:
        """The way from a baseline to the champion, a line for each trial; made when asked for."""
        return self.path / "ablation.jsonl"

    @property
    def lock_file(self) -> Path:
        """What its one writer locks; it stays."""
        return self.path / "lock"

    @property
    def writer_file(self) -> Path:
        """Who holds the lock."""
        return self.path / "writer.json"

    def exists(self) -> bool:
        """Tell whether a run has left its experiment or its start here, not behind a link."""
        files = (self.experiment_file, self.start_file)
        return any(map(os.path.isfile, files)) and not self.is_link()

    def is_link(self) -> bool:
        """Tell whether the folder lies elsewhere; nothing is ever written there."""
        return os.path.islink(self.path)  # noqa: PTH114 - never raises


def check_name(name: str) -> str:
    """Return the name of an experiment, if a file or folder can be called so anywhere.

    Raises
    ------
    UsageError
        If it can't.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"name: must be 1 to {LONGEST_NAME} letters, digits, '-', '_' or '.', "
            f"the first of them no '-' or '.', but got {shown(name)}"
        )
    return name


def list_runs(results: Path) -> list[RunFolder]:
    """List the runs in a results folder, oldest first; none when it does not exist.

    Links to runs elsewhere and folders whose names can't be shown are none of them.

    Raises
    ------
    StorageError
        If the results folder can't be read.
    """
    try:
        folders = [RunFolder(path) for path in results.iterdir() if path.name.isprintable()]
        return sorted((folder for folder in folders if folder.exists()), key=_age)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(results, error) from error
    except ValueError as error:  # a null character in the path
        raise StorageError(f"{results}: cannot be read (no name of a folder)") from error


def find_run(reference: str, results: Path) -> RunFolder:
    """Find a run by its id, its path, or as the ``latest``.

    Parameters
    ----------
    reference
        ``latest`` for the youngest run by the time in its id (by the time of the folder's last
        change where the id holds none); the name of a folder directly in the results folder; or
        the path of a run folder anywhere.
    results
        The results folder.

    Raises
    ------
    UsageError
        If there is no such run; the ids nearest to it are named.
    StorageError
        If the results folder can't be read.
    """
    runs = list_runs(results)
    if reference == "latest":
        if not runs:
            raise UsageError(f"run: there is no latest run, {results} holds none")
        return runs[-1]
    for run in runs:
        if run.id == reference:
            return run
    elsewhere = RunFolder(Path(reference))
    if reference and elsewhere.is_link():
        raise UsageError(f"run: must be no symbolic link, but got {shown(reference)}")
    if reference and elsewhere.exists():
        return elsewhere
    raise UsageError(f"run: {_advice(reference, results, runs)}")


def _advice(reference: str, results: Path, runs: list[RunFolder]) -> str:
    rule = f"must be a run's id in {results}, its path or latest, but got {shown(reference)}"
    ids = [run.id for run in reversed(runs)]
    nearest = difflib.get_close_matches(reference, ids, n=3, cutoff=0.75)
    if not nearest and reference:
        nearest = [identity for identity in ids if identity.startswith(reference)][:3]
    if nearest:
        return f"{rule}; did you mean {' or '.join(nearest)}?"
    return rule


def _fresh_folder(results: Path, stem: str) -> Path:
    count = 1
    while True:
        path = results / (stem if count == 1 else f"{stem}-{count}")
        try:
            path.mkdir()
        except FileExistsError:
            count += 1
        else:
            return path


def _age(run: RunFolder) -> tuple[str, int, str]:
    stamp = _STAMP.search(run.id)
    if stamp is not None:
        return stamp[1], int(stamp[2] or 1), run.id
    changed = datetime.fromtimestamp(run.path.stat().st_mtime).astimezone()
    return changed.strftime(_STAMP_FORMAT), 0, run.id
