"""Pointers to arrays, which compiled functions pass to each other at low cost.

Adds two types to numba: `Rows` for a (rows, lanes) array, whose rows are vectors, and `Numbers`
for any other. They neither own an array nor know its length; the array must live as long as they
are used, and nothing is checked.
"""

from collections.abc import Sequence
from typing import Any

from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.types.containers import UniTuple
from numba.extending import intrinsic, register_model

from neuroevo.kernel.lanes import Lanes, lane_count
from neuroevo.kernel.vectors import VECTOR_BITS, Vector, fma


class Rows(types.Type):
    """The rows of a (rows, lanes) array."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        super().__init__(name=f"Rows({lanes})")


class Numbers(types.Type):
    """The items of an array, in C order."""

    def __init__(self, item: types.Number) -> None:
        self.item = item
        super().__init__(name=f"Numbers({item})")


@register_model(Rows)
class _RowsModel(models.PrimitiveModel):
    """A pointer to the first row."""

    def __init__(self, data_model_manager: Any, rows: Rows) -> None:
        row = data_model_manager.lookup(rows.lanes).get_value_type()
        super().__init__(data_model_manager, rows, row.as_pointer())


@register_model(Numbers)
class _NumbersModel(models.PrimitiveModel):
    """A pointer to the first item."""

    def __init__(self, data_model_manager: Any, numbers: Numbers) -> None:
        item = data_model_manager.lookup(numbers.item).get_data_type()
        super().__init__(data_model_manager, numbers, item.as_pointer())


def _find(pointer_type: Any, array_type: Any) -> Any:
    """Return the signature and code of a function that returns a pointer to an array."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        header = context.make_array(array_type)(context, builder, arguments[0])
        return builder.bitcast(header.data, context.get_value_type(pointer_type))

    return pointer_type(array_type), generate


@intrinsic
def rows_of(_: Any, array: Any) -> Any:
    """Return a pointer to a C-contiguous (rows, lanes) array that is aligned to vectors."""
    if not (isinstance(array, types.Array) and array.layout == "C"):
        return None
    if not (array.ndim == 2 and isinstance(array.dtype, types.Float)):  # noqa: PLR2004 - (rows, lanes)
        return None
    return _find(Rows(Lanes(array.dtype, lane_count(array.dtype))), array)


@intrinsic
def numbers_of(_: Any, array: Any) -> Any:
    """Return a pointer to a C-contiguous array of any shape."""
    if not (isinstance(array, types.Array) and array.layout == "C"):
        return None
    return _find(Numbers(array.dtype), array)


@intrinsic
def load(_: Any, rows: Any, row: Any) -> Any:
    """Return one row."""
    if not (isinstance(rows, Rows) and isinstance(row, types.Integer)):
        return None

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        [vector] = _emit_load(builder, arguments[0], arguments[1], 1)
        return vector

    return rows.lanes(rows, row), generate


@intrinsic
def store(_: Any, rows: Any, row: Any, value: Any) -> Any:
    """Write `value` to one row."""
    if not (isinstance(rows, Rows) and isinstance(row, types.Integer) and value == rows.lanes):
        return None

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        rows_, first, vector = arguments
        _emit_store(builder, rows_, first, [vector])
        return context.get_dummy_value()

    return types.void(rows, row, value), generate


@intrinsic
def load_block(_: Any, rows: Any, row: Any, count: Any) -> Any:
    """Return `count` rows from this one on, as a tuple of vectors; `count` is constant."""
    if not (isinstance(rows, Rows) and isinstance(count, types.IntegerLiteral)):
        return None
    block = UniTuple(rows.lanes, count.literal_value)

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        vectors = _emit_load(builder, arguments[0], arguments[1], len(block))
        return context.make_tuple(builder, block, vectors)

    return block(rows, row, count), generate


@intrinsic
def store_block(_: Any, rows: Any, row: Any, block: Any) -> Any:
    """Write a tuple of vectors to rows, from this row on."""
    if not (isinstance(rows, Rows) and block == UniTuple(rows.lanes, len(block))):
        return None

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        rows_, first, vectors = arguments
        _emit_store(builder, rows_, first, cgutils.unpack_tuple(builder, vectors))
        return context.get_dummy_value()

    return types.void(rows, row, block), generate


@intrinsic
def add_product(_: Any, sums: Any, rows: Any, row: Any, factor: Any) -> Any:
    """Add row × factor to each sum, for rows from this one on; each is rounded once."""
    if not (isinstance(rows, Rows) and factor == rows.lanes):
        return None

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        before, rows_, row_, factor_ = arguments
        addends = cgutils.unpack_tuple(builder, before)
        vectors = _emit_load(builder, rows_, row_, len(addends))
        after = [
            fma(*(Vector(builder, value) for value in (vector, factor_, addend))).value
            for vector, addend in zip(vectors, addends, strict=True)
        ]
        return context.make_tuple(builder, sums, after)

    return sums(sums, rows, row, factor), generate


def _places(builder: Any, rows: Any, first: Any, count: int) -> list[Any]:
    """Emit pointers to `count` rows, from this one on."""
    offsets = (builder.add(first, first.type(place)) if place else first for place in range(count))
    return [builder.gep(rows, [offset], inbounds=True) for offset in offsets]


def _emit_load(builder: Any, rows: Any, first: Any, count: int) -> list[Any]:
    places = _places(builder, rows, first, count)
    return [builder.load(place, align=VECTOR_BITS // 8) for place in places]


def _emit_store(builder: Any, rows: Any, first: Any, vectors: Sequence[Any]) -> None:
    places = _places(builder, rows, first, len(vectors))
    for vector, place in zip(vectors, places, strict=True):
        builder.store(vector, place, align=VECTOR_BITS // 8)


@intrinsic
def item(_: Any, numbers: Any, index: Any) -> Any:
    """Return one number."""
    if not (isinstance(numbers, Numbers) and isinstance(index, types.Integer)):
        return None

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.load(builder.gep(arguments[0], [arguments[1]], inbounds=True))

    return numbers.item(numbers, index), generate
