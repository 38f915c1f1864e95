"""Names and sizes of what the compiled code offers, for those who need no compiler to ask."""

from typing import Literal, get_args

Activation = Literal["linear", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "silu"]

ACTIVATIONS: tuple[Activation, ...] = get_args(Activation)
"""Every activation of hidden layers."""

Output = Literal["linear", "softmax"]
"""What becomes of the last layer's sums: nothing, or class probabilities."""

LAYER_ACTIVATIONS = (*ACTIVATIONS, "softmax")
"""What a layer may do with its sums; the place here is its number in compiled code, as it is for
optimizers and schedules."""

Optimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]

OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
"""Every optimizer: how a gradient becomes a step."""

Schedule = Literal["constant", "cosine", "exponential"]

SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
"""Every course that a learning rate may take over the budget."""

Loss = Literal["squared_error", "cross_entropy"]

LOSSES: tuple[Loss, ...] = get_args(Loss)
"""Every loss that training may lower."""

LEAKY_RELU_SLOPE = 0.1
"""Slope of `leaky_relu` for negative arguments, as in the article's library."""

LANE_COUNTS = {"float32": 16, "float64": 8}
"""How many networks one bundle holds in each precision."""
