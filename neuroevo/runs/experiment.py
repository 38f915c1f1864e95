"""Reads the experiment of a run, and checks that it is the one with which the run began."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neuroevo.errors import DataError, UsageError
from neuroevo.runs.folder import RunFolder
from neuroevo.runs.start import Start
from neuroevo.settings import dotted, printable, shown

if TYPE_CHECKING:
    from neuroevo.experiment import Experiment

_Values = dict[tuple[str, ...], object]


def read_experiment(
    folder: RunFolder, start: Start, changes: Mapping[str, object] | None = None
) -> "Experiment":
    """Read the experiment of a run.

    Parameters
    ----------
    folder
        The run.
    start
        What it started from.
    changes
        New values for settings of `[evolution]`. Their values in the file are not checked.

    Raises
    ------
    UsageError
        If the file can't be read, if it was edited since the run began, with one line for each
        difference, or if a change is not valid.
    DataError
        If the start has no experiment.
    """
    from neuroevo.experiment import Experiment  # noqa: PLC0415 - slow, not always needed

    began_with, experiment = _began_with(folder, "experiment", start.experiment)
    # Compared as experiments, since a later version may write keys that an earlier one did not.
    expected = experiment_values(experiment)
    exists = folder.experiment_file.exists()  # else resume writes it again
    found = _values_of_file(folder.experiment_file) if exists else expected
    own = {("evolution", name) for name in changes or ()}
    setting = experiment.task.file_setting
    moved = _moved_file(folder, setting, expected, found)
    if moved:  # its content is compared when it is read
        own.add(("task", setting))
        began_with["task"][setting] = moved
    differences = [
        f"{printable(str(folder.experiment_file))}: {dotted(key)} must be {_worded(value)}, "
        f"as when the run began, but is {_worded(found.get(key))}"
        for key, value in {**dict.fromkeys(found), **expected}.items()
        if key[:2] not in own and value != found.get(key)
    ]
    if differences and start.earlier:
        _, earlier = _began_with(folder, "earlier", start.earlier)
        differences = [] if found == experiment_values(earlier) else differences
    if differences:
        raise UsageError(*differences)
    began_with.setdefault("evolution", {}).update(changes or {})
    return Experiment.of(began_with)


def experiment_at_start(folder: RunFolder, start: Start) -> "Experiment":
    """Return the experiment with which a run began, whatever its file is now.

    Raises
    ------
    DataError
        If the start has no experiment.
    """
    return _began_with(folder, "experiment", start.experiment)[1]


def _moved_file(folder: RunFolder, setting: str, expected: _Values, found: _Values) -> str:
    """Return where the file of the task is now; empty if it is where it was, or is lost.

    It is where somebody has written into the experiment file that it is, or it was moved together
    with the run and lies in its folder, or in one of the two above.
    """
    was, now = (str(values.get(("task", setting), "")) for values in (expected, found))
    old, new = (_path_and_function(text, setting) for text in (was, now))
    if not was or not now or old[1] != new[1]:
        return ""
    if was != now:
        return now
    if os.path.exists(old[0]):  # noqa: PTH110 - never raises
        return ""
    for place in (folder.path, *folder.path.parents[:2]):
        if os.path.isfile(place / old[0].name):  # noqa: PTH113 - never raises
            return f"{place / old[0].name}{old[1]}"
    return ""


def _path_and_function(text: str, setting: str) -> tuple[Path, str]:
    if setting != "function":
        return Path(text), ""
    path, _, function = text.rpartition(":")
    return Path(path), f":{function}"


def _began_with(folder: RunFolder, key: str, text: str) -> "tuple[dict[str, Any], Experiment]":
    """Return an experiment in start.json, as its values too; DataError if it is none."""
    from neuroevo.experiment import Experiment  # noqa: PLC0415 - slow, not always needed

    place = f"{printable(str(folder.start_file))}: {key}"
    try:
        values = tomllib.loads(text)
        return values, Experiment.of(values)
    except UsageError as error:
        raise DataError(*error.named(place).problems) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: must be TOML, but got: {printable(str(error))}") from None


def _values_of_file(path: Path) -> _Values:
    from neuroevo.experiment import load_experiment  # noqa: PLC0415 - slow, not always needed

    try:
        return experiment_values(load_experiment(path))
    except UsageError as error:
        raise error.named(printable(str(path))) from None


def experiment_values(experiment: "Experiment") -> dict[tuple[str, ...], object]:
    """Return the values of an experiment, as TOML has them, by the path of their keys."""
    values: _Values = {}

    def add(table: Mapping[str, Any], path: tuple[str, ...]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                add(value, (*path, key))
            else:
                values[*path, key] = value

    add(tomllib.loads(experiment.to_toml()), ())
    return values


def _worded(value: object) -> str:
    return "not given" if value is None else shown(value)
