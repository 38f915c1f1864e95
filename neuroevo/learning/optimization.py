"""Settings of the optimizer: its parameters, mini-batches, schedule and regularisation.

Knows names and bounds; the kernel computes.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from neuroevo.kernel import optimizers, schedules
from neuroevo.kernel.arrays import Method, method
from neuroevo.learning.names import Optimizer, Schedule
from neuroevo.settings import Settings

Share = Annotated[float, Field(ge=0, le=0.999999)]  # below 1 in float32 too
Penalty = Annotated[float, Field(ge=0, le=1e6)]

READERS: Mapping[str, tuple[Optimizer | Schedule, ...]] = {
    setting: tuple(name for name, each in table.items() if setting in each.reads)
    for table in (optimizers.OPTIMIZERS, schedules.SCHEDULES)
    for setting in dict.fromkeys(setting for each in table.values() for setting in each.reads)
}
"""For each setting that only some optimizers or schedules use: which ones do."""


class Optimization(Settings):
    """Settings of the optimizer; each of them may also be a gene."""

    optimizer: Optimizer = Field(
        default="sgd", description="sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw"
    )
    momentum: Share = Field(default=0.9, description="decay of the velocity (momentum, nesterov)")
    rho: Share = Field(default=0.99, description="decay of squared gradients (rmsprop)")
    beta1: Share = Field(default=0.9, description="decay of gradients (adam, adamw)")
    beta2: Share = Field(default=0.999, description="decay of squared gradients (adam, adamw)")
    epsilon: float = Field(
        default=1e-8, ge=1e-30, le=1, description="added to denominators of adaptive optimizers"
    )
    weight_decay: Penalty = Field(
        default=0.01, description="weight decay of adamw, multiplied by the learning rate"
    )
    l2: Penalty = Field(
        default=0.0, description="L2 penalty: this × parameter is added to its gradient"
    )
    dropout: Share = Field(
        default=0.0, description="dropout rate: probability of a hidden unit to be dropped"
    )
    max_gradient_norm: float = Field(
        default=0.0,
        ge=0,
        le=1e30,
        description="gradients with a larger norm are scaled down to it; 0: no clipping",
    )
    batch_size: int = Field(
        default=1, ge=1, le=1_000_000, description="samples per update; gradients are averaged"
    )
    schedule: Schedule = Field(
        default="constant", description="learning rate schedule: constant, cosine or exponential"
    )
    end_factor: float = Field(
        default=0.01, gt=0, le=1, description="learning rate at the end, relative to the start"
    )

    @property
    def method(self) -> Method:
        """The settings that must be the same for all networks of a bundle."""
        return method(
            self.optimizer,
            self.schedule,
            self.batch_size,
            l2=self.l2 > 0,
            clipping=self.max_gradient_norm > 0,
            dropout=self.dropout > 0,
        )


def decider(name: str) -> str | None:
    """Return which setting decides whether another one has an effect; None if it always has."""
    if name not in READERS:
        return None
    return "schedule" if name == "end_factor" else "optimizer"


def is_read(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether a setting has an effect, given some settings, such as optimizer and schedule."""
    reader = settings.get(decider(name) or "")
    return reader is None or reader in READERS[name]
