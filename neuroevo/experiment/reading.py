"""Reads an experiment from a TOML file and overrides; knows none of its keys."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neuroevo.errors import UsageError, collected
from neuroevo.experiment.changed_genes import drop_ineffective_genes
from neuroevo.experiment.experiment import Experiment
from neuroevo.experiment.naming import name_of
from neuroevo.experiment.origin import Origin
from neuroevo.files import StrangeFileError, is_pipe, read_file, read_pipe, with_home
from neuroevo.settings import printable, shown
from neuroevo.tasks import TableTask

MAX_BYTES = 100_000
MAX_DOTS = 1000  # in a line; the memory of the parser grows with their square if they are one key
MAX_DOTS_IN_ALL = 12_000

Document = dict[str, Any]


def load_experiment(path: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read an experiment file.

    Parameters
    ----------
    path
        A TOML file in UTF-8, at most 100 kB; ``-`` is stdin. Relative paths in it start in its
        folder, or in the working directory if it is a pipe. Without a name, the experiment has
        that of the file.
    overrides
        Each ``table.key=value`` replaces a value of the file, or adds one. The value is read as
        TOML if possible, else it is a string.

    Raises
    ------
    UsageError
        One line for each problem: with the file and the line if it is no TOML, with the key
        if a value is wrong.

    Examples
    --------
    >>> load_experiment("experiments/mouse.toml", ["evolution.generations=5"]).evolution.generations
    5
    """
    return load_with_origin(path, overrides)[0]


def load_with_origin(
    path: str | Path, overrides: Sequence[str] = ()
) -> tuple[Experiment, Origin | None]:
    """Read an experiment file, and where its configuration comes from if it says so.

    Parameters and errors are those of `load_experiment`.
    """
    problems: list[str] = []
    document, folder = read_document(path, overrides, problems)
    origin = None
    with collected(problems):
        origin = _origin(document.pop("origin", None))
    if document.pop("sweep", None) is not None:
        problems.append("sweep: must be left out of an experiment; neuroevo sweep runs such a file")
    with collected(problems):
        experiment = Experiment.of(document, folder=folder)
    if problems:
        raise UsageError(*problems)
    return experiment, origin


def read_document(
    path: str | Path, overrides: Sequence[str], problems: list[str]
) -> tuple[Document, Path]:
    """Read a TOML file with overrides, as it is.

    Parameters
    ----------
    path, overrides
        As for `load_experiment`.
    problems
        Receives a line for each override that is wrong.

    Returns
    -------
    The document with a name, and the folder in which its relative paths begin.

    Raises
    ------
    UsageError
        If the file can't be read or is no TOML.
    """
    path = with_home(path)
    document = _parse(_read(path), _named(path))
    with collected(problems):
        document = overriding(document, overrides)
    name, folder = ("", Path()) if is_pipe(path) else (path.name, path.parent)
    document.setdefault("name", name_of(name, "experiment"))
    return document, folder.absolute()


def _origin(table: object) -> Origin | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        raise UsageError(f"origin: must be a table, but got {shown(table)}")
    try:
        return Origin.of(table)
    except UsageError as error:
        raise UsageError(*(f"origin.{problem}" for problem in error.problems)) from None


def override_list(overrides: Sequence[str]) -> list[str]:
    """Return overrides as a list; UsageError for one text, whose letters are none."""
    if isinstance(overrides, str):
        rule = "must be a list of settings such as ['evolution.generations=5']"
        raise UsageError(f"overrides: {rule}, but got {shown(overrides)}")
    return list(overrides)


def overriding(document: Document, overrides: Sequence[str]) -> Document:
    """Put ``table.key=value`` overrides into a document, which is changed, and return it.

    Genes that an overridden optimizer or schedule doesn't read are removed.

    Raises
    ------
    UsageError
        One line for each override that is wrong.
    """
    problems: list[str] = []
    for override in override_list(overrides):
        with collected(problems):
            _override(document, override)
    if problems:
        raise UsageError(*problems)
    drop_ineffective_genes(document, overridden_keys(overrides))
    return document


def overridden_keys(overrides: Sequence[str]) -> frozenset[str]:
    """Return the keys of ``table.key=value`` overrides, or of what a table as a value has."""
    keys = set[str]()
    for override in override_list(overrides):
        key, _, value = override.partition("=")
        keys |= _keys_of(".".join(_parts_of(key)), _value(value.strip()))
    return frozenset(keys)


def _keys_of(key: str, value: object) -> set[str]:
    if not isinstance(value, dict) or not value:
        return {key}
    return set[str]().union(*(_keys_of(f"{key}.{name}", each) for name, each in value.items()))


def overridden(experiment: Experiment, overrides: Sequence[str]) -> Experiment:
    """Return an experiment with ``table.key=value`` overrides, as for `load_experiment`.

    A table that is in memory stays there.

    Raises
    ------
    UsageError
        One line for each override that is wrong.
    """
    if not overrides:
        return experiment
    changed = Experiment.of(overriding(tomllib.loads(experiment.to_toml()), overrides))
    if isinstance(experiment.task, TableTask) and isinstance(changed.task, TableTask):
        return changed.replace(task=changed.task.with_frame_of(experiment.task))
    return changed


def _named(path: Path) -> str:
    return "stdin" if str(path) == "-" else printable(str(path))


def _read(path: Path) -> str:
    name = _named(path)
    try:
        read = read_pipe if is_pipe(path) else read_file
        return read(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: must be text in UTF-8, but byte {error.start} is not") from None
    except OSError as error:
        raise UsageError(f"{name}: can't be read ({error.strerror or error})") from None
    except StrangeFileError as error:
        raise UsageError(f"{name}: {error}") from None


def _parse(text: str, name: str) -> Document:
    _check_dots(text, name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}, {_place_first(str(error), text)}") from None
    except RecursionError:
        raise UsageError(f"{name}: must not have so many nested brackets") from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise UsageError(f"{name}: must be TOML, but got a number of thousands of digits") from None


def _check_dots(text: str, name: str) -> None:
    dots = [line.count(".") for line in text.split("\n")]
    for what, most, found in (
        ("a line", MAX_DOTS, max(dots)),
        ("all lines together", MAX_DOTS_IN_ALL, sum(dots)),
    ):
        if found > most:
            raise UsageError(f"{name}: {what} must have at most {most:,} dots, but got {found:,}")


def _place_first(message: str, text: str) -> str:
    """Turn ``Invalid value (at line 3, column 7)`` into ``line 3, column 7: invalid value``."""
    found = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", message, re.DOTALL)
    problem, place = found.groups() if found else (message, "")
    if not place.startswith("line"):
        place = f"line {max(1, len(text.splitlines()))}"
    return f"{place}: must be TOML, but got: {printable(problem)}"


def _parts_of(key: str) -> list[str]:
    return [part.strip() for part in key.split(".")]


def _override(document: Document, override: str) -> None:
    if len(override) > MAX_BYTES:
        rule = f"must have at most {MAX_BYTES:,} characters"
        raise UsageError(f"--set: {rule}, but got {len(override):,}")
    _check_dots(override, "--set")
    key, equals, value = override.partition("=")
    parts = _parts_of(key)
    if not equals or not all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in parts):
        raise UsageError(f"--set: must be table.key=value, but got {shown(override)}")
    table = document
    for part in parts[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            rule = f"must be a table for {key.strip()} to be set"
            raise UsageError(f"{part}: {rule}, but got {shown(table)}")
    given = _value(value.strip())
    name, known = parts[-1], table.get(parts[-1])
    if len(parts) == 1 and isinstance(given, dict) and isinstance(known, dict):
        given = known | given  # as each of its items would be put
    table[name] = given


def _value(text: str) -> object:
    """Read a value as TOML if possible, else as a string."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if len(parsed) == 1 else text
