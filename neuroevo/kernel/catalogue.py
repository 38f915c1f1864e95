"""Names and sizes of what the compiled code offers, for those who need no compiler to ask."""

from typing import Literal, get_args

Activation = Literal["linear", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu"]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
"""Every activation; its place in this table is the number by which the kernel knows it."""

LEAKY_RELU_SLOPE = 0.1
"""Slope of `leaky_relu` for negative arguments, as in the article's library."""

LANE_COUNTS = {"float32": 16, "float64": 8}
"""How many networks one bundle holds in each precision."""
