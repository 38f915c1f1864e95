"""The names of the kernel's activations, optimizers and schedules, as types of settings."""

from typing import TYPE_CHECKING, Literal, TypeAlias

from neuroevo.kernel import activations, optimizers, schedules

ACTIVATIONS = tuple(activations.ACTIVATIONS)
"""Every activation of hidden layers."""

OPTIMIZERS = tuple(optimizers.OPTIMIZERS)
"""Every optimizer."""

SCHEDULES = tuple(schedules.SCHEDULES)
"""Every learning rate schedule."""

if TYPE_CHECKING:
    Activation: TypeAlias = str
    Optimizer: TypeAlias = str
    Schedule: TypeAlias = str
else:  # pydantic can use the tables, a type checker can't
    Activation = Literal[ACTIVATIONS]
    Optimizer = Literal[OPTIMIZERS]
    Schedule = Literal[SCHEDULES]
