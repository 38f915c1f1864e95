"""Vectors and formulas in code that numba compiles: a `Lanes` value is one vector in a register.

Adds to numba a type for LLVM vectors, and functions that emit a formula in place of its call.
Knows no networks.
"""

import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.types.containers import NamedUniTuple, UniTuple
from numba.core.types.misc import VarArg
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, register_model

from neuroevo.kernel import vectors
from neuroevo.kernel.vectors import VECTOR_BITS, Vector

Function = TypeVar("Function", bound=Callable[..., Any])


class Lanes(types.Type):
    """A vector of `count` elements of the numba type `element` (float32, float64 or boolean)."""

    def __init__(self, element: types.Type, count: int) -> None:
        self.element = element
        self.count = count
        super().__init__(name=f"Lanes({element}, {count})")


def lane_count(element: types.Float) -> int:
    """Return how many elements of this numba type one vector holds."""
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


# Formulas in compiled code


def _common_type(*operands: Any) -> Lanes | None:
    """Return the common vector type of these operands; None if they do not match."""
    flat = [part for operand in operands for part in _parts(operand)]
    vectors = {_numeric(operand) for operand in flat if isinstance(operand, Lanes)}
    fits = all(isinstance(operand, Lanes | types.Number) for operand in flat)
    return vectors.pop() if fits and len(vectors) == 1 else None


def _parts(kind: Any) -> tuple[Any, ...]:
    return tuple(kind.types) if isinstance(kind, NamedUniTuple) else (kind,)


def _numeric(lanes: Lanes) -> Lanes:
    """Return a numeric vector type as it is, and for a mask the type that it is a mask of."""
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

    Its operations are emitted in place of the call, so a formula may call many others without
    cost.

    Parameters
    ----------
    gives
        Returns the type of the function's result, given the type of its vectors; the same by
        default. Arguments are vectors, named tuples of them and numbers; at least one vector.
    """
    return partial(_teach, gives, ((VarArg(types.Any),),))


def _teach(
    gives: Callable[[Lanes], types.Type],
    signatures: Iterable[tuple[Any, ...]],  # of arguments
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


def _truth(_: Lanes) -> types.Type:
    return types.boolean


# Functions that compiled code calls directly.

fma = formula()(vectors.fma)
where = formula()(vectors.where)
square_root = formula()(vectors.square_root)
broadcast = formula()(vectors.broadcast)
zero = formula()(vectors.zero)
anywhere = formula(_truth)(vectors.anywhere)
