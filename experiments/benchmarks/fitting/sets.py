"""The tables of the comparison: those that scikit-learn ships, and functions with noise.

Makes inputs and targets; does not divide them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn import datasets

Array = npt.NDArray[np.float64]
Problem = Literal["regression", "classes"]


@dataclass(frozen=True, slots=True)
class FittingSet:
    """A table to learn.

    Parameters
    ----------
    problem
        Whether its targets are numbers or classes.
    make
        Makes it from a seed, which only generated sets use: inputs (rows, columns) and targets
        (rows,), of which classes are whole numbers from 0.
    test_rows
        Test rows; None for a fifth of the rows. Generated sets have more, for narrow intervals.
    """

    problem: Problem
    make: Callable[[int], tuple[Array, npt.NDArray[Any]]]
    test_rows: int | None = None


_TEST = 4000  # rows of a generated set that test


def _shipped(loader: str, _: int) -> tuple[Array, npt.NDArray[Any]]:
    inputs, targets = getattr(datasets, loader)(return_X_y=True)
    return inputs, targets


def _column_of(loader: str, target: int, inputs: slice, _: int) -> tuple[Array, Array]:
    """Make a regression from the measurements of a set of classes: one column from others."""
    columns = getattr(datasets, loader)(return_X_y=True)[0]
    kept = [place for place in range(columns.shape[1])[inputs] if place != target]
    return columns[:, kept], columns[:, target]


def _generated(
    generator: str, rows: int, options: Mapping[str, Any], seed: int
) -> tuple[Array, npt.NDArray[Any]]:
    make = getattr(datasets, generator)
    inputs, targets = make(n_samples=rows + _TEST, random_state=seed, **options)
    return inputs, targets


def _sines(rows: int, seed: int) -> tuple[Array, Array]:
    """Draw a product of sines of two inputs beside two that do not matter."""
    random = np.random.default_rng(seed)
    inputs = random.uniform(-1, 1, size=(rows + _TEST, 4))
    wave = np.sin(np.pi * inputs[:, 0]) * np.sin(2 * np.pi * inputs[:, 1])
    return inputs, wave + 0.1 * random.normal(size=len(wave))


def _spiral(rows: int, seed: int) -> tuple[Array, npt.NDArray[Any]]:
    """Draw two arms of three half turns each, after Lang & Witbrock 1988, with noise."""
    random = np.random.default_rng(seed)
    along, labels = random.random(rows + _TEST), np.arange(rows + _TEST) % 2
    angles = 3 * np.pi * along + np.pi * labels
    points = along[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])
    return points + 0.03 * random.normal(size=points.shape), labels


_OVERLAPPING = {
    "n_features": 20,
    "n_informative": 8,
    "n_redundant": 4,
    "n_classes": 4,
    "flip_y": 0.05,
    "class_sep": 0.8,
}

SETS: Mapping[str, FittingSet] = {
    "diabetes": FittingSet("regression", partial(_shipped, "load_diabetes")),
    "alcohol": FittingSet("regression", partial(_column_of, "load_wine", 0, slice(13))),
    "concavity": FittingSet(  # of tumours, from the means of nine other measurements
        "regression", partial(_column_of, "load_breast_cancer", 6, slice(10))
    ),
    "digit": FittingSet("regression", partial(_shipped, "load_digits")),  # as a number
    "friedman1": FittingSet(
        "regression", partial(_generated, "make_friedman1", 1000, {"noise": 1.0}), _TEST
    ),
    "friedman2": FittingSet(
        "regression", partial(_generated, "make_friedman2", 1000, {"noise": 125.0}), _TEST
    ),
    "friedman3": FittingSet(
        "regression", partial(_generated, "make_friedman3", 1000, {"noise": 0.1}), _TEST
    ),
    "sines": FittingSet("regression", partial(_sines, 5000), _TEST),
    "linear": FittingSet(
        "regression",
        partial(
            _generated,
            "make_regression",
            2000,
            {"n_features": 50, "n_informative": 10, "noise": 50.0},
        ),
        _TEST,
    ),
    "many_rows": FittingSet(
        "regression",
        partial(_generated, "make_friedman1", 16_000, {"n_features": 20, "noise": 1.0}),
        _TEST,
    ),
    "iris": FittingSet("classes", partial(_shipped, "load_iris")),
    "wine": FittingSet("classes", partial(_shipped, "load_wine")),
    "breast_cancer": FittingSet("classes", partial(_shipped, "load_breast_cancer")),
    "digits": FittingSet("classes", partial(_shipped, "load_digits")),
    "moons": FittingSet("classes", partial(_generated, "make_moons", 1000, {"noise": 0.25}), _TEST),
    "spiral": FittingSet("classes", partial(_spiral, 1000), _TEST),
    "overlapping": FittingSet(
        "classes", partial(_generated, "make_classification", 3000, _OVERLAPPING), _TEST
    ),
    "many_rows_classes": FittingSet(
        "classes", partial(_generated, "make_classification", 16_000, _OVERLAPPING), _TEST
    ),
}
