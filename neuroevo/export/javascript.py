"""Writes a network as one ES module without dependencies, for browsers and Node."""

import json
from importlib.resources import files

from neuroevo.export.description import Description
from neuroevo.export.guide import example_row, guide
from neuroevo.export.json_file import plain

_FUNCTIONS = files("neuroevo.export").joinpath("assets/network.js")


def write(description: Description) -> str:
    """Write a network as a module that exports `predict`, `outputs`, `prepare` and `classes`."""
    values = plain(description)
    values["labels"] = description.labels
    values["largest_input"] = description.largest_input
    entries = ",\n".join(f"  {key}: {_literal(value)}" for key, value in values.items())
    comment = "\n".join(f"// {_inside_html(line)}".rstrip() for line in _head(description))
    return f"{comment}\n\nconst NETWORK = {{\n{entries},\n}};\n{_FUNCTIONS.read_text('utf-8')}"


def _head(description: Description) -> list[str]:
    row = _literal(example_row(description))
    return [
        *guide(description),
        "",
        '  import { classes, outputs, predict } from "./network.js";',
        f"  const row = {row};",
        "  predict(row);  // its class, or {target: value}",
        "  outputs(row);  // numbers",
        "",
        "A cell may be missing (null, NaN or an empty text) where the list says so.",
        "A cell that can't be used throws a RangeError, and so does a row without a column.",
    ]


def _literal(value: object) -> str:
    return _inside_html(json.dumps(value, allow_nan=False))


def _inside_html(text: str) -> str:
    """Return a text that does not end the script of an HTML page; in JavaScript it is the same."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")
