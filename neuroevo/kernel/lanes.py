"""The SIMD vector type: a `Lanes` value is one 512-bit vector, each lane its own number.

Teaches numba a type backed by an LLVM vector, with loads, stores, arithmetic and selection. It
knows nothing of networks; every operation is IEEE 754 lane by lane, so that a lane's bits depend
neither on its neighbours nor on the processor that the code is compiled for.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model

VECTOR_BITS = 512
"""Bits of one vector: 16 lanes of float32 or 8 of float64."""


class Lanes(types.Type):
    """A vector of `count` elements of the numba type `element` (float32, float64 or boolean)."""

    def __init__(self, element: types.Type, count: int) -> None:
        self.element = element
        self.count = count
        super().__init__(name=f"Lanes({element}, {count})")


def lane_count(element: types.Float) -> int:
    """How many elements of this numba type one vector holds."""
    return VECTOR_BITS // int(element.bitwidth)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    """A `Lanes` value lives in vector registers."""

    def __init__(self, data_model_manager: Any, lanes_type: Lanes) -> None:
        element = (
            ir.IntType(1)
            if lanes_type.element == types.boolean
            else data_model_manager.lookup(lanes_type.element).get_value_type()
        )
        super().__init__(data_model_manager, lanes_type, ir.VectorType(element, lanes_type.count))


def _is_lanes(*values: Any) -> bool:
    """Whether all are numeric vectors of one type."""
    first = values[0]
    return (
        isinstance(first, Lanes)
        and first.element != types.boolean
        and all(value == first for value in values)
    )


def _mask_of(lanes: Lanes) -> Lanes:
    return Lanes(types.boolean, lanes.count)


def _numeric(mask: Lanes) -> Lanes:
    """Return the numeric vector type that this is a mask of."""
    element = types.float32 if mask.count == lane_count(types.float32) else types.float64
    return Lanes(element, mask.count)


# Memory: a row of a C-contiguous (rows, lanes) array is one vector.


def _row_pointer(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> Any:
    header = context.make_array(array_type)(context, builder, array)
    row_bytes = builder.mul(row, ir.Constant(row.type, VECTOR_BITS // 8))
    address = builder.add(builder.ptrtoint(header.data, row.type), row_bytes)
    vector = ir.VectorType(context.get_data_type(array_type.dtype), lane_count(array_type.dtype))
    return builder.inttoptr(address, vector.as_pointer())


def _is_lane_array(array: Any) -> bool:
    return (
        isinstance(array, types.Array)
        and array.ndim == 2  # noqa: PLR2004  # (rows, lanes)
        and array.layout == "C"
        and isinstance(array.dtype, types.Float)
    )


@intrinsic
def load(_: Any, array: Any, row: Any) -> Any:
    """Row `row` of a (rows, lanes) array."""
    if not (_is_lane_array(array) and isinstance(row, types.Integer)):
        return None
    lanes = Lanes(array.dtype, lane_count(array.dtype))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, row_type = signature.args
        row_index = context.cast(builder, arguments[1], row_type, types.intp)
        pointer = _row_pointer(context, builder, array_type, arguments[0], row_index)
        return builder.load(pointer, align=array_type.dtype.bitwidth // 8)

    return lanes(array, row), generate


@intrinsic
def store(_: Any, array: Any, row: Any, value: Any) -> Any:
    """Write `value` to row `row` of a (rows, lanes) array."""
    if not (_is_lane_array(array) and isinstance(row, types.Integer) and _is_lanes(value)):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, row_type, _ = signature.args
        row_index = context.cast(builder, arguments[1], row_type, types.intp)
        pointer = _row_pointer(context, builder, array_type, arguments[0], row_index)
        builder.store(arguments[2], pointer, align=array_type.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, row, value), generate


# Arithmetic: operands are vectors of one type, or numbers that then stand in every lane.


def _common_type(*operands: Any) -> Lanes | None:
    """Find the vector type of these operands; None where they do not go together."""
    vectors = {operand for operand in operands if _is_lanes(operand)}
    numbers = [operand for operand in operands if isinstance(operand, types.Float)]
    fits = len(vectors) == 1 and len(numbers) + sum(map(_is_lanes, operands)) == len(operands)
    return vectors.pop() if fits else None


def _spread(context: Any, builder: Any, number: Any, lanes: Lanes) -> Any:
    """Emit the LLVM vector with this scalar in every lane."""
    undefined = ir.Constant(context.get_value_type(lanes), ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), None)
    return builder.shuffle_vector(first, undefined, zeros)


def _generator(emit: Callable[..., Any], lanes: Lanes) -> Callable[..., Any]:
    """Code generation that brings all operands to `lanes`, then emits the operation."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vectors = [
            value
            if isinstance(operand, Lanes)
            else _spread(
                context, builder, context.cast(builder, value, operand, lanes.element), lanes
            )
            for operand, value in zip(signature.args, arguments, strict=True)
        ]
        return emit(builder, *vectors)

    return generate


def _call(name: str) -> Callable[..., Any]:
    """Emit a call of the LLVM intrinsic of this name, which takes and gives vectors of one type."""

    def emit(builder: Any, *operands: Any) -> Any:
        vector = operands[0].type
        signature = ir.FunctionType(vector, [vector] * len(operands))
        full_name = f"{name}.v{vector.count}{vector.element.intrinsic_name}"
        function = cgutils.get_or_insert_function(builder.module, signature, full_name)
        return builder.call(function, operands)

    return emit


def _unary(emit: Callable[..., Any]) -> Any:
    def operation(_: Any, value: Any) -> Any:
        lanes = _common_type(value)
        return None if lanes is None else (lanes(value), _generator(emit, lanes))

    return intrinsic(operation)


def _binary(
    emit: Callable[..., Any], result: Callable[[Lanes], Lanes] = lambda lanes: lanes
) -> Any:
    def operation(_: Any, left: Any, right: Any) -> Any:
        lanes = _common_type(left, right)
        return None if lanes is None else (result(lanes)(left, right), _generator(emit, lanes))

    return intrinsic(operation)


@intrinsic
def broadcast(_: Any, number: Any) -> Any:
    """One number in every lane."""
    if not isinstance(number, types.Float):
        return None
    lanes = Lanes(number, lane_count(number))
    return lanes(number), _generator(lambda _, vector: vector, lanes)


@intrinsic
def fma(_: Any, factor: Any, other_factor: Any, addend: Any) -> Any:
    """Factor × other_factor + addend, rounded once."""
    lanes = _common_type(factor, other_factor, addend)
    if lanes is None:
        return None
    return lanes(factor, other_factor, addend), _generator(_call("llvm.fma"), lanes)


@intrinsic
def where(_: Any, mask: Any, then: Any, otherwise: Any) -> Any:
    """`then` in the lanes where the mask holds, `otherwise` in the others."""
    if not (isinstance(mask, Lanes) and mask.element == types.boolean):
        return None
    lanes = _numeric(mask)
    if any(
        operand != lanes and not isinstance(operand, types.Float) for operand in (then, otherwise)
    ):
        return None
    generate = _generator(lambda builder, *operands: builder.select(*operands), lanes)
    return lanes(mask, then, otherwise), generate


def _emit_power_of_two(builder: Any, exponent: Any) -> Any:
    mantissa_bits, bias, bits = {"float": (23, 127, 32), "double": (52, 1023, 64)}[
        str(exponent.type.element)
    ]
    integers = ir.VectorType(ir.IntType(bits), exponent.type.count)

    def everywhere(value: int) -> ir.Constant:
        return ir.Constant(integers, [value] * integers.count)

    biased = builder.add(builder.fptosi(exponent, integers), everywhere(bias))
    return builder.bitcast(builder.shl(biased, everywhere(mantissa_bits)), exponent.type)


absolute = _unary(_call("llvm.fabs"))
nearest_integer = _unary(_call("llvm.rint"))
power_of_two = _unary(_emit_power_of_two)
"""2 to the power of an integral value whose power is a normal number."""

_negate = _unary(lambda builder, value: builder.fneg(value))
_add = _binary(lambda builder, left, right: builder.fadd(left, right))
_subtract = _binary(lambda builder, left, right: builder.fsub(left, right))
_multiply = _binary(lambda builder, left, right: builder.fmul(left, right))
_divide = _binary(lambda builder, left, right: builder.fdiv(left, right))
_less = _binary(lambda builder, left, right: builder.fcmp_ordered("<", left, right), _mask_of)
_greater = _binary(lambda builder, left, right: builder.fcmp_ordered(">", left, right), _mask_of)
_equal = _binary(lambda builder, left, right: builder.fcmp_ordered("==", left, right), _mask_of)


@overload(operator.neg, strict=False)
def _overload_negate(value: Any) -> Any:
    return (lambda value: _negate(value)) if _is_lanes(value) else None  # noqa: PLW0108 - compiled


def _overload_binary(symbol: Callable[..., Any], operation: Any) -> None:
    def overloaded(left: Any, right: Any) -> Any:
        if _common_type(left, right) is None:
            return None
        return lambda left, right: operation(left, right)  # noqa: PLW0108 - compiled

    overload(symbol, strict=False)(overloaded)


for _symbol, _operation in (
    (operator.add, _add),
    (operator.sub, _subtract),
    (operator.mul, _multiply),
    (operator.truediv, _divide),
    (operator.lt, _less),
    (operator.gt, _greater),
    (operator.eq, _equal),
):
    _overload_binary(_symbol, _operation)


# Constants and series whose values or lengths depend on the precision.


def constant(float32: float, float64: float) -> Any:
    """Make an intrinsic `f(like)`: one number in every lane, chosen by the precision of `like`."""
    chosen = {types.float32: float32, types.float64: float64}

    def operation(_: Any, like: Any) -> Any:
        def generate(context: Any, _: Any, __: Any, ___: Any) -> Any:
            vector = context.get_value_type(like)
            return ir.Constant(vector, [chosen[like.element]] * like.count)

        return (like(like), generate) if _is_lanes(like) else None

    return intrinsic(operation)


zero = constant(0.0, 0.0)


def polynomial(float32: tuple[float, ...], float64: tuple[float, ...]) -> Any:
    """Make an intrinsic `f(x)`: the polynomial with these coefficients, lowest power first.

    Evaluated by Horner's rule with fused multiply-adds, the coefficients chosen by the precision.
    """
    chosen = {types.float32: float32, types.float64: float64}
    multiply_add = _call("llvm.fma")

    def operation(_: Any, x: Any) -> Any:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            vector = arguments[0].type
            *lower, highest = (
                ir.Constant(vector, [coefficient] * x.count) for coefficient in chosen[x.element]
            )
            result = highest
            for coefficient in reversed(lower):
                result = multiply_add(builder, result, arguments[0], coefficient)
            return result

        return (x(x), generate) if _is_lanes(x) else None

    return intrinsic(operation)
