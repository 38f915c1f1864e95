"""Pointers to arrays, which compiled functions pass to each other at low cost.

Adds two types to numba: `Rows` for a (rows, lanes) array, whose rows are vectors, and `Numbers`
for any other. They neither own an array nor know its length; the array must live as long as they
are used, and nothing is checked.
"""

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model

from neuroevo.kernel.lanes import Lanes, lane_count
from neuroevo.kernel.vectors import VECTOR_BITS


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
        return emit_load(builder, builder.gep(arguments[0], [arguments[1]], inbounds=True))

    return rows.lanes(rows, row), generate


@intrinsic
def store(_: Any, rows: Any, row: Any, value: Any) -> Any:
    """Write `value` to one row."""
    if not (isinstance(rows, Rows) and isinstance(row, types.Integer) and value == rows.lanes):
        return None

    def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
        rows_, place, vector = arguments
        place = builder.gep(rows_, [place], inbounds=True)
        emit_store(builder, place, vector)
        return context.get_dummy_value()

    return types.void(rows, row, value), generate


@intrinsic
def item(_: Any, numbers: Any, index: Any) -> Any:
    """Return one number."""
    if not (isinstance(numbers, Numbers) and isinstance(index, types.Integer)):
        return None

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.load(builder.gep(arguments[0], [arguments[1]], inbounds=True))

    return numbers.item(numbers, index), generate


def emit_part(builder: Any, place: Any, part: int, parts: int) -> Any:
    """Emit a pointer to a part of a row, given a pointer to it and into how many it is divided."""
    row = place.type.pointee
    divided = ir.VectorType(row.element, row.count // parts)
    first = builder.bitcast(place, divided.as_pointer())
    return builder.gep(first, [ir.IntType(64)(part)], inbounds=True)


def emit_load(builder: Any, place: Any, parts: int = 1) -> Any:
    """Emit a load of a row or a part of it, given a pointer to it."""
    return builder.load(place, align=VECTOR_BITS // 8 // parts)


def emit_store(builder: Any, place: Any, vector: Any, parts: int = 1) -> None:
    """Emit a store of a row or a part of it."""
    builder.store(vector, place, align=VECTOR_BITS // 8 // parts)
