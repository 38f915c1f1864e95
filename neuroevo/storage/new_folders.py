"""Folders that are made for new files, and removed if nothing is stored in them."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from neuroevo.files import absolute


@contextmanager
def new_folders_removed(folder: Path) -> Iterator[None]:
    """Remove a folder, and those above it, if the ``with`` statement fails.

    Those that existed before, or are not empty, stay.
    """
    missing = missing_folders(absolute(folder))
    try:
        yield
    except BaseException:
        remove_empty(missing)
        raise


def missing_folders(folder: Path) -> list[Path]:
    """Return a folder and those above it that do not exist, the innermost first."""
    lineage = (folder, *folder.parents)
    return [each for each in lineage if not os.path.exists(each)]  # noqa: PTH110 - never raises


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those folders that are empty, in this order."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
