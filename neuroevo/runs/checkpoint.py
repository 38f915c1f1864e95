"""The checkpoint: the whole state of a search in one JSON file, replaced atomically.

It does not know what the state means.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.runs.atomic import reason, write_atomically


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Replace the checkpoint by a new state.

    Parameters
    ----------
    path
        The checkpoint's file.
    state
        Plain JSON values.

    Raises
    ------
    StorageError
        If it can't be written; the earlier checkpoint is then still there.
    ValueError
        If the state holds NaN or an infinity, which JSON does not have.
    """
    write_atomically(path, json.dumps(state, allow_nan=False) + "\n")


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a state that `write_checkpoint` wrote.

    Raises
    ------
    StorageError
        If the file can't be read or holds something else.
    """
    try:
        state = json.loads(path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({reason(error)})") from error
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{path}: must be a checkpoint, but it is not JSON") from error
    if not isinstance(state, dict):
        raise StorageError(f"{path}: must be a checkpoint, but it holds no JSON object")
    return state
