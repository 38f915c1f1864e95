"""How the kernel is compiled: entry points, cached on disk, and the functions within them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., None])

# None of the functions below counts references: they neither make arrays nor outlive them.

inner = njit(forceinline=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a large function that compiled code calls: it stays a call."""

merged = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a large function that is used at few places: compiled once, then made part of each."""

inlined = njit(inline="always", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a small function: its statements stand in for the call before anything is compiled."""


def _source_hash() -> str:
    """Hash all the kernel's source files."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


_SOURCE_HASH = _source_hash()


def entry_point(function: Function) -> Function:
    """Compile on first call, without the GIL, and cache the machine code on disk.

    numba's cache notices changes of the function's own file alone. The hash of all files in the
    name under which it is cached makes a change in any of them count.
    """
    function.__qualname__ = f"{function.__qualname__}-{_SOURCE_HASH}"
    compiled: Function = njit(nogil=True, cache=True, _nrt=False)(function)
    return compiled
