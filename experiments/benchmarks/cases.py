"""The cases of kernel measurements: topologies, activations, precisions and optimizers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import get_args

from neuroevo.learning import Activation, Architecture, Optimizer, Precision
from neuroevo.learning.architecture import Output

TOPOLOGIES = (
    (2, 6, 2),
    (2, 6, 6, 6, 2),
    (2, 6, 6, 6, 6, 6, 6, 6, 2),
    (2, 16, 16, 2),
    (2, 32, 32, 2),
    (8, 64, 64, 1),
)
"""The layer sizes that are measured."""

ACTIVATIONS: tuple[Activation, ...] = ("linear", "tanh", "relu")
"""The activations that are measured."""

OPTIMIZERS: tuple[Optimizer, ...] = ("sgd", "adam")
"""The optimizers that are measured."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of network, and its optimizer."""

    layer_sizes: tuple[int, ...]
    activation: Activation
    precision: Precision
    optimizer: Optimizer
    batch_size: int = 1
    output: Output = "linear"

    @property
    def network(self) -> str:
        """The layer sizes as a text, such as 2-6-2."""
        return "-".join(map(str, self.layer_sizes))

    @property
    def name(self) -> str:
        """The case as a text."""
        name = f"{self.network} {self.activation} {self.precision} {self.optimizer}"
        return name if self.batch_size == 1 else f"{name} {self.batch_size}"

    @property
    def is_plain(self) -> bool:
        """Whether the targets for speed apply: linear or relu, float32, SGD."""
        return self.activation != "tanh" and (self.precision, self.optimizer) == ("float32", "sgd")

    @property
    def architecture(self) -> Architecture:
        """The architecture of the network."""
        inputs, *hidden, outputs = self.layer_sizes
        return Architecture(
            inputs=inputs,
            hidden=tuple(hidden),
            outputs=outputs,
            activation=self.activation,
            output=self.output,
        )

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds that one sample needs: forward, backward, update.

        Each weight takes part once in each, but for those of the first layer in the backward
        pass, since inputs need no deltas. In batches, adding up the gradient counts as the update.
        Biases, activations and what else an optimizer does are not counted.
        """
        weights = [fan_in * fan_out for fan_in, fan_out in pairwise(self.layer_sizes)]
        return 3 * sum(weights) - weights[0]


def cases(topologies: Sequence[tuple[int, ...]] = TOPOLOGIES) -> list[Case]:
    """Return the cases, of all topologies or of some."""
    return [
        Case(layer_sizes, activation, precision, optimizer)
        for optimizer in OPTIMIZERS
        for layer_sizes in topologies
        for precision in get_args(Precision)
        for activation in ACTIVATIONS
    ]
