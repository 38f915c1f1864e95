"""Reads an experiment from a TOML file and overrides; knows no key of it."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neuroevo.errors import UsageError
from neuroevo.experiment.experiment import Experiment
from neuroevo.files import StrangeFileError, read_file
from neuroevo.settings import printable, shown

MAX_BYTES = 24_000
MOST_KEY_PARTS = 8  # as in a.b.c, which has three; the memory of reading grows with their square

Document = dict[str, Any]


def load_experiment(path: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read an experiment file.

    Parameters
    ----------
    path
        A TOML file in UTF-8, at most 24 kB. Relative paths in it start in its folder.
    overrides
        Each ``table.key=value`` takes the place of what the file says, or adds to it; the value
        is read as TOML where it is TOML, else it is a string.

    Raises
    ------
    UsageError
        One line for each problem: with the file and its line where it is no TOML, with the key
        where a value is wrong.

    Examples
    --------
    >>> load_experiment("experiments/mouse.toml", ["evolution.generations=5"]).evolution.generations
    5
    """
    path = Path(path)
    document = _parse(_read(path), printable(str(path)))
    problems: list[str] = []
    for override in overrides:
        try:
            _override(document, override)
        except UsageError as error:
            problems += error.problems
    try:
        experiment = Experiment.of(document, folder=path.absolute().parent)
    except UsageError as error:
        raise UsageError(*problems, *error.problems) from None
    if problems:
        raise UsageError(*problems)
    return experiment


def _read(path: Path) -> str:
    name = printable(str(path))
    try:
        return read_file(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: must be text in UTF-8, but byte {error.start} is not") from None
    except OSError as error:
        raise UsageError(f"{name}: can't be read ({error.strerror or error})") from None
    except StrangeFileError as error:
        raise UsageError(f"{name}: {error}") from None


def _parse(text: str, name: str) -> Document:
    _check_keys(text, name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{name}, {_place_first(str(error), text)}") from None
    except RecursionError:
        raise UsageError(f"{name}: must not nest so many brackets in one another") from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise UsageError(f"{name}: must be TOML, but got a number of thousands of digits") from None


def _check_keys(text: str, name: str) -> None:
    """Refuse TOML whose keys have so many parts that only to read them would take much memory."""
    keys = _KEY_ENDS.split(_QUOTED.sub("''", text))  # there are no keys in strings and comments
    parts = 1 + max(key.count(".") for key in keys)
    if parts > MOST_KEY_PARTS:
        rule = f"a key must have at most {MOST_KEY_PARTS} parts between dots"
        raise UsageError(f"{name}: {rule}, but got {parts:,}")


def _place_first(message: str, text: str) -> str:
    """Turn ``Invalid value (at line 3, column 7)`` into ``line 3, column 7: invalid value``."""
    found = re.fullmatch(r"(.*) \(at (line \d+, column \d+|end of document)\)", message, re.DOTALL)
    problem, place = found.groups() if found else (message, "")
    if not place.startswith("line"):
        place = f"line {max(1, len(text.splitlines()))}"
    return f"{place}: must be TOML, but got: {printable(problem)}"


def _override(document: Document, override: str) -> None:
    """Put one override into the document."""
    if len(override) > MAX_BYTES:
        rule = f"must have at most {MAX_BYTES:,} letters"
        raise UsageError(f"--set: {rule}, but got {len(override):,}")
    _check_keys(override, "--set")
    key, equals, value = override.partition("=")
    parts = [part.strip() for part in key.split(".")]
    if not equals or not all(_BARE_KEY.fullmatch(part) for part in parts):
        raise UsageError(f"--set: must be table.key=value, but got {shown(override)}")
    table = document
    for part in parts[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            rule = f"must be a table for {key.strip()} to be set"
            raise UsageError(f"{part}: {rule}, but got {shown(table)}")
    table[parts[-1]] = _value(value.strip())


def _value(text: str) -> object:
    """Read a value as TOML, else as a bare string."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if len(parsed) == 1 else text


_QUOTED = re.compile(
    r"""["]{3}(?:\\.|[^\\])*?(?:["]{3}|\Z)|[']{3}.*?(?:[']{3}|\Z)"""
    r"""|["](?:\\.|[^"\\\n])*["]?|['][^'\n]*[']?|[#][^\n]*""",
    re.DOTALL,
)
_KEY_ENDS = re.compile(r"[=,\[\]{}\n]")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
