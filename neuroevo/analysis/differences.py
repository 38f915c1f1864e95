"""The differences between the experiments of several runs, their settings and their labels.

Runs have the same setting if their experiments differ at most in name, note and seed, if they were
given the same first genomes and trials of earlier runs, and if they have the same data or function.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.runs import environment_differences, experiment_values
from neuroevo.settings import dotted, shown

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

Values = Mapping[tuple[str, ...], object]

NO_SETTING = frozenset({("name",), ("note",), ("seed",)})
OF_SCORES = ("samples", "target_mse", "stop_at_target", "precision", "replicates")
LONGEST_NAME = 40
LONGEST_VALUE = 160
FIRST_GENOMES, WARM_START = ("first_genomes",), ("warm_start",)
DATA, FUNCTION = ("data",), ("function",)
_READING = "path", "separator", "decimal", "encoding", "missing_words"  # of a table's file
_GIVEN = *FIRST_GENOMES, *WARM_START
_ORDER = (
    "task",
    *DATA,
    *FUNCTION,
    "space",
    "training",
    "evolution",
    *_GIVEN,
    "name",
    "note",
    "seed",
)
_DIGITS = 6  # of a hash


def differences(runs: "Sequence[Findings]") -> dict[str, tuple[object, ...]]:
    """Return the keys in which the experiments of runs differ, with their values.

    Returns
    -------
    dict
        Dotted key -> values in the order of the runs, None if an experiment has no such key. First
        the keys of the task, then ``data`` or ``function`` (a hash) if these differ though the task
        is the same, then those of search space, training and evolution, then
        ``first_genomes`` (whether these were drawn or given), ``warm_start`` (from how many trials
        of earlier runs the model learned), name, note and seed.
    """
    found = _different([_values(each) for each in runs])
    return {dotted(key): values for key, values in found.items()}


def settings(runs: "Sequence[Findings]") -> tuple[int, ...]:
    """Return the number of each run's setting, from 0 in the order of occurrence."""
    different: list[Values] = []
    numbers = []
    for setting in map(_setting, runs):
        if setting not in different:
            different.append(setting)
        numbers.append(different.index(setting))
    return tuple(numbers)


def setting_names(runs: "Sequence[Findings]", numbers: Sequence[int]) -> tuple[str, ...]:
    """Return a different name for each setting.

    That is the experiment's name if each setting has its own, else the keys and values in which
    they differ if that is short, else a number.

    Parameters
    ----------
    runs
        All runs.
    numbers
        Their settings, as numbered by `settings`.
    """
    names = _descriptive_names(runs, numbers)
    return names or tuple(f"setting {number + 1}" for number in range(max(numbers) + 1))


def labels(
    runs: "Sequence[Findings]", numbers: Sequence[int], names: Sequence[str]
) -> tuple[str, ...]:
    """Return a different label for each run: its setting, its seed or both, or else its name.

    Parameters
    ----------
    runs
        All runs.
    numbers
        Their settings.
    names
        Their names, such as ids.
    """
    seeds = tuple(f"seed {each.experiment.seed}" for each in runs)
    if max(numbers) + 1 == len(runs):
        candidate = _descriptive_names(runs, numbers)
    elif max(numbers) == 0:
        candidate = seeds
    else:
        settings = setting_names(runs, numbers)
        candidate = tuple(
            f"{settings[number]}, {seed}" for number, seed in zip(numbers, seeds, strict=True)
        )
    if len(set(candidate)) == len(runs):
        return candidate
    return tuple(
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


def caution(runs: "Sequence[Findings]") -> tuple[str, ...]:
    """Return the keys that differ and change the meaning of the scores.

    How a table's file is read does not, if the data are the same.
    """
    different = differences(runs)
    is_same = all(run.fingerprint for run in runs) and not {*DATA} & {*different}
    reading = {f"task.{name}" for name in _READING} if is_same else set[str]()
    return tuple(
        key
        for key in different
        if (key.startswith("task.") and key not in reading)
        or key in {*DATA, *FUNCTION, "evolution.reduction"}
        or key in {f"training.{name}" for name in OF_SCORES}
    )


def environments(runs: "Sequence[Findings]") -> dict[int, tuple[str, ...]]:
    """Return by their places the runs whose environment differs from the first, and how."""
    found = {
        place: tuple(environment_differences(runs[0].environment, run.environment))
        for place, run in enumerate(runs)
    }
    return {place: lines for place, lines in found.items() if lines}


def said(key: Sequence[str]) -> str:
    """Return the path of an experiment's key in words: ``hidden count``, ``task kind``."""
    parts = key if key[0] == "task" or len(key) == 1 else key[1:]
    return " ".join(parts).replace("_", " ")


def worded(key: str, value: object) -> str:
    """Return the value of an experiment's key as text, in full."""
    if value is None:
        return "–"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return wording.shortened(", ".join(value), LONGEST_VALUE)
    if isinstance(value, list):
        return shown(tuple(value), LONGEST_VALUE)
    if isinstance(value, int) and key.endswith("seed"):
        return f"{value}"
    return wording.shortened(wording.value(value), LONGEST_VALUE)


def _values(run: "Findings") -> Values:
    """Return the values of a run's experiment, and what it was given besides."""
    given: dict[tuple[str, ...], object] = {
        FIRST_GENOMES: _first_genomes(run),
        WARM_START: _warm_start(run),
    }
    if run.fingerprint:
        key = DATA if run.experiment.trains_networks else FUNCTION
        given[key] = _digest(dict(run.fingerprint))
    return experiment_values(run.experiment) | given


def _first_genomes(run: "Findings") -> str:
    if not run.initial:
        return "drawn"
    return f"{len(run.initial):,} given ({_digest([dict(each) for each in run.initial])})"


def _warm_start(run: "Findings") -> str:
    if not run.earlier_runs:
        return "none"
    trials = [asdict(each) for earlier in run.earlier_runs for each in earlier.trials]
    return f"{len(trials):,} trials ({_digest(trials)})"


def _digest(values: object) -> str:
    written = json.dumps(values, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:_DIGITS]


def _setting(run: "Findings") -> Values:
    return {key: value for key, value in _values(run).items() if key not in NO_SETTING}


def _descriptive_names(runs: "Sequence[Findings]", numbers: Sequence[int]) -> tuple[str, ...]:
    """Return a short description of each setting; none if they are not short or not different."""
    groups = [
        [each for each, number in zip(runs, numbers, strict=True) if number == place]
        for place in range(max(numbers) + 1)
    ]
    own = [{each.experiment.name for each in group} for group in groups]
    if all(len(names) == 1 for names in own) and len(set().union(*own)) == len(groups):
        return tuple(name for names in own for name in names)
    found = _different([_setting(group[0]) for group in groups])
    names = tuple(
        ", ".join(_worded_key(key, values[place]) for key, values in found.items())
        for place in range(len(groups))
    )
    is_short = max(map(len, names)) <= LONGEST_NAME
    return names if is_short and len(set(names)) == len(groups) else ()


def _different(every: Sequence[Values]) -> dict[tuple[str, ...], tuple[object, ...]]:
    keys = sorted({key for values in every for key in values}, key=_place)
    rows = {key: tuple(values.get(key) for values in every) for key in keys}
    found = {key: row for key, row in rows.items() if any(value != row[0] for value in row)}
    tasks = [
        tuple(repr(row[place]) for key, row in found.items() if key[0] == "task")
        for place in range(len(every))
    ]
    hashes = found.keys() & {DATA, FUNCTION}
    return {
        key: row
        for key, row in found.items()
        if key not in hashes or not _is_one_of_each_task(row, tasks)
    }


def _is_one_of_each_task(hashes: Sequence[object], tasks: Sequence[object]) -> bool:
    """Whether runs of the same task have the same hash, so that others need no mention."""
    known: dict[object, object] = {}
    return all(
        known.setdefault(task, each) == each
        for task, each in zip(tasks, hashes, strict=True)
        if each is not None
    )


def _place(key: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return _ORDER.index(key[0]) if key[0] in _ORDER else len(_ORDER), key


def _worded_key(key: tuple[str, ...], value: object) -> str:
    return f"no {said(key)}" if value is None else f"{said(key)} {worded(key[-1], value)}"
