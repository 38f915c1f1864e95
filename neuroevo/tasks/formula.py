"""Formulas such as ``sin(a) + 2 * b``: parsed into a few operators and functions, never run.

Python's parser reads them, and everything that is not listed here is refused; no code is compiled
or evaluated. Knows no task.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.settings import one_of, shown

Array = npt.NDArray[np.float64]

MOST_CHARACTERS = 1000
_MOST_DEPTH = 50  # of nested operators and functions

FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs),
    "sign": (1, np.sign),
    "floor": (1, np.floor),
    "sqrt": (1, np.sqrt),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "sin": (1, np.sin),
    "cos": (1, np.cos),
    "tan": (1, np.tan),
    "atan": (1, np.arctan),
    "tanh": (1, np.tanh),
    "min": (2, np.minimum),
    "max": (2, np.maximum),
}
"""The functions of formulas: how many arguments each takes, and how it is computed."""

CONSTANTS: Mapping[str, float] = {"pi": float(np.pi), "e": float(np.e)}

_UNARY: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_BINARY: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: np.float_power,
}
_COMPARISONS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CHARACTERS = re.compile(r"[\w\s+*/%().,<>=!-]*")
_OPERATORS = "+ - * / % ** < <= > >= == !="


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A parsed formula: a number, an input, or an operation on formulas."""

    compute: Callable[..., Any]
    parts: tuple["Formula", ...] = ()

    def __call__(self, inputs: Mapping[str, Array]) -> Any:  # noqa: ANN401 - an array or a number
        """Compute it for arrays of the inputs, all of one length; comparisons give 0 or 1."""
        if not self.parts:
            return self.compute(inputs)
        return self.compute(*(part(inputs) for part in self.parts))


def parse(text: str, names: Sequence[str]) -> Formula:
    """Parse a formula.

    Parameters
    ----------
    text
        Numbers, names, brackets, the functions in `FUNCTIONS`, ``pi``, ``e`` and the operators
        ``+ - * / % ** < <= > >= == !=``, at most 1,000 characters.
    names
        The names of inputs.

    Raises
    ------
    ValueError
        If it is anything else; the message states the rule.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"must have at most {MOST_CHARACTERS:,} characters, but got {len(text):,}")
    try:
        if not _CHARACTERS.fullmatch(text):
            raise SyntaxError  # noqa: TRY301 - one place words all
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        rule = "must be a formula such as 'sin(a) + 2 * b'"
        raise ValueError(f"{rule}, but got {shown(text)}") from None
    return _formula(tree.body, names, 0)


def _formula(node: ast.expr, names: Sequence[str], depth: int) -> Formula:
    if depth > _MOST_DEPTH:
        raise ValueError(f"must be nested at most {_MOST_DEPTH} deep, but got more")

    def part(inner: ast.expr) -> Formula:
        return _formula(inner, names, depth + 1)

    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _constant(number)
        case ast.Name(id=name):
            return _named(name, names)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return Formula(_UNARY[type(op)], (part(operand),))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Formula(_BINARY[type(op)], (part(left), part(right)))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            compared = Formula(_COMPARISONS[type(op)], (part(left), part(right)))
            return Formula(_as_number, (compared,))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [part(each) for each in arguments])
    rule = f"must only have numbers, names, functions and the operators {_OPERATORS}"
    raise ValueError(f"{rule}, but got {shown(ast.unparse(node))}")


def _constant(number: float) -> Formula:
    try:
        value = float(number)
    except OverflowError:
        value = float("inf")
    if not np.isfinite(value):
        raise ValueError(f"must only have finite numbers, but got {value}")
    # Unlike a float of Python, it is divided by zero as the inputs are.
    return Formula(lambda _: np.float64(value))


def _named(name: str, names: Sequence[str]) -> Formula:
    if name in names:
        return Formula(lambda inputs: inputs[name])
    if name in CONSTANTS:
        return _constant(CONSTANTS[name])
    raise ValueError(f"a name {one_of(name, (*names, *CONSTANTS))}")


def _call(name: str, arguments: Sequence[Formula]) -> Formula:
    if name not in FUNCTIONS:
        raise ValueError(f"a function {one_of(name, FUNCTIONS)}")
    count, compute = FUNCTIONS[name]
    if len(arguments) != count:
        plural = "s" if count > 1 else ""
        raise ValueError(f"{name} must have {count} argument{plural}, but got {len(arguments)}")
    return Formula(compute, tuple(arguments))


def _as_number(truth: Any) -> Any:  # noqa: ANN401 - an array or a number
    return np.asarray(truth, dtype=np.float64)
