"""Writes a network as a safetensors file with its description, and reads it; nothing is pickled.

Arrays are named ``NETWORK.LAYER.weights`` and ``.biases``, by their places.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from neuroevo.export.description import Description
from neuroevo.export.json_file import head
from neuroevo.storage.arrays import arrays_content, read_arrays

KEY = "network"  # of the description in the metadata
_KINDS = ("weights", "biases")


def write(description: Description) -> bytes:
    """Write a network as the content of a safetensors file."""
    functions = [[layer.function for layer in network] for network in description.networks]
    arrays = {
        f"{number}.{place}.{kind}": getattr(layer, kind)
        for number, network in enumerate(description.networks)
        for place, layer in enumerate(network)
        for kind in _KINDS
    }
    return arrays_content(arrays, KEY, {**head(description), "functions": functions})


def plain_values(content: bytes) -> dict[str, Any]:
    """Return what a file holds with the keys of the JSON format; weights and biases are arrays.

    Raises
    ------
    neuroevo.storage.arrays.DAMAGE
        If the content is something else, is damaged, or lacks an array.
    """
    arrays, described = read_arrays(content, KEY)
    functions = described.pop("functions")
    networks = [[*_layers(arrays, number, each)] for number, each in enumerate(functions)]
    if len(arrays) != sum(len(_KINDS) * len(each) for each in networks):
        raise ValueError("must have no other arrays than those of its layers")
    return {**described, "networks": networks}


def _layers(
    arrays: Mapping[str, NDArray[Any]], network: int, functions: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for place, function in enumerate(functions):
        found = {kind: arrays[f"{network}.{place}.{kind}"] for kind in _KINDS}
        yield {"function": function, **found}
