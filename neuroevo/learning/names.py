"""Names of what the kernel offers, as settings hold them: the tables' keys as types.

Knows names alone; what stands behind them is the kernel's.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

from neuroevo.kernel import activations, optimizers, schedules

ACTIVATIONS = tuple(activations.ACTIVATIONS)
"""Every activation of hidden layers."""

OPTIMIZERS = tuple(optimizers.OPTIMIZERS)
"""Every optimizer: how a gradient becomes a step."""

SCHEDULES = tuple(schedules.SCHEDULES)
"""Every course that a learning rate may take over the budget."""

if TYPE_CHECKING:
    Activation: TypeAlias = str
    Optimizer: TypeAlias = str
    Schedule: TypeAlias = str
else:  # a type checker can't read a table, but whatever checks settings can
    Activation = Literal[ACTIVATIONS]
    Optimizer = Literal[OPTIMIZERS]
    Schedule = Literal[SCHEDULES]
