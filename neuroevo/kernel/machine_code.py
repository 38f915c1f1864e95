"""Machine code on disk, so that later starts need not compile. Knows no function of the kernel.

A damaged entry is replaced, and a folder that can't be written to is no error: each costs a warning
and the time to compile.
"""

import functools
import hashlib
import os
import pickle
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache, NullCache
from numba.core.serialize import dumps

_CHECKSUM_BYTES = 32
_ADVICE = "; the environment variable NUMBA_CACHE_DIR names another folder"


def keep_machine_code(compiled: Any) -> None:  # noqa: ANN401 - numba has no types
    """Let numba look for the machine code of a function on disk before it compiles, and store it.

    numba's own cache fails if it can't be written to, and takes whatever a damaged file contains.
    """
    try:
        cache: _Cache | _NoCache = _Cache(compiled.py_func)
    except RuntimeError:  # numba finds no folder for it
        cache = _NoCache()
    compiled._cache = cache  # noqa: SLF001 - numba lets nobody choose another cache


class _Cache(FunctionCache):  # type: ignore[misc]  # numba has no types
    """numba's cache, with entries that have checksums."""

    def __init__(self, function: Callable[..., None]) -> None:
        super().__init__(function)
        self._cache_file = _Entries(Path(self.cache_path), self._impl.filename_base)

    def load_overload(self, sig: Any, target_context: Any) -> Any:  # noqa: ANN401 - numba's
        """Load machine code.

        numba's own method first loads all functions that compiled ones might call, and so
        `scipy.linalg`, which takes nine times as long. What is loaded calls nothing any more,
        and what is compiled later loads them.
        """
        return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:  # noqa: ANN401 - numba's
        """Store machine code; warns if that is not possible."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn(f"{self.cache_path}: can't be written to ({error.strerror})", _ADVICE)


class _NoCache(NullCache):  # type: ignore[misc]  # numba has no types
    """A cache for which there is no folder."""

    def save_overload(self, sig: Any, cres: Any) -> None:  # noqa: ANN401, ARG002 - numba's
        """Warn that the machine code is not stored."""
        folder = Path(__file__).parent / "__pycache__"
        _warn(f"{folder}: can't be written to, nor can a cache in the home folder", _ADVICE)


class _Entries:
    """The entries of a cache, a file for each: the checksum of a pickle of numba's, then this."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def load(self, key: object) -> Any:  # noqa: ANN401 - numba's
        """Read an entry; None if there is none, or it is damaged."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _warn(f"{path}: can't be read ({error.strerror})")
            return None
        checksum, entry = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
        if hashlib.sha256(entry).digest() != checksum:
            _warn(f"{path}: is damaged and is replaced")
            return None
        return pickle.loads(entry)  # noqa: S301 - machine code, which the folder's owner wrote

    def save(self, key: object, data: object) -> None:
        """Write an entry, atomically; OSError if that is not possible."""
        entry = dumps(data)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=f"{self._name}.")
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(entry).digest() + entry)
            unfinished.replace(self._path(key))
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _path(self, key: object) -> Path:
        digest = hashlib.sha256(f"{numba.__version__} {key!r}".encode()).hexdigest()[:16]
        return self._folder / f"{self._name}.{digest}.nbc"


@functools.cache  # one line for all functions
def _warn(what: str, advice: str = "") -> None:
    warnings.warn(f"{what}, so the kernel is compiled again{advice}", stacklevel=2)
