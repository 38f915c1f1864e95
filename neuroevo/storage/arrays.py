"""Named arrays with a description in one safetensors file, both with checksums.

Nothing is pickled. Does not know what the arrays are.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from neuroevo.errors import NeuroevoError
from neuroevo.storage.checksum import add_checksum, remove_checksum

Arrays = Mapping[str, NDArray[Any]]

DAMAGE = (
    SafetensorError,
    NeuroevoError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What reading a damaged file, and making something of its content, may raise."""


def arrays_content(arrays: Arrays, key: str, description: Mapping[str, Any]) -> bytes:
    """Return the content of a file.

    The metadata have one text, under the key: the description as JSON with a checksum, and the
    CRC-32 of all arrays under ``arrays``.

    Parameters
    ----------
    arrays
        The arrays by their names.
    key
        What the file is, in one word.
    description
        Plain JSON values.
    """
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    text = json.dumps({**description, "arrays": _checksum(contiguous)}, allow_nan=False)
    # One text only: safetensors writes several in an order that differs between processes.
    return save(contiguous, metadata={key: add_checksum(text)})


def read_arrays(content: bytes, key: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return the arrays, which can't be changed, and the description of a file.

    Raises
    ------
    DAMAGE
        If the content is something else, or does not match its checksums.
    """
    arrays = load(content)
    described = json.loads(remove_checksum(_metadata(content)[key].encode("utf-8")))
    if described.pop("arrays") != _checksum(arrays):
        raise ValueError("must match its checksum")
    for array in arrays.values():
        array.setflags(write=False)
    return arrays, described


def damage_text(error: Exception) -> str:
    """Return the damage that an error of `DAMAGE` shows as a part of one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _metadata(content: bytes) -> Mapping[str, str]:
    """Read the metadata in the header of a safetensors file, which `load` does not return."""
    length = int.from_bytes(content[:8], "little")
    metadata: Mapping[str, str] = json.loads(content[8 : 8 + length])["__metadata__"]
    return metadata


def _checksum(arrays: Arrays) -> str:
    checksum = 0
    for name in sorted(arrays):
        array = arrays[name]
        checksum = zlib.crc32(f"{name} {array.dtype} {array.shape}".encode(), checksum)
        checksum = zlib.crc32(array.tobytes(), checksum)
    return f"{checksum:08x}"
