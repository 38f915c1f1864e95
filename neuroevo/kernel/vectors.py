"""Formulas over vectors in registers: plain Python that runs while code is emitted.

A vector has 512 bits, with a number in each lane. Every operation is IEEE 754 lane by lane, so a
lane's bits depend neither on other lanes nor on the processor that the code is compiled for. Knows
neither networks nor numba, so formulas can be listed without a compiler.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from llvmlite import ir

VECTOR_BITS = 512
"""Bits of one vector: 16 lanes of float32 or 8 of float64."""

LANE_COUNTS = {"float32": VECTOR_BITS // 32, "float64": VECTOR_BITS // 64}
"""How many numbers of each precision one vector holds."""

Choice = TypeVar("Choice")


class Vector:
    """An operand of a formula: a vector in code that is being emitted.

    A number in a formula is the same in every lane. Comparisons return masks, false for NaN.
    """

    __slots__ = ("builder", "value")

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder = builder
        self.value = value

    def like(self, number: "Vector | float") -> "Vector":
        """Return a vector of this type with the number in every lane; a vector as it is."""
        if isinstance(number, Vector):
            return number
        vector = self.value.type
        return Vector(self.builder, ir.Constant(vector, [number] * vector.count))

    def choose(self, float32: Choice, float64: Choice) -> Choice:
        """Return the argument for the precision of this vector or mask."""
        return float32 if self.value.type.count == LANE_COUNTS["float32"] else float64

    def emit(self, instruction: str, *others: "Vector | float") -> "Vector":
        """Emit an instruction of llvmlite's builder on this vector and others."""
        operands = [self.like(other).value for other in others]
        return Vector(self.builder, getattr(self.builder, instruction)(self.value, *operands))

    def call(self, name: str, *others: "Vector | float") -> "Vector":
        """Emit a call of an LLVM intrinsic whose arguments and result are vectors of this type."""
        operands = [self.value, *(self.like(other).value for other in others)]
        vector = self.value.type
        full_name = f"{name}.v{vector.count}{vector.element.intrinsic_name}"
        function = self.builder.module.globals.get(full_name)
        if function is None:
            kind = ir.FunctionType(vector, [vector] * len(operands))
            function = ir.Function(self.builder.module, kind, full_name)
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


def fma(factor: Vector, other_factor: Vector, addend: Vector | float) -> Vector:
    """Factor × other_factor + addend, rounded once."""
    return factor.call("llvm.fma", other_factor, addend)


def where(mask: Vector, then: Vector | float, otherwise: Vector | float) -> Vector:
    """Select `then` in the lanes where the mask is true, `otherwise` in the others."""
    element, count = mask.choose(ir.FloatType(), ir.DoubleType()), mask.value.type.count
    nought = Vector(mask.builder, ir.Constant(ir.VectorType(element, count), [0.0] * count))
    return mask.emit("select", nought.like(then), nought.like(otherwise))


def absolute(x: Vector) -> Vector:
    """Return the absolute value."""
    return x.call("llvm.fabs")


def square_root(x: Vector) -> Vector:
    """Return the square root, correctly rounded."""
    return x.call("llvm.sqrt")


def nearest_integer(x: Vector) -> Vector:
    """Round to the nearest whole number, ties to even."""
    return x.call("llvm.rint")


def power_of_two(exponent: Vector) -> Vector:
    """2 to the power of an integral value whose power is a normal number."""
    mantissa_bits, bias, integers = _format_of(exponent)
    builder = exponent.builder
    biased = builder.add(builder.fptosi(exponent.value, integers), _everywhere(integers, bias))
    power = builder.shl(biased, _everywhere(integers, mantissa_bits))
    return Vector(builder, builder.bitcast(power, exponent.value.type))


def split_at_power_of_two(x: Vector) -> tuple[Vector, Vector]:
    """Return k and m with x = 2^k m, k whole and m within √½ and √2; x is normal and above 0."""
    mantissa_bits, bias, integers = _format_of(x)
    builder, vector = x.builder, x.value.type
    shift = _everywhere(integers, mantissa_bits)
    # √½ has the exponent -1: from its bits on, subtracting them carries into the exponent.
    root = _everywhere(integers, (bias - 1 << mantissa_bits) + _mantissa_of_root(mantissa_bits))
    bits = builder.bitcast(x.value, integers)
    exponent = builder.ashr(builder.sub(bits, root), shift)
    mantissa = builder.sub(bits, builder.shl(exponent, shift))
    whole = Vector(builder, builder.sitofp(exponent, vector))
    return whole, Vector(builder, builder.bitcast(mantissa, vector))


def _format_of(x: Vector) -> tuple[int, int, ir.VectorType]:
    """Return the bits of the mantissa, the bias of the exponent, and integers of the same size."""
    mantissa_bits, bias, bits = x.choose((23, 127, 32), (52, 1023, 64))
    return mantissa_bits, bias, ir.VectorType(ir.IntType(bits), x.value.type.count)


def _everywhere(integers: ir.VectorType, value: int) -> ir.Constant:
    return ir.Constant(integers, [value] * integers.count)


def _mantissa_of_root(mantissa_bits: int) -> int:
    """Return the bits of the mantissa of √2, which is also that of √½."""
    return math.isqrt(2 << 2 * mantissa_bits) - (1 << mantissa_bits)


def broadcast(number: Vector, like: Vector) -> Vector:  # noqa: ARG001 - `like` gives the precision
    """Return a vector with one number in every lane, in the precision of `like`."""
    return number


def zero(like: Vector) -> Vector:
    """Return 0 in every lane."""
    return like.like(0.0)


def polynomial(x: Vector, coefficients: Sequence[float]) -> Vector:
    """Evaluate a polynomial, lowest power first, by Horner's rule with fused multiply-adds."""
    *lower, highest = coefficients
    result = x.like(highest)
    for coefficient in reversed(lower):
        result = fma(result, x, coefficient)
    return result


def anywhere(mask: Vector) -> Vector:
    """Whether the mask is true in any lane."""
    bits = mask.builder.bitcast(mask.value, ir.IntType(mask.value.type.count))
    return Vector(mask.builder, mask.builder.icmp_unsigned("!=", bits, bits.type(0)))
