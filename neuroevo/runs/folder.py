"""The run folder: its name, the paths of its files, and how runs are found."""

import difflib
import os
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from errno import EACCES
from pathlib import Path

from neuroevo.errors import StorageError, UsageError
from neuroevo.files import absolute
from neuroevo.runs.environment import read_environment
from neuroevo.settings import shown
from neuroevo.storage.disk import reason, sync_folder, unreadable
from neuroevo.storage.new_folders import missing_folders, remove_empty

LONGEST_NAME = 80
_NAME = re.compile(rf"\w[\w.-]{{0,{LONGEST_NAME - 1}}}")
_STAMP = re.compile(r"-(\d{8}-\d{6})(?:-(\d+))?$")
_STAMP_FORMAT = "%Y%m%d-%H%M%S"


class _File:
    """An attribute of a run folder: the path of a file in it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, folder: "RunFolder", owner: "type[RunFolder]") -> Path:
        return folder.path / self._name


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a run.

    Parameters
    ----------
    path
        Its path, absolute; the folder need not exist, and may be a link to another.
    """

    path: Path

    @classmethod
    def create(cls, results: Path, name: str, *, moment: datetime) -> "RunFolder":
        """Make a new folder ``NAME-YYYYMMDD-HHMMSS`` in the results folder.

        A second run of the same name and second gets the suffix ``-2``, the next one ``-3``.

        Parameters
        ----------
        results
            The results folder; it is made if it does not exist.
        name
            The experiment's name, see `check_name`.
        moment
            When the run began, in the time zone of the id.

        Raises
        ------
        UsageError
            If the name can't be the name of a file.
        StorageError
            If the folder can't be made or written to; folders that were made are removed then.
        """
        stem, parent = f"{check_name(name)}-{moment.strftime(_STAMP_FORMAT)}", absolute(results)
        made = missing_folders(parent)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            made.insert(0, _fresh_folder(parent, stem))
            for folder in made:
                sync_folder(folder.parent)
        except OSError as error:
            remove_empty(made)
            raise StorageError(
                f"{results}: a run can't be stored there ({reason(error)})"
            ) from error
        return cls(made[0])

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.path.name

    experiment_file = _File("experiment.toml")  # the experiment with all defaults
    start_file = _File("start.json")  # what the run starts from
    environment_file = _File("environment.json")  # versions, processor and command
    journal_file = _File("trials.jsonl")  # one line for each trial
    damaged_journal_file = _File("trials.damaged.jsonl")  # before damaged lines were removed
    checkpoint_file = _File("checkpoint.json")  # the state of the search
    previous_checkpoint_file = _File("checkpoint.previous.json")
    best_file = _File("best.toml")  # the best configuration as an experiment file
    champions_file = _File("champions.safetensors")  # trained weights of the front
    test_file = _File("test.json")  # scores on the test part, if there is one
    report_file = _File("report.html")
    mouse_file = _File("mouse.html")  # of the mouse task only
    random_file = _File("random.jsonl")  # random search: one line for each trial
    ablation_file = _File("ablation.jsonl")  # ablation: one line for each trial
    lock_file = _File("lock")  # locked by the writer; it is never removed
    writer_file = _File("writer.json")  # the process that holds the lock

    def exists(self) -> bool:
        """Whether the folder has an experiment or a start."""
        return any(map(os.path.isfile, (self.experiment_file, self.start_file)))

    def began(self) -> float:
        """Return when the run began, in seconds since 1970.

        Its environment tells it; if that can't be read, the time in the id, as one of this time
        zone; without that it is 0.
        """
        with suppress(StorageError, KeyError, TypeError, ValueError, OverflowError):
            started = read_environment(self.environment_file)["started"]
            return datetime.fromisoformat(started).timestamp()
        stamp = _STAMP.search(self.id)
        if stamp is None:
            return 0.0
        with suppress(ValueError):
            return datetime.strptime(stamp[1], _STAMP_FORMAT).astimezone().timestamp()
        return 0.0


def check_name(name: str) -> str:
    """Return the name of an experiment if it can be part of a folder's name on any system.

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
    """List the runs in a results folder, oldest first; none if it does not exist.

    Folders whose names can't be printed are left out. A link to a run is a run.

    Raises
    ------
    StorageError
        If the results folder can't be read.
    """
    return sorted(_folders(results)[0], key=_age)


def list_every_run(results: Path) -> list[RunFolder]:
    """List the runs like `list_runs`, if this user may read each of them.

    Raises
    ------
    StorageError
        If the results folder, or one in which there may be a run, can't be read.
    """
    runs, protected = _folders(results)
    if protected:
        raise StorageError(*sorted(map(_permission_problem, protected)))
    return sorted(runs, key=_age)


def permission_problems(results: Path) -> list[str]:
    """Return a line for each folder of a results folder in which this user may not look for a run.

    Raises
    ------
    StorageError
        If the results folder can't be read.
    """
    return sorted(map(_permission_problem, _folders(results)[1]))


def _folders(results: Path) -> tuple[list[RunFolder], list[RunFolder]]:
    """Return the runs, and the folders that may not be read."""
    runs, protected = [], []
    try:
        paths = absolute(results).iterdir()
        for folder in (RunFolder(path) for path in paths if path.name.isprintable()):
            if folder.exists():
                runs.append(folder)
            elif _is_protected(folder):
                os.lstat(folder.path)  # fails if it is the results folder that may not be searched
                protected.append(folder)
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise unreadable(results, error) from error
    except ValueError as error:  # a null character in the path
        raise StorageError(f"{results}: can't be read (no name of a folder)") from error
    return runs, protected


def find_run(reference: str, results: Path) -> RunFolder:
    """Find a run by its id, its path, or as the ``latest``.

    Parameters
    ----------
    reference
        ``latest`` for the run that began last; the name of a folder in the results folder; or the
        path of any run folder.
    results
        The results folder.

    Raises
    ------
    UsageError
        If there is no such run; the message lists the most similar ids.
    StorageError
        If the results folder, or the run, can't be read.
    """
    runs, protected = _folders(results)
    runs.sort(key=_age)
    if reference == "latest":
        return _latest(results, runs, protected)
    for run in runs:
        if run.id == reference:
            return run
    places = [results / reference, Path(reference)] if reference else []
    for elsewhere in map(RunFolder, map(absolute, places)):
        _check_permission(elsewhere)
    if reference and elsewhere.exists():
        return elsewhere
    raise UsageError(f"run: {_advice(reference, results, runs)}")


def _latest(results: Path, runs: list[RunFolder], protected: list[RunFolder]) -> RunFolder:
    """Return the run that began last of those that may be read.

    A folder that may not be read, and whose name says that it is newer, is a warning.
    """
    if not runs and protected:
        raise StorageError(*sorted(map(_permission_problem, protected)))
    if not runs:
        raise UsageError(f"run: there is no latest run, {results} holds none")
    for folder in protected:
        if folder.began() > runs[-1].began():
            problem = f"{_permission_problem(folder)}, so {runs[-1].id} is taken as the latest run"
            warnings.warn(problem, stacklevel=3)
    return runs[-1]


def _check_permission(run: RunFolder) -> None:
    """Refuse a folder whose files this user may not see; StorageError."""
    if _is_protected(run):
        raise StorageError(_permission_problem(run))


def _is_protected(run: RunFolder) -> bool:
    """Whether this user may not see the files of a folder."""
    try:
        os.stat(run.experiment_file)  # noqa: PTH116 - as the others here
    except PermissionError:
        return True
    except (OSError, ValueError):
        pass
    return False


def _permission_problem(run: RunFolder) -> str:
    return str(unreadable(run.path, PermissionError(EACCES, os.strerror(EACCES))))


def _advice(reference: str, results: Path, runs: list[RunFolder]) -> str:
    rule = f"must be a run's id in {results}, its path or latest, but got {shown(reference)}"
    ids = [run.id for run in reversed(runs)]
    nearest = difflib.get_close_matches(reference, ids, n=3, cutoff=0.75)
    if not nearest and reference:
        nearest = [identity for identity in ids if identity.startswith(reference)][:3]
    return f"{rule}; did you mean {' or '.join(nearest)}?" if nearest else rule


def _fresh_folder(results: Path, stem: str) -> Path:
    path, number = results / stem, 1
    while True:
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
            path = results / f"{stem}-{number}"
        else:
            return path


def _age(run: RunFolder) -> tuple[float, int, str]:
    stamp = _STAMP.search(run.id)
    return run.began(), int(stamp[2] or 1) if stamp else 0, run.id
