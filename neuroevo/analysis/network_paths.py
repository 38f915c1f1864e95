"""Strongest paths through the weights of a network, and products of linear layers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from neuroevo.learning import Network


def strongest_path(
    layers: Sequence[np.ndarray], source: int, target: int | None = None
) -> tuple[int, ...]:
    """Find the path whose weights have the largest product by absolute value.

    Parameters
    ----------
    layers
        The weights of each layer, arrays (inputs, outputs).
    source
        The input at which the path begins.
    target
        The output at which it ends; if None, the one with the largest product.

    Returns
    -------
    The path's unit in each layer, from the input to the output; of equal paths the first.
    """
    reached = np.zeros(len(layers[0]))
    reached[source] = 1.0
    before = []
    for weights in layers:
        products = reached[:, np.newaxis] * np.abs(weights.astype(np.float64))
        before.append(products.argmax(axis=0))
        reached = products.max(axis=0)
    places = [int(reached.argmax()) if target is None else target]
    for predecessors in reversed(before[1:]):
        places.append(int(predecessors[places[-1]]))
    return (source, *reversed(places))


def amounts_to(network: "Network") -> tuple[np.ndarray, np.ndarray]:
    """Return weights (inputs, outputs) and biases of the layer that equals a linear network."""
    layers = network.layers
    weights = np.eye(len(layers[0][0]))
    biases = np.zeros(len(weights[0]))
    for layer_weights, layer_biases in layers:
        weights = weights @ layer_weights.astype(np.float64)
        biases = biases @ layer_weights.astype(np.float64) + layer_biases
    return weights, biases
