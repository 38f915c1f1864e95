"""Genomes as plain parameters, for tools that know no lists; knows no particular tool."""

from collections.abc import Mapping
from typing import TypeAlias

from neuroevo.space.values import Layer, Value

Parameter: TypeAlias = bool | int | float | str


def parameters_of(genome: Mapping[str, Value]) -> dict[str, Parameter]:
    """Return the genes of a genome, where each gene for layers is several parameters."""
    found: dict[str, Parameter] = {}
    for name, value in genome.items():
        found |= layer_parameters(name, value) if isinstance(value, tuple) else {name: value}
    return found


def layer_parameters(name: str, layers: tuple[Layer, ...]) -> dict[str, Parameter]:
    """Return layers as parameters.

    Parameters
    ----------
    name
        The gene, such as ``hidden``.
    layers
        Its value.

    Returns
    -------
    dict
        ``hidden.count``, then for each layer ``hidden.1.width`` and, if it has an activation of
        its own, ``hidden.1.activation``.
    """
    found: dict[str, Parameter] = {f"{name}.count": len(layers)}
    for place, layer in enumerate(layers, start=1):
        width, *activation = layer if isinstance(layer, tuple) else (layer,)
        found[f"{name}.{place}.width"] = width
        if activation:
            found[f"{name}.{place}.activation"] = str(activation[0])
    return found
