"""Functions of numbers whose least values are known, and fronts that are known.

Each takes the values of genes by name, and returns one number or several, all to be minimised.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Values = Mapping[str, Any]
Function = Callable[[Values], float]

_HARTMANN_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
     [17, 8, 0.05, 10, 0.1, 14]]
)  # fmt: skip
_HARTMANN_P = 1e-4 * np.array(
    [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
     [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]
)  # fmt: skip
_HARTMANN_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])
HARTMANN6_LEAST = -3.3223680114155147
BRANIN_LEAST = 0.39788735772973816


def numbers(values: Values) -> list[float]:
    """Return the values of the genes x0, x1 and so on."""
    return [float(values[f"x{place}"]) for place in range(sum(name[0] == "x" for name in values))]


def branin(values: Values) -> float:
    """Branin 1972: three equal minima in a plane."""
    x, y = numbers(values)
    curve = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return curve**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(values: Values) -> float:
    """Hartmann 1973 in six dimensions: six minima, one of them least."""
    gaps = (np.array(numbers(values)) - _HARTMANN_P) ** 2
    return -float(_HARTMANN_WEIGHTS @ np.exp(-(_HARTMANN_A * gaps).sum(axis=1)))


def rosenbrock(values: Values) -> float:
    """Rosenbrock 1960: a curved valley."""
    x = numbers(values)
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def ackley(values: Values) -> float:
    """Ackley 1987: a funnel with many small hollows, here around (0.7, 0.7, ...)."""
    x = np.array(numbers(values)) - 0.7
    far = -20 * math.exp(-0.2 * math.sqrt(float((x * x).mean())))
    return far - math.exp(float(np.cos(2 * math.pi * x).mean())) + 20 + math.e


def levy(values: Values) -> float:
    """Levy & Montalvo 1985: waves in every direction, least at (1, 1, ...)."""
    w = [1 + (x - 1) / 4 for x in numbers(values)]
    waves = sum((a - 1) ** 2 * (1 + 10 * math.sin(math.pi * a + 1) ** 2) for a in w[:-1])
    end = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return math.sin(math.pi * w[0]) ** 2 + waves + end


def conditional(values: Values) -> float:
    """Score a choice of methods, each with a number of its own on a log scale; least 0."""
    rate = math.log10(float(values["rate"])) + 2
    base = rate**2 + 0.05 * abs(float(values["depth"]) - 5)
    match values["method"]:
        case "momentum":
            return base + 4 * (float(values["momentum"]) - 0.9) ** 2
        case "decay":
            return base + 0.1 + (math.log10(float(values["decay"])) + 4) ** 2 / 4
        case _:
            return base + 0.3


def layered(values: Values) -> float:
    """Score layers, whose widths should fall from 24 to 6 over three of them; least 0."""
    widths = values["hidden"]
    wanted = (24, 12, 6)
    gaps = sum((math.log2(a / b)) ** 2 for a, b in zip(widths, wanted, strict=False))
    rate = (math.log10(float(values["rate"])) + 1.5) ** 2
    kinds = {"tanh": 0.0, "relu": 0.2, "sigmoid": 0.5, "linear": 1.0}
    return gaps + 0.7 * abs(len(widths) - len(wanted)) + rate + kinds[values["activation"]]


def zdt1(values: Values) -> tuple[float, float]:
    """Zitzler, Deb & Thiele 2000: a convex front, g = 1."""
    first, *others = numbers(values)
    g = 1 + 9 * sum(others) / len(others)
    return first, g * (1 - math.sqrt(first / g))


def zdt3(values: Values) -> tuple[float, float]:
    """Zitzler, Deb & Thiele 2000: a front in five parts."""
    first, *others = numbers(values)
    g = 1 + 9 * sum(others) / len(others)
    ratio = first / g
    return first, g * (1 - math.sqrt(ratio) - ratio * math.sin(10 * math.pi * first))


def vlmop2(values: Values) -> tuple[float, float]:
    """Van Veldhuizen & Lamont 1999: a concave front between two points."""
    x = np.array(numbers(values))
    offset = 1 / math.sqrt(len(x))
    return tuple(1 - math.exp(-float(((x - sign * offset) ** 2).sum())) for sign in (1, -1))  # type: ignore[return-value]  # two of them


def dtlz2(values: Values) -> tuple[float, float, float]:
    """Deb, Thiele, Laumanns & Zitzler 2002: an eighth of a sphere."""
    first, second, *others = numbers(values)
    radius = 1 + sum((x - 0.5) ** 2 for x in others)
    a, b = first * math.pi / 2, second * math.pi / 2
    return (
        radius * math.cos(a) * math.cos(b), radius * math.cos(a) * math.sin(b),
        radius * math.sin(a),
    )  # fmt: skip


def front_of(name: str) -> npt.NDArray[np.float64]:
    """Return many points of a known front, shape (points, objectives)."""
    t = np.linspace(0, 1, 4001)
    if name == "zdt1":
        return np.stack([t, 1 - np.sqrt(t)], axis=1)
    if name == "zdt3":
        return np.stack([t, 1 - np.sqrt(t) - t * np.sin(10 * np.pi * t)], axis=1)
    if name == "vlmop2":
        x = np.linspace(-1, 1, 4001)  # along the line between the two points, any dimension
        return np.stack([1 - np.exp(-((x - 1) ** 2)), 1 - np.exp(-((x + 1) ** 2))], axis=1)
    angle = np.linspace(0, np.pi / 2, 120)
    a, b = (each.ravel() for each in np.meshgrid(angle, angle))
    return np.stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)], axis=1)


def cube(count: int, low: float, high: float) -> Sequence[tuple[str, float, float]]:
    """Return the names and bounds of numbers with equal ranges."""
    return [(f"x{place}", low, high) for place in range(count)]
