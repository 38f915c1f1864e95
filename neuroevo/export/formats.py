"""The table of formats that a trained network can be written in. Knows what each is, not how."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from neuroevo.errors import UsageError
from neuroevo.export import (
    c_header,
    javascript,
    json_file,
    model_file,
    onnx_graph,
    sklearn_pipeline,
    torch_module,
)
from neuroevo.export.description import Description
from neuroevo.settings import one_of


class Format(NamedTuple):
    """A format.

    Attributes
    ----------
    write
        Returns the content of a file: a text, or bytes if it is none.
    suffix
        The end of the file's name.
    """

    write: Callable[[Description], str | bytes]
    suffix: str


FORMATS: Mapping[str, Format] = {
    "safetensors": Format(model_file.write, ".safetensors"),
    "onnx": Format(onnx_graph.write, ".onnx"),
    "torch": Format(torch_module.write, ".py"),
    "sklearn": Format(sklearn_pipeline.write, ".skops"),
    "json": Format(json_file.write, ".json"),
    "js": Format(javascript.write, ".js"),
    "c": Format(c_header.write, ".h"),
}
"""Every format by its name."""


def format_named(name: object) -> Format:
    """Return a format; UsageError with all names if there is none of this name."""
    if not isinstance(name, str) or name not in FORMATS:
        raise UsageError(f"format: {one_of(name, FORMATS)}")
    return FORMATS[name]
