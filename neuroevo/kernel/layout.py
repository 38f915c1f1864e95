"""The order of the parameters of a network in one vector.

For each layer: the bias of each output, then for each input its weight to each output
(input-major). Networks without biases have zeros in their places. Compiled code follows the same
order without this module.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class LayerLayout(NamedTuple):
    """The places of the parameters of one layer."""

    fan_in: int
    fan_out: int
    start: int

    @property
    def end(self) -> int:
        """The place after the last parameter."""
        return self.start + (self.fan_in + 1) * self.fan_out

    @property
    def biases(self) -> slice:
        """The places of the biases, one for each output."""
        return slice(self.start, self.start + self.fan_out)

    @property
    def weights(self) -> slice:
        """The places of the weights, (fan_in, fan_out) in C order."""
        return slice(self.start + self.fan_out, self.end)


def parameter_layout(layer_sizes: Sequence[int]) -> tuple[LayerLayout, ...]:
    """Return the layout of each layer; sizes are given from the inputs to the outputs."""
    layers: list[LayerLayout] = []
    for fan_in, fan_out in pairwise(layer_sizes):
        layers.append(LayerLayout(fan_in, fan_out, layers[-1].end if layers else 0))
    return tuple(layers)


def vector_size(layer_sizes: Sequence[int]) -> int:
    """Return the length of the vector of all parameters of a network."""
    return parameter_layout(layer_sizes)[-1].end
