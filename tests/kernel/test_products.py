"""How tiles of products are divided for the vector registers of a processor."""

import itertools

import pytest

from neuroevo.kernel.products import pieces
from neuroevo.kernel.registers import Registers, registers_with
from neuroevo.kernel.vectors import VECTOR_BITS

PROCESSORS = {
    ("x86_64", ("+sse2", "-avx")): Registers(16, 128),
    ("x86_64", ("+sse2", "+avx", "+avx2", "-avx512f")): Registers(16, 256),
    ("x86_64", ("+sse2", "+avx", "+avx2", "+avx512f")): Registers(32, 512),
    ("aarch64", ("+neon",)): Registers(32, 128),
}


@pytest.mark.parametrize(("processor", "registers"), list(PROCESSORS.items()))
def test_registers_of_a_processor(
    processor: tuple[str, tuple[str, ...]], registers: Registers
) -> None:
    """The registers are those of the widest instructions that a processor has."""
    architecture, features = processor
    assert registers_with(f"{architecture}-unknown-linux-gnu", features) == registers


@pytest.mark.parametrize("registers", list(PROCESSORS.values()))
@pytest.mark.parametrize(("height", "width"), list(itertools.product((1, 2, 4), (1, 4))))
def test_pieces_fit_the_registers(registers: Registers, height: int, width: int) -> None:
    """The pieces of a tile have each of its sums once, and those of a piece fit the registers."""
    found = list(pieces(height, width, registers))
    covered = [
        (row, column, lane)
        for piece in found
        for row, column in itertools.product(piece.rows, piece.columns)
        for lane in _lanes(piece.part, piece.parts)
    ]
    assert sorted(covered) == list(
        itertools.product(range(height), range(width), range(VECTOR_BITS // 32))
    )
    for piece in found:
        sums = len(piece.rows) * len(piece.columns)
        assert sums * VECTOR_BITS // piece.parts // registers.bits < registers.count


def _lanes(part: int, parts: int) -> range:
    size = VECTOR_BITS // 32 // parts
    return range(part * size, (part + 1) * size)
