"""The architecture of a network: layer sizes, activation, biases. Knows no weights."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from neuroevo.kernel.catalogue import Activation
from neuroevo.settings import Settings

Size = Annotated[int, Field(ge=1, le=1_000_000)]


class Architecture(Settings):
    """A fully connected network: one activation for all its hidden layers."""

    inputs: Size
    hidden: tuple[Size, ...]
    outputs: Size
    activation: Activation
    biases: bool = True
    output: Literal["linear", "softmax"] = "linear"

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units of each layer, from the inputs to the outputs."""
        return (self.inputs, *self.hidden, self.outputs)

    @property
    def parameter_count(self) -> int:
        """How many parameters learn: weights and, where there are any, biases."""
        return sum(
            (fan_in + self.biases) * fan_out for fan_in, fan_out in pairwise(self.layer_sizes)
        )

    @property
    def vector_size(self) -> int:
        """Length of a parameter vector: layer by layer the biases, then the weights, input-major.

        Biases have a place also where they do not learn, and are 0 there.
        """
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self.layer_sizes))
