"""Formulas compute what NumPy computes, and are never run as Python."""

import numpy as np
import pytest

from neuroevo.errors import UsageError
from neuroevo.tasks.formula import FUNCTIONS, parse
from neuroevo.tasks.function import FunctionTask

X, Y = np.array([0.5, 1.0, 2.0, 3.0]), np.array([1.0, -2.0, 0.25, 3.0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("-x + +y", -X + Y),
        ("x + 2 * y - 3 / x", X + 2 * Y - 3 / X),
        ("(x + y) % 2", (X + Y) % 2),
        ("x ** 2 ** 0.5", X ** (2**0.5)),
        ("2 * pi * e", 2 * np.pi * np.e),
        ("(x > 0.75) != (y >= 1)", (X > 0.75) != (Y >= 1)),
        ("(x <= 1) * (y < 1) + (x == y)", (X <= 1) * (Y < 1) + (X == Y)),
        ("max(sin(x), min(y, cos(y)))", np.maximum(np.sin(X), np.minimum(Y, np.cos(Y)))),
        (
            "exp(x) + log(x) + sqrt(x) + abs(y) + sign(y)",
            np.exp(X) + np.log(X) + np.sqrt(X) + np.abs(Y) + np.sign(Y),
        ),
        (
            "tan(x) + atan(y) + tanh(y) + floor(y)",
            np.tan(X) + np.arctan(Y) + np.tanh(Y) + np.floor(Y),
        ),
    ],
)
def test_formulas_compute_what_numpy_computes(text: str, expected: np.ndarray) -> None:
    """Operators have Python's precedence, comparisons give 0 or 1."""
    computed = parse(text, ("x", "y"))({"x": X, "y": Y})
    np.testing.assert_allclose(np.broadcast_to(computed, 4), np.broadcast_to(expected, 4))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "__import__('os').system('true')",
        "(lambda: x)()",
        "x.real",
        "x[0]",
        "[x, y]",
        "x if y else 1",
        "x and y",
        "not x",
        "x < y < 1",
        "x @ y",
        "x // y",
        "x := 1",
        "open(x)",
        "abs(x=1)",
        "abs(*x)",
        "f'{x}'",
        "'a'",
        "True",
        "1j",
        "x; y",
        "x\ny",
        "x # y",
        "1e999",
        "10 ** 400 * " + "9" * 400,
        "-" * 200 + "x",
        "(" * 300 + "x" + ")" * 300,
        "x +" * 400 + "x",
        "\x00",
        "min(x)",
        "sin()",
        "z",
        "sinh(x)",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """What is no formula of the inputs is an error that states a rule."""
    with pytest.raises(ValueError, match="must"):
        parse(text, ("x", "y"))


@pytest.mark.parametrize("text", ["x^2", "sinh(x)", "z", "min(x)", "1e999", "-" * 200 + "x"])
def test_a_wrong_formula_is_one_problem_of_its_setting(text: str) -> None:
    """The line has the rule and the wrong value once."""
    with pytest.raises(UsageError) as caught:
        FunctionTask(formula=text, inputs={"x": (0.0, 1.0)})
    [problem] = caught.value.problems
    assert problem.startswith("formula: ")
    assert problem.count("but got") == 1


def test_every_function_has_a_formula() -> None:
    """Each listed function can be used with its number of arguments."""
    for name, (count, compute) in FUNCTIONS.items():
        arguments = ("x", "y")[:count]
        found = parse(f"{name}({', '.join(arguments)})", ("x", "y"))({"x": X, "y": abs(Y)})
        np.testing.assert_array_equal(found, compute(*(X, abs(Y))[:count]))
