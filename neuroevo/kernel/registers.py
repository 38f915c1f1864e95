"""The vector registers of the processor that code is compiled for. Knows nothing of what uses them.

They decide how a computation is divided, and never its bits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Registers:
    """How many vector registers there are, and their size in bits."""

    count: int
    bits: int


def registers_of(context: Any) -> Registers:  # noqa: ANN401 - numba has no types
    """Return the registers of the target for which a numba context emits code."""
    triple, _, features = context.codegen().magic_tuple()
    return registers_with(triple, features.split(","))


def registers_with(triple: str, features: Collection[str]) -> Registers:
    """Return the registers of a target with some features, as LLVM names both.

    Examples
    --------
    >>> registers_with("x86_64-unknown-linux-gnu", ["+sse2", "+avx", "+avx2"])
    Registers(count=16, bits=256)
    >>> registers_with("arm64-apple-darwin", ["+neon"])
    Registers(count=32, bits=128)
    """
    if not triple.startswith(("x86_64", "i386", "i686")):
        return Registers(32, 128)  # Neon, AltiVec
    if "+avx512f" in features:
        return Registers(32, 512)
    return Registers(16, 256 if "+avx" in features else 128)
