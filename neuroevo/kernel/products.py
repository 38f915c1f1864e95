"""Products of matrices whose items are rows of lanes, tile by tile.

A tile is divided into pieces whose sums stay in registers, so that each row is loaded once for
several sums. Each sum is taken in the order of its terms, whatever the tiles and pieces, so results
do not depend on them. Knows no networks.
"""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from numba.core import cgutils, types
from numba.extending import intrinsic

from neuroevo.kernel.compiled import inlined, merged
from neuroevo.kernel.pointers import emit_load, emit_part, emit_store
from neuroevo.kernel.registers import Registers, registers_of
from neuroevo.kernel.vectors import VECTOR_BITS, Vector, fma


class Matrix(NamedTuple):
    """Where the items of a matrix lie: (i, j) is the row first + i × down + j × across."""

    rows: Any
    first: int
    down: int
    across: int


@merged
def add_product(target, initial, left, right, height, width, depth):
    """Compute initial + left × right: (height, width) of (height, depth) and (depth, width)."""
    i = 0
    while i + 4 <= height:
        _compute_rows(4, target, initial, left, right, i, width, depth)
        i += 4
    if i + 2 <= height:
        _compute_rows(2, target, initial, left, right, i, width, depth)
        i += 2
    if i < height:
        _compute_rows(1, target, initial, left, right, i, width, depth)


@inlined
def _compute_rows(height, target, initial, left, right, i, width, depth):
    j = 0
    while j + 4 <= width:
        _compute_tile(height, 4, target, initial, left, right, i, j, depth)
        j += 4
    while j < width:
        _compute_tile(height, 1, target, initial, left, right, i, j, depth)
        j += 1


@intrinsic
def _compute_tile(
    _: Any,
    height: Any,
    width: Any,
    target: Any,
    initial: Any,
    left: Any,
    right: Any,
    i: Any,
    j: Any,
    depth: Any,
) -> Any:
    """Compute the part of a product from (i, j) on that has this constant height and width."""
    if not (isinstance(height, types.IntegerLiteral) and isinstance(width, types.IntegerLiteral)):
        return None

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        i, j, count = arguments[6:]
        none = i.type(0)
        corners = [(i, j), (i, j), (i, none), (none, j)]
        matrices = [Matrix(*cgutils.unpack_tuple(builder, matrix)) for matrix in arguments[2:6]]
        registers = registers_of(context)
        for piece in pieces(height.literal_value, width.literal_value, registers):
            _emit_piece(
                builder,
                piece,
                count,
                *(
                    _Items(builder, matrix, corner, piece)
                    for matrix, corner in zip(matrices, corners, strict=True)
                ),
            )
        return context.get_dummy_value()

    return types.void(height, width, target, initial, left, right, i, j, depth), generate


class Piece(NamedTuple):
    """Some items of a tile, or the same part of their lanes."""

    rows: range
    columns: range
    part: int
    parts: int  # into which the lanes are divided


def pieces(height: int, width: int, registers: Registers) -> Iterator[Piece]:
    """Divide a tile so that the sums of a piece leave a quarter of the registers for factors."""
    whole = max(VECTOR_BITS // registers.bits, 1)  # registers of one sum
    most = registers.count * 3 // 4
    parts = 1 if height * width * whole <= most else whole
    step = width
    while height * step * whole // parts > most:
        step //= 2
    for part, column in itertools.product(range(parts), range(0, width, step)):
        yield Piece(range(height), range(column, column + step), part, parts)


def _emit_piece(
    builder: Any,
    piece: Piece,
    count: Any,
    target: "_Items",
    initial: "_Items",
    left: "_Items",
    right: "_Items",
) -> None:
    rows, columns = ([count.type(place) for place in places] for places in piece[:2])
    places = list(itertools.product(rows, columns))
    sums = [cgutils.alloca_once_value(builder, initial.load(*place)) for place in places]
    with cgutils.for_range(builder, count) as loop:
        factors = [Vector(builder, left.load(row, loop.index)) for row in rows]
        others = [Vector(builder, right.load(loop.index, column)) for column in columns]
        for total, pair in zip(sums, itertools.product(factors, others), strict=True):
            addend = Vector(builder, builder.load(total))
            builder.store(fma(*pair, addend).value, total)
    for total, place in zip(sums, places, strict=True):
        target.store(builder.load(total), *place)


class _Items:
    """Emits loads and stores of a part of a matrix's items, counted from a corner."""

    def __init__(self, builder: Any, matrix: Matrix, corner: tuple[Any, Any], piece: Piece) -> None:
        self._builder, self._down, self._across = builder, matrix.down, matrix.across
        self._parts = piece.parts
        row = builder.add(matrix.first, self._distance(*corner))
        first = builder.gep(matrix.rows, [row], inbounds=True)
        self._first = emit_part(builder, first, piece.part, piece.parts)

    def load(self, i: Any, j: Any) -> Any:
        return emit_load(self._builder, self._place(i, j), self._parts)

    def store(self, value: Any, i: Any, j: Any) -> None:
        emit_store(self._builder, self._place(i, j), value, self._parts)

    def _place(self, i: Any, j: Any) -> Any:
        distance = self._builder.mul(self._distance(i, j), i.type(self._parts))
        return self._builder.gep(self._first, [distance], inbounds=True)

    def _distance(self, i: Any, j: Any) -> Any:
        builder = self._builder
        return builder.add(builder.mul(i, self._down), builder.mul(j, self._across))
