"""Slow, simple versions of what the compiled kernel computes, written from the formulas."""

from tests.naive.classes import class_measures
from tests.naive.dropout import dropout_factors, threefry
from tests.naive.networks import forward, gradient, parameter_count, vector
from tests.naive.training import mean_squared_error, train

__all__ = [
    "class_measures",
    "dropout_factors",
    "forward",
    "gradient",
    "mean_squared_error",
    "parameter_count",
    "threefry",
    "train",
    "vector",
]
