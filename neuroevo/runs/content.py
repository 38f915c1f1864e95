"""Turns the values of a run's file into what they must be; names the file and key of what is wrong.

Knows no file. The checksum of a file may match its content although somebody has changed both.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from neuroevo.errors import DataError
from neuroevo.settings import Location, dotted, worded

T = TypeVar("T")

_MOST_PROBLEMS = 20  # of a file, that are named


def read_values(path: Path, adapter: TypeAdapter[T], values: object) -> T:
    """Return values as the type of the adapter; DataError with a line for each that is none."""
    try:
        return adapter.validate_python(values)
    except ValidationError as error:
        refuse(path, worded(error))
        raise


def refuse(path: Path, problems: Iterable[tuple[Location, str]]) -> None:
    """Raise a DataError with a line for each problem, a key and a text, if there are any."""
    lines = [f"{path}: {dotted(key) or 'content'}: {text}" for key, text in problems]
    if lines:
        raise DataError(*lines[:_MOST_PROBLEMS])
