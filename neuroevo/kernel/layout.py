"""Where the parameters of a network lie in one vector: the one place that spells it out.

Layer by layer first the bias of each output, then for each input its weight to each output
(input-major). Biases have a place also where they do not learn, and are 0 there. Compiled code
walks the same order by steps of its own, since it knows no Python objects.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class LayerLayout(NamedTuple):
    """Where the parameters of one layer lie."""

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
    """Lay out the layers of a network, whose sizes are given from the inputs to the outputs."""
    layers: list[LayerLayout] = []
    for fan_in, fan_out in pairwise(layer_sizes):
        layers.append(LayerLayout(fan_in, fan_out, layers[-1].end if layers else 0))
    return tuple(layers)


def vector_size(layer_sizes: Sequence[int]) -> int:
    """Return the length of the vector of all parameters of a network."""
    return parameter_layout(layer_sizes)[-1].end
