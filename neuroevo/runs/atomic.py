"""Writing a whole file at once, so that a reader sees the old one or the new one, never half.

It knows nothing of what the files hold.
"""

import os
import re
import threading
from contextlib import suppress
from pathlib import Path

from neuroevo.runs.disk import NO_LINK, sync_folder, unwritable, write_all

_TEMPORARY = re.compile(r"\..+\.(\d{1,9})\.temporary")


def write_atomically(path: Path, content: str | bytes, *, keep: Path | None = None) -> None:
    """Replace a file by new content: a temporary file beside it, fsync, then rename.

    Parameters
    ----------
    path
        File to write; its folder must exist.
    content
        All of the file; a text is written as UTF-8 with its line ends as they are.
    keep
        Where the present file goes, if there is one, once the new one is ready to take its place.

    Raises
    ------
    StorageError
        If the file can't be written; what was there before is then still there, at its place or
        where it should be kept.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{threading.get_native_id()}.temporary")
    try:
        with suppress(FileNotFoundError):
            temporary.unlink()  # of a writer that was killed and had our number
        _write(temporary, data)
        if keep is not None:
            with suppress(FileNotFoundError):
                os.replace(path, keep)  # noqa: PTH105 - a call of os, as tests of failing disks need
        os.replace(temporary, path)  # noqa: PTH105 - see above
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_temporaries(folder: Path) -> None:
    """Remove, as far as the system lets us, the temporary files of writers that were killed.

    Those of living processes stay: a report may be written while a search is resumed.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            named = _TEMPORARY.fullmatch(path.name)
            if named is not None and not _lives_elsewhere(int(named[1])):
                with suppress(OSError):
                    path.unlink()


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lives_elsewhere(writer: int) -> bool:
    if os.name == "nt":  # there, to signal a process is to end it
        return False
    try:
        os.kill(writer, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return writer != os.getpid()
