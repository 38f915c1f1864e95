"""The SIMD vector type: a `Lanes` value is one 512-bit vector, each lane its own number.

Teaches numba a type backed by an LLVM vector, and formulas over it: functions of plain Python
that are run while code is emitted, and leave their operations in its place. Knows nothing of
networks; every operation is IEEE 754 lane by lane, so that a lane's bits depend neither on its
neighbours nor on the processor that the code is compiled for.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.types.containers import NamedUniTuple, UniTuple
from numba.core.types.misc import VarArg
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, register_model

VECTOR_BITS = 512
"""Bits of one vector: 16 lanes of float32 or 8 of float64."""

Function = TypeVar("Function", bound=Callable[..., Any])
Choice = TypeVar("Choice")


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

    def __init__(self, data_model_manager: Any, lanes: Lanes) -> None:
        element = (
            ir.IntType(1)
            if lanes.element == types.boolean
            else data_model_manager.lookup(lanes.element).get_value_type()
        )
        super().__init__(data_model_manager, lanes, ir.VectorType(element, lanes.count))


class Vector:
    """What a formula computes with: a vector in code that is being emitted.

    Numbers in a formula stand in every lane. Comparisons give masks and are false for NaN.
    """

    __slots__ = ("builder", "value")

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder = builder
        self.value = value

    def like(self, number: "Vector | float") -> "Vector":
        """Return a number in every lane of a vector of this type; a vector as it is."""
        if isinstance(number, Vector):
            return number
        vector = self.value.type
        return Vector(self.builder, ir.Constant(vector, [number] * vector.count))

    def choose(self, float32: Choice, float64: Choice) -> Choice:
        """Return what is meant for the precision of this vector, or of what it is a mask of."""
        return float32 if self.value.type.count == lane_count(types.float32) else float64

    def emit(self, instruction: str, *others: "Vector | float") -> "Vector":
        """Emit an instruction of llvmlite's builder on this vector and others."""
        operands = [self.like(other).value for other in others]
        return Vector(self.builder, getattr(self.builder, instruction)(self.value, *operands))

    def call(self, name: str, *others: "Vector | float") -> "Vector":
        """Emit a call of an intrinsic of LLVM's that takes and gives vectors of this type."""
        operands = [self.value, *(self.like(other).value for other in others)]
        vector = self.value.type
        function = cgutils.get_or_insert_function(
            self.builder.module,
            ir.FunctionType(vector, [vector] * len(operands)),
            f"{name}.v{vector.count}{vector.element.intrinsic_name}",
        )
        return Vector(self.builder, self.builder.call(function, operands))

    def compare(self, sign: str, other: "Vector | float") -> "Vector":
        """Emit a comparison: a mask that is false for NaN."""
        other = self.like(other)
        return Vector(self.builder, self.builder.fcmp_ordered(sign, self.value, other.value))

    def __neg__(self) -> "Vector":
        return self.emit("fneg")

    def __add__(self, other: "Vector | float") -> "Vector":
        return self.emit("fadd", other)

    def __sub__(self, other: "Vector | float") -> "Vector":
        return self.emit("fsub", other)

    def __mul__(self, other: "Vector | float") -> "Vector":
        return self.emit("fmul", other)

    def __truediv__(self, other: "Vector | float") -> "Vector":
        return self.emit("fdiv", other)

    def __radd__(self, other: float) -> "Vector":
        return self.like(other) + self

    def __rsub__(self, other: float) -> "Vector":
        return self.like(other) - self

    def __rmul__(self, other: float) -> "Vector":
        return self.like(other) * self

    def __rtruediv__(self, other: float) -> "Vector":
        return self.like(other) / self

    def __lt__(self, other: "Vector | float") -> "Vector":
        return self.compare("<", other)

    def __gt__(self, other: "Vector | float") -> "Vector":
        return self.compare(">", other)


# Formulas in compiled code


def _common_type(*operands: Any) -> Lanes | None:
    """Find the vector type of these operands; None where they do not go together."""
    flat = [part for operand in operands for part in _parts(operand)]
    vectors = {_numeric(operand) for operand in flat if isinstance(operand, Lanes)}
    fits = all(isinstance(operand, Lanes | types.Number) for operand in flat)
    return vectors.pop() if fits and len(vectors) == 1 else None


def _parts(kind: Any) -> tuple[Any, ...]:
    return tuple(kind.types) if isinstance(kind, NamedUniTuple) else (kind,)


def _numeric(lanes: Lanes) -> Lanes:
    """Return the numeric vector type that this is, or is a mask of."""
    if lanes.element != types.boolean:
        return lanes
    element = types.float32 if lanes.count == lane_count(types.float32) else types.float64
    return Lanes(element, lanes.count)


def mask_of(lanes: Lanes) -> Lanes:
    """Return the type of a truth value for each lane."""
    return Lanes(types.boolean, lanes.count)


def _same(lanes: Lanes) -> Lanes:
    return lanes


def formula(gives: Callable[[Lanes], types.Type] = _same) -> Callable[[Function], Function]:
    """Let compiled code call a function of `Vector`s.

    Its operations are emitted in the place of the call: nothing is compiled apart, so that a
    formula may be made of many others at no cost.

    Parameters
    ----------
    gives
        The type of what the function gives, from that of the vectors it takes: the same by
        default. A function takes vectors, named tuples of them and numbers, at least one vector.
    """
    return partial(_teach, gives, ((VarArg(types.Any),),))


def _teach(
    gives: Callable[[Lanes], types.Type],
    signatures: Iterable[tuple[Any, ...]],  # of what is lowered here
    function: Function,
) -> Function:
    class _Template(AbstractTemplate):
        key = function

        def generic(self, arguments: Any, _: Any) -> Any:
            lanes = _common_type(*arguments)
            return None if lanes is None else signature(gives(lanes), *arguments)

    def generate(context: Any, builder: Any, call: Any, arguments: Any) -> Any:
        lanes: Any = _common_type(*call.args)

        def operand(kind: Any, value: Any) -> Any:
            if isinstance(kind, NamedUniTuple):
                values = cgutils.unpack_tuple(builder, value)
                return kind.instance_class(*map(operand, kind.types, values))
            if isinstance(kind, Lanes):
                return Vector(builder, value)
            scalar = context.cast(builder, value, kind, lanes.element)
            return Vector(builder, spread(builder, scalar, context.get_value_type(lanes)))

        result = function(*map(operand, call.args, arguments))
        if isinstance(result, tuple):
            values = [vector.value for vector in result]
            return context.make_tuple(builder, call.return_type, values)
        return result.value

    infer_global(function, types.Function(_Template))
    for kinds in signatures:
        lower_builtin(function, *kinds)(generate)
    return function


def spread(builder: Any, number: Any, vector: Any) -> Any:
    """Emit a value of this LLVM vector type with the scalar in every lane."""
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(first, undefined, zeros)


def pair(lanes: Lanes) -> UniTuple:
    """Return the type of two vectors."""
    return UniTuple(lanes, 2)


def triple(lanes: Lanes) -> UniTuple:
    """Return the type of three vectors."""
    return UniTuple(lanes, 3)


_OPERANDS = ((Lanes,), (Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes))

for _symbol in (operator.neg, operator.add, operator.sub, operator.mul, operator.truediv):
    _teach(_same, _OPERANDS, _symbol)
for _symbol in (operator.lt, operator.gt):
    _teach(mask_of, _OPERANDS, _symbol)


@formula()
def fma(factor: Vector, other_factor: Vector, addend: Vector | float) -> Vector:
    """Factor × other_factor + addend, rounded once."""
    return factor.call("llvm.fma", other_factor, addend)


@formula()
def where(mask: Vector, then: Vector | float, otherwise: Vector | float) -> Vector:
    """`then` in the lanes where the mask holds, `otherwise` in the others."""
    element, count = mask.choose(ir.FloatType(), ir.DoubleType()), mask.value.type.count
    nought = Vector(mask.builder, ir.Constant(ir.VectorType(element, count), [0.0] * count))
    return mask.emit("select", nought.like(then), nought.like(otherwise))


@formula()
def absolute(x: Vector) -> Vector:
    """Take the sign off."""
    return x.call("llvm.fabs")


@formula()
def square_root(x: Vector) -> Vector:
    """Take the square root, correctly rounded."""
    return x.call("llvm.sqrt")


@formula()
def nearest_integer(x: Vector) -> Vector:
    """Round to the nearest whole number, to the even one of two."""
    return x.call("llvm.rint")


@formula()
def power_of_two(exponent: Vector) -> Vector:
    """2 to the power of an integral value whose power is a normal number."""
    mantissa_bits, bias, bits = exponent.choose((23, 127, 32), (52, 1023, 64))
    builder, vector = exponent.builder, exponent.value.type
    integers = ir.VectorType(ir.IntType(bits), vector.count)

    def everywhere(value: int) -> ir.Constant:
        return ir.Constant(integers, [value] * integers.count)

    biased = builder.add(builder.fptosi(exponent.value, integers), everywhere(bias))
    return Vector(builder, builder.bitcast(builder.shl(biased, everywhere(mantissa_bits)), vector))


@formula()
def broadcast(number: Vector, like: Vector) -> Vector:  # noqa: ARG001 - `like` gives the precision
    """One number in every lane, in the precision of `like`."""
    return number


@formula()
def zero(like: Vector) -> Vector:
    """0 in every lane."""
    return like.like(0.0)


def polynomial(x: Vector, coefficients: Sequence[float]) -> Vector:
    """Evaluate a polynomial, lowest power first, by Horner's rule with fused multiply-adds."""
    *lower, highest = coefficients
    result = x.like(highest)
    for coefficient in reversed(lower):
        result = fma(result, x, coefficient)
    return result


def _truth(_: Lanes) -> types.Type:
    return types.boolean


@formula(_truth)
def anywhere(mask: Vector) -> Vector:
    """Whether the mask holds in any lane."""
    bits = mask.builder.bitcast(mask.value, ir.IntType(mask.value.type.count))
    return Vector(mask.builder, mask.builder.icmp_unsigned("!=", bits, bits.type(0)))
