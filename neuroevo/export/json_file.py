"""Writes a network as one JSON object, whose keys docs/exports.md describes; `reading` reads it."""

import json
from typing import Any

import numpy as np

from neuroevo.export.description import Description, Layer
from neuroevo.kernel.arrays import Floats

FORMAT = "neuroevo network"
VERSION = 1


def write(description: Description) -> str:
    """Write a network as JSON, a line for each key."""
    entries = (
        f" {json.dumps(key)}: {json.dumps(value, allow_nan=False)}"
        for key, value in plain(description).items()
    )
    return "{\n" + ",\n".join(entries) + "\n}\n"


def plain(description: Description) -> dict[str, Any]:
    """Return a network as values that JSON can hold; numbers are exact there."""
    networks = [[_plain(layer) for layer in network] for network in description.networks]
    return {**head(description), "networks": networks}


def head(description: Description) -> dict[str, Any]:
    """Return all but the layers of a network as values that JSON can hold."""
    preparation = description.preparation.to_plain()
    return {
        "format": FORMAT,
        "version": VERSION,
        "table": description.is_table,
        "precision": description.precision,
        "inputs": preparation["inputs"],
        "unseen": preparation["unseen"],
        "targets": preparation["targets"],
        "classes": preparation["classes"],
    }


def _plain(layer: Layer) -> dict[str, Any]:
    return {
        "function": layer.function,
        "weights": numbers(layer.weights),
        "biases": numbers(layer.biases),
    }


def numbers(array: Floats) -> list[Any]:
    """Return an array as nested lists of the shortest numbers that become the same array again."""
    exact: list[Any] = array.tolist()
    if array.dtype == np.float64:
        return exact
    shortest = array.astype(str).astype(np.float64)
    found: list[Any] = np.where(shortest.astype(np.float32) == array, shortest, array).tolist()
    return found
