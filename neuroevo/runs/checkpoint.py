"""Writes and reads checkpoints: the state of a search as JSON. Does not know what it means."""

from collections.abc import Mapping
from typing import Any

from neuroevo.errors import StorageError
from neuroevo.runs.folder import RunFolder
from neuroevo.storage.atomic import write_atomically
from neuroevo.storage.checksum import file_with_checksum, read_file_with_checksum
from neuroevo.storage.disk import is_missing

CHECKPOINT_SCHEMA = 4
_MOST_BYTES = 1_000_000_000


def write_checkpoint(folder: RunFolder, state: Mapping[str, Any]) -> None:
    """Write a new checkpoint; the present one becomes the previous one.

    Parameters
    ----------
    folder
        The run's folder.
    state
        Plain JSON values.

    Raises
    ------
    StorageError
        If it can't be written; the earlier checkpoint is then still there.
    ValueError
        If the state holds NaN or an infinity, which JSON does not have.
    """
    content = file_with_checksum(CHECKPOINT_SCHEMA, state)
    write_atomically(folder.checkpoint_file, content, keep=folder.previous_checkpoint_file)


def read_checkpoints(folder: RunFolder) -> tuple[list[dict[str, Any]], list[str]]:
    """Read the states of all checkpoints that can be used.

    Returns
    -------
    states
        The newest first; none before the first checkpoint.
    problems
        One line for each file that is damaged or can't be read.
    """
    states: list[dict[str, Any]] = []
    problems: list[str] = []
    for path in (folder.checkpoint_file, folder.previous_checkpoint_file):
        try:
            states.append(read_file_with_checksum(path, CHECKPOINT_SCHEMA, _MOST_BYTES))
        except StorageError as error:
            if not is_missing(error):
                problems += error.problems
    return states, problems
