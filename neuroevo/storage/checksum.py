"""Checksums as the last key of JSON objects, which show damage; does not know what they hold."""

import json
import math
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.settings import shown
from neuroevo.storage.disk import read_bytes

_BEFORE, _AFTER = b', "checksum": "', b'"}'
_LENGTH = len(_BEFORE) + 8 + len(_AFTER)


def add_checksum(text: str) -> str:
    """Add the CRC-32 of a JSON object to its end.

    Parameters
    ----------
    text
        The JSON of an object with at least one key.
    """
    before = text.removesuffix("}")
    return f'{before}, "checksum": "{zlib.crc32(before.encode("utf-8")):08x}"}}'


def remove_checksum(line: bytes) -> str:
    """Return the JSON text that was given to `add_checksum`.

    Raises
    ------
    ValueError
        If it is damaged; the message states the rule.
    """
    before, end = line[:-_LENGTH], line[-_LENGTH:]
    if not (before.startswith(b"{") and end.startswith(_BEFORE) and end.endswith(_AFTER)):
        raise ValueError("must end with its checksum, but is damaged")
    if end != _BEFORE + b"%08x" % zlib.crc32(before) + _AFTER:
        raise ValueError("must match its checksum, but is damaged")
    return before.decode("utf-8") + "}"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"must hold finite numbers, but got {text[:20]}")
    return number


def file_with_checksum(schema: int, fields: Mapping[str, Any]) -> str:
    """Return the content of a file that holds one JSON object with a checksum.

    Parameters
    ----------
    schema
        Version of the fields, written as ``schema``.
    fields
        Plain JSON values.

    Raises
    ------
    ValueError
        If they hold NaN or an infinity, which JSON does not have.
    """
    text = json.dumps({"schema": schema, **fields}, allow_nan=False, ensure_ascii=False)
    return add_checksum(text) + "\n"


def read_file_with_checksum(path: Path, schema: int, most_bytes: int) -> dict[str, Any]:
    """Read the fields that were given to `file_with_checksum`.

    Raises
    ------
    StorageError
        If the file can't be read, is damaged or of another schema.
    """
    try:
        text = remove_checksum(read_bytes(path, most_bytes).removesuffix(b"\n"))
        fields = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        raise StorageError(f"{path}: must be JSON, but it is not ({error})") from error
    except RecursionError as error:
        raise StorageError(f"{path}: must be JSON, but it is nested too deeply") from error
    except ValueError as error:
        raise StorageError(f"{path}: {error}") from error
    found = fields.pop("schema", None)
    if found != schema:
        raise StorageError(f"{path}: schema must be {schema}, but got {shown(found)}")
    return fields  # type: ignore[no-any-return] # an object, as it begins with a brace
