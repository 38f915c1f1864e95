"""Products of matrices whose items are rows of lanes, tile by tile.

The sums of a tile stay in registers, so that each row is loaded once for several sums. Each sum
is taken in the order of its terms, whatever the tiles, so results do not depend on them. Knows no
networks.
"""

import itertools
from typing import Any, NamedTuple

from numba.core import cgutils, types
from numba.extending import intrinsic

from neuroevo.kernel.compiled import inlined, merged
from neuroevo.kernel.pointers import emit_load, emit_store
from neuroevo.kernel.vectors import Vector, fma


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
        first, second, count = arguments[6:]
        target, initial, left, right = (
            _Items(builder, Matrix(*cgutils.unpack_tuple(builder, matrix)))
            for matrix in arguments[2:6]
        )
        rows = [builder.add(first, first.type(row)) for row in range(height.literal_value)]
        columns = [builder.add(second, second.type(place)) for place in range(width.literal_value)]
        tile = list(itertools.product(rows, columns))
        sums = [cgutils.alloca_once_value(builder, initial.load(*place)) for place in tile]
        with cgutils.for_range(builder, count) as loop:
            factors = [Vector(builder, left.load(row, loop.index)) for row in rows]
            others = [Vector(builder, right.load(loop.index, column)) for column in columns]
            for total, pair in zip(sums, itertools.product(factors, others), strict=True):
                addend = Vector(builder, builder.load(total))
                builder.store(fma(*pair, addend).value, total)
        for total, place in zip(sums, tile, strict=True):
            target.store(builder.load(total), *place)
        return context.get_dummy_value()

    return types.void(height, width, target, initial, left, right, i, j, depth), generate


class _Items:
    """Emits loads and stores of a matrix's items."""

    def __init__(self, builder: Any, matrix: Matrix) -> None:
        self._builder, self._matrix = builder, matrix

    def load(self, i: Any, j: Any) -> Any:
        return emit_load(self._builder, self._place(i, j))

    def store(self, value: Any, i: Any, j: Any) -> None:
        emit_store(self._builder, self._place(i, j), value)

    def _place(self, i: Any, j: Any) -> Any:
        builder, (rows, first, down, across) = self._builder, self._matrix
        row = builder.add(first, builder.add(builder.mul(i, down), builder.mul(j, across)))
        return builder.gep(rows, [row], inbounds=True)
