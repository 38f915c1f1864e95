"""Settings of the optimizer: its parameters, mini-batches, schedule and regularisation.

Knows names and bounds; the kernel computes.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from neuroevo.kernel import optimizers, schedules
from neuroevo.kernel.arrays import Method, method
from neuroevo.learning.names import Optimizer, Schedule
from neuroevo.settings import Settings

Share = Annotated[float, Field(ge=0, le=0.999999)]  # below 1 in float32 too

READERS: Mapping[str, tuple[Optimizer | Schedule, ...]] = {
    setting: tuple(name for name, each in table.items() if setting in each.reads)
    for table in (optimizers.OPTIMIZERS, schedules.SCHEDULES)
    for setting in dict.fromkeys(setting for each in table.values() for setting in each.reads)
}
"""For each setting that only some optimizers or schedules use: which ones do."""


class Optimization(Settings):
    """Settings of the optimizer; each of them may also be a gene."""

    optimizer: Annotated[
        Optimizer,
        Field(description="sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw"),
    ] = "sgd"
    momentum: Annotated[Share, Field(description="decay of the velocity (momentum, nesterov)")] = (
        0.9
    )
    rho: Annotated[Share, Field(description="decay of squared gradients (rmsprop)")] = 0.99
    beta1: Annotated[Share, Field(description="decay of gradients (adam, adamw)")] = 0.9
    beta2: Annotated[Share, Field(description="decay of squared gradients (adam, adamw)")] = 0.999
    epsilon: Annotated[
        float,
        Field(ge=1e-30, le=1, description="added to denominators of adaptive optimizers"),
    ] = 1e-8
    weight_decay: Annotated[
        float,
        Field(ge=0, le=1e6, description="weight decay of adamw, multiplied by the learning rate"),
    ] = 0.01
    l2: Annotated[
        float,
        Field(ge=0, le=1e6, description="L2 penalty: this × parameter is added to its gradient"),
    ] = 0.0
    dropout: Annotated[
        Share, Field(description="dropout rate: probability of a hidden unit to be dropped")
    ] = 0.0
    max_gradient_norm: Annotated[
        float,
        Field(
            ge=0,
            le=1e30,
            description="gradients of a larger norm are scaled down to it; 0: no clipping",
        ),
    ] = 0.0
    batch_size: Annotated[
        int,
        Field(ge=1, le=1_000_000, description="samples per update, whose gradients are averaged"),
    ] = 1
    schedule: Annotated[
        Schedule, Field(description="learning rate schedule: constant, cosine or exponential")
    ] = "constant"
    end_factor: Annotated[
        float,
        Field(gt=0, le=1, description="learning rate at the end, relative to that at the start"),
    ] = 0.01

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
