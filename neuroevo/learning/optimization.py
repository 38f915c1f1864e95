"""How weights follow from errors: the optimizer, its parameters, mini-batches, regularisation.

Knows names and bounds; what each of them does is the kernel's business.
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
"""Which optimizers, or schedules, read a parameter that not all of them do."""


class Optimization(Settings):
    """How weights follow from errors; each of these may also be a gene."""

    optimizer: Annotated[
        Optimizer,
        Field(description="sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw"),
    ] = "sgd"
    momentum: Annotated[Share, Field(description="share of the last step that is kept")] = 0.9
    rho: Annotated[Share, Field(description="smoothing of rmsprop's squared gradients")] = 0.99
    beta1: Annotated[Share, Field(description="smoothing of the gradients of adam and adamw")] = 0.9
    beta2: Annotated[Share, Field(description="smoothing of their squared gradients")] = 0.999
    epsilon: Annotated[
        float,
        Field(ge=1e-30, le=1, description="what keeps adaptive steps from dividing by 0"),
    ] = 1e-8
    weight_decay: Annotated[
        float,
        Field(
            ge=0, le=1e6, description="share of each parameter that adamw takes off, by the rate"
        ),
    ] = 0.01
    l2: Annotated[
        float,
        Field(ge=0, le=1e6, description="share of each parameter that is added to its gradient"),
    ] = 0.0
    dropout: Annotated[
        Share, Field(description="dropout rate: chance of a hidden unit to be dropped for a sample")
    ] = 0.0
    max_gradient_norm: Annotated[
        float,
        Field(
            ge=0,
            le=1e30,
            description="norm to which a longer gradient of a network is shortened; 0: none is",
        ),
    ] = 0.0
    batch_size: Annotated[
        int,
        Field(ge=1, le=1_000_000, description="samples to an update, whose gradients are averaged"),
    ] = 1
    schedule: Annotated[
        Schedule, Field(description="course of the learning rate: constant, cosine or exponential")
    ] = "constant"
    end_factor: Annotated[
        float,
        Field(gt=0, le=1, description="learning rate at the end, as a share of that at the start"),
    ] = 0.01

    @property
    def method(self) -> Method:
        """What networks must share with this one to be trained beside it."""
        return method(
            self.optimizer,
            self.schedule,
            self.batch_size,
            l2=self.l2 > 0,
            clipping=self.max_gradient_norm > 0,
            dropout=self.dropout > 0,
        )
