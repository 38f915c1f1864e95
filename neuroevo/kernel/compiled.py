"""How the kernel is compiled: entry points, cached on disk, and the functions that they call."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

from neuroevo.kernel.machine_code import keep_machine_code

Function = TypeVar("Function", bound=Callable[..., None])

# None of the functions below counts references: they neither make arrays nor outlive them.

inner = njit(forceinline=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a large function: it stays a call."""

merged = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a large function with few callers: compiled once, then inlined by LLVM."""

inlined = njit(inline="always", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
"""For a small function: its statements replace the call before anything is compiled."""


def dispatch(functions: Mapping[int, Any], arguments: str) -> Any:  # noqa: ANN401 - compiled
    """Make one compiled function that calls one of several, by a number as its first argument.

    Parameters
    ----------
    functions
        Compiled functions by number; the last one is used for all other numbers too.
    arguments
        The names of their arguments, such as ``"first, last"``.
    """
    *numbers, last = functions
    source = "\n".join(
        [
            f"def choose(number, {arguments}):",
            *(f"    if number == {each}: return function_{each}({arguments})" for each in numbers),
            f"    return function_{last}({arguments})",
        ]
    )
    namespace = {f"function_{number}": function for number, function in functions.items()}
    # Source code, since nested closures take numba a third longer to compile.
    exec(source, namespace)  # noqa: S102 - made here, from numbers and names only
    return inlined(namespace["choose"])


def _source_hash() -> str:
    """Hash all the kernel's source files."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


_SOURCE_HASH = _source_hash()


def entry_point(function: Function) -> Function:
    """Compile on first call, without the GIL, and cache the machine code on disk.

    numba's cache detects changes of the function's own file only. The hash of all files is
    part of the cached name, so that a change in any of them is detected.
    """
    function.__qualname__ = f"{function.__qualname__}-{_SOURCE_HASH}"
    compiled: Function = njit(nogil=True, _nrt=False)(function)
    keep_machine_code(compiled)
    return compiled
