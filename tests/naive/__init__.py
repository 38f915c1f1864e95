"""Slow, obvious versions of what the compiled kernel does, written from the formulas alone."""

from tests.naive.dropout import dropout_factors, threefry
from tests.naive.networks import forward, gradient, parameter_count, vector
from tests.naive.training import train

__all__ = [
    "dropout_factors",
    "forward",
    "gradient",
    "parameter_count",
    "threefry",
    "train",
    "vector",
]
