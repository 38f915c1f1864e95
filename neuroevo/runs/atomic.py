"""Writing a whole file at once, so that a reader sees the old one or the new one, never half.

It knows nothing of what the files hold.
"""

import os
from contextlib import suppress
from pathlib import Path

from neuroevo.errors import StorageError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file by new content: a temporary file beside it, fsync, then rename.

    Parameters
    ----------
    path
        File to write; its folder must exist.
    content
        All of the file; a text is written as UTF-8 with its line ends as they are.

    Raises
    ------
    StorageError
        If the file can't be written; what was there before is then still there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.temporary")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({reason(error)})") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """Say in the system's words why it refused, without the path that the message names."""
    return error.strerror or str(error) or type(error).__name__


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut, where the system can."""
    if os.name == "nt":  # a folder can't be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
