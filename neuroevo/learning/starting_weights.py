"""Starting weights: random draws, scaled for each layer.

The draws of a replicate depend on the seed and the replicate's number only: all architectures use
the same random stream.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from neuroevo.kernel.layout import parameter_layout, vector_size
from neuroevo.learning.architecture import Architecture
from neuroevo.learning.settings import StartingWeights

Seed = tuple[int, ...]
"""Entropy for numpy's SeedSequence."""

SPREADS: Mapping[StartingWeights, Callable[[int, int], float]] = {
    "uniform": lambda _, __: 1.0,
    "glorot": lambda fan_in, fan_out: math.sqrt(6 / (fan_in + fan_out)),
    "he": lambda fan_in, _: math.sqrt(6 / fan_in),
}
"""The half width of the uniform distribution of a layer's weights, from its fan-in and fan-out.

`uniform` is the article's; Glorot & Bengio 2010, equation 16; He et al. 2015, equation 10, with a
uniform distribution of that variance.
"""


def starting_parameters(
    architecture: Architecture, kind: StartingWeights, seed: Seed, replicate: int
) -> npt.NDArray[np.float64]:
    """Draw the starting weights of a replicate.

    Biases are drawn like weights for `uniform`, as in the article, and are 0 otherwise.

    Returns
    -------
    Array (vector size,), laid out as in `neuroevo.kernel.layout`.
    """
    return starting_lanes(architecture, [(kind, replicate)], seed)[:, 0]


def starting_lanes(
    architecture: Architecture, lanes: Sequence[tuple[StartingWeights, int]], seed: Seed
) -> npt.NDArray[np.float64]:
    """Draw the starting weights of several replicates, given by their kinds and numbers.

    Returns
    -------
    Array (vector size, lanes); each column is that of `starting_parameters`.
    """
    once = architecture.vector_size > _LONGEST_CACHED
    spread = _scale.__wrapped__ if once else _scale
    kinds, replicates = zip(*lanes, strict=True)
    scales = {
        kind: spread(architecture.layer_sizes, architecture.biases and kind == "uniform", kind)
        for kind in kinds
    }
    size = 1 << (architecture.vector_size - 1).bit_length()
    draws = (_draws.__wrapped__ if once else _draws)(seed, replicates, size)
    each = list(scales.values()) if len(scales) == 1 else [scales[kind] for kind in kinds]
    parameters: npt.NDArray[np.float64] = draws[: architecture.vector_size] * np.transpose(each)
    return parameters


_LONGEST_CACHED = 16_384  # numbers of a replicate; the cache holds 128 MB if all are as long


@functools.lru_cache(maxsize=1024)
def _scale(
    sizes: tuple[int, ...],
    draw_biases: bool,  # noqa: FBT001 - a key of the cache
    kind: StartingWeights,
) -> npt.NDArray[np.float64]:
    scale = np.empty(vector_size(sizes))
    for layer in parameter_layout(sizes):
        spread = SPREADS[kind](layer.fan_in, layer.fan_out)
        scale[layer.biases] = spread * draw_biases
        scale[layer.weights] = spread
    scale.setflags(write=False)
    return scale


@functools.lru_cache(maxsize=64)
def _draws(seed: Seed, replicates: tuple[int, ...], size: int) -> npt.NDArray[np.float64]:
    """Draw the first `size` numbers in [-1, 1) of each replicate's random stream, (size, lanes)."""
    draws = np.empty((size, len(replicates)))
    for lane, replicate in enumerate(replicates):
        sequence = np.random.SeedSequence(seed, spawn_key=(0, replicate))
        draws[:, lane] = np.random.Generator(np.random.PCG64(sequence)).random(size) * 2 - 1
    draws.setflags(write=False)
    return draws
