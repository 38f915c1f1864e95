"""Writes a network as one Python file with a `torch.nn.Module` and its state_dict.

The file needs PyTorch, and nothing of neuroevo; writing it needs neither.
"""

import base64
from importlib.resources import files

import numpy as np

from neuroevo.export.description import Description
from neuroevo.export.guide import example_row, guide
from neuroevo.export.json_file import plain
from neuroevo.kernel.arrays import Floats

_MODULE = files("neuroevo.export").joinpath("assets/torch_network.py.txt")


def write(description: Description) -> str:
    """Write a network as a Python file with the class `Network`."""
    values = plain(description)
    settings = {key: values[key] for key in ("inputs", "unseen", "targets", "classes")}
    settings["labels"] = description.labels
    settings["functions"] = [
        [layer.function for layer in network] for network in description.networks
    ]
    settings["largest_input"] = description.largest_input
    return "\n".join(
        [
            *(f"# {line}".rstrip() for line in _head(description)),
            "",
            "import base64",
            "import math",
            "import re",
            "from numbers import Number",
            "",
            "import torch",
            "",
            f"DTYPE = torch.{description.precision}",
            _assigned("NETWORK", settings),
            _assigned("WEIGHTS", dict(_weights(description))),
            _MODULE.read_text("utf-8"),
        ]
    )


def _head(description: Description) -> list[str]:
    columns = {name: [cell] for name, cell in example_row(description).items()}
    return [
        *guide(description),
        "",
        "  network = Network()",
        f"  columns = {columns!r}",
        "  network.predict(columns)  # classes, or {target: values}",
        "  network.outputs(columns)  # a tensor (rows, outputs)",
        "  network(prepare(columns))  # the same as training sees it: scaled, with gradients",
        '  torch.save(network.state_dict(), "weights.pt")',
        "",
        "A cell may be missing (None, NaN, pandas' NA, an empty text) where the list says so.",
        "A cell that can't be used raises a ValueError.",
    ]


def _assigned(name: str, values: dict[str, object]) -> str:
    lines = "".join(f"    {key!r}: {value!r},\n" for key, value in values.items())
    return f"{name} = {{\n{lines}}}"


def _weights(description: Description) -> "list[tuple[str, object]]":
    """Return the shape and the numbers of each tensor, by its name in the state_dict."""
    tensors: list[tuple[str, object]] = []
    for number, network in enumerate(description.networks):
        for place, layer in enumerate(network):
            for name, array in (("weight", layer.weights.T), ("bias", layer.biases)):
                key = f"networks.{number}.{place}.{name}"
                tensors.append((key, (array.shape, _encoded(array))))
    return tensors


def _encoded(array: Floats) -> str:
    little_endian = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return base64.b64encode(little_endian.tobytes()).decode("ascii")
