"""A checksum at the end of a JSON object, so that damage is told from what was written.

Any JSON reader still reads a sealed object; its last key is then ``checksum``. It does not know
what the object means.
"""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.runs.disk import read_bytes
from neuroevo.settings import shown

_BEFORE, _AFTER = b', "checksum": "', b'"}'
_LENGTH = len(_BEFORE) + 8 + len(_AFTER)


def seal(text: str) -> str:
    """Put the CRC-32 of all that stands before it at the end of a JSON object.

    Parameters
    ----------
    text
        The JSON of an object with at least one key.
    """
    before = text.removesuffix("}")
    return f'{before}, "checksum": "{zlib.crc32(before.encode("utf-8")):08x}"}}'


def unseal(sealed: bytes) -> str:
    """Return the JSON text that was sealed.

    Raises
    ------
    ValueError
        If it is damaged; the message states the rule.
    """
    before, end = sealed[:-_LENGTH], sealed[-_LENGTH:]
    if not (before.startswith(b"{") and end.startswith(_BEFORE) and end.endswith(_AFTER)):
        raise ValueError("must end with its checksum, but is damaged")
    if end != _BEFORE + b"%08x" % zlib.crc32(before) + _AFTER:
        raise ValueError("must match its checksum, but is damaged")
    return before.decode("utf-8") + "}"


def sealed_file(schema: int, fields: Mapping[str, Any]) -> str:
    """Give the content of a file that holds one sealed JSON object.

    Parameters
    ----------
    schema
        Number of the form that the fields have; it is written as ``schema``.
    fields
        Plain JSON values.

    Raises
    ------
    ValueError
        If they hold NaN or an infinity, which JSON does not have.
    """
    text = json.dumps({"schema": schema, **fields}, allow_nan=False, ensure_ascii=False)
    return seal(text) + "\n"


def read_sealed_file(path: Path, schema: int, most_bytes: int) -> dict[str, Any]:
    """Read the fields that `sealed_file` was given.

    Raises
    ------
    StorageError
        If the file can't be read, is damaged or of another schema.
    """
    try:
        fields = json.loads(unseal(read_bytes(path, most_bytes).removesuffix(b"\n")))
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
