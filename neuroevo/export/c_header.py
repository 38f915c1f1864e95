"""Writes a network as one header of plain C99: no heap, of libm at most expf and tanhf.

Everything is computed in single precision, for microcontrollers too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import count
from typing import Any

import numpy as np

from neuroevo.errors import NeuroevoError
from neuroevo.export.description import Description, Layer, layer_sizes
from neuroevo.export.guide import guide
from neuroevo.kernel.activations import LEAKY_RELU_SLOPE
from neuroevo.settings import shown
from neuroevo.tables.records import (
    UNIFORM_SPREAD,
    BooleanInput,
    CategoryInput,
    Input,
    NumberInput,
)

_TEMPLATE = files("neuroevo.export").joinpath("assets/network.h.jinja")
_FLOAT = 4  # bytes
_PLACE = 2  # bytes of the place of a category
_LONGEST_NAME = 40  # characters of an identifier that is made of a name
_IN_A_LINE = 8  # numbers
_LARGEST_WHOLE = 1e15  # that is written without an exponent

# What is done with x in a loop over the units of a layer.
_SIGMOID = ("float e = expf(x < 0.0f ? x : -x);", "x = (x < 0.0f ? e : 1.0f) / (1.0f + e);")
_FORMULAS = {
    "tanh": ("values[unit] = tanhf(x);",),
    "sigmoid": (*_SIGMOID, "values[unit] = x;"),
    "relu": ("values[unit] = x > 0.0f ? x : 0.0f;",),
    "leaky_relu": (f"values[unit] = x > 0.0f ? x : {LEAKY_RELU_SLOPE}f * x;",),
    # exp(x) - 1 = 2 tanh(x / 2) / (1 - tanh(x / 2)) keeps its digits near 0.
    "elu": (
        "if (x < 0.0f) {",
        "  float half = tanhf(0.5f * x);",
        "  values[unit] = 2.0f * half / (1.0f - half);",
        "}",
    ),
    # log(1 + e) = 2 artanh(s) with s = e / (2 + e), as a series.
    "softplus": (
        "float e = expf(x < 0.0f ? x : -x), s = e / (2.0f + e), z = s * s;",
        "float series = 1.0f / 9 + z * (1.0f / 11 + z * (1.0f / 13 + z * (1.0f / 15)));",
        "series = 1.0f / 3 + z * (1.0f / 5 + z * (1.0f / 7 + z * series));",
        "values[unit] = (x > 0.0f ? x : 0.0f) + 2.0f * (s + s * z * series);",
    ),
    "silu": (
        "float e = expf(x < 0.0f ? x : -x);",
        "values[unit] = x * ((x < 0.0f ? e : 1.0f) / (1.0f + e));",
    ),
}
_NEED_LIBM = {"tanh", "sigmoid", "elu", "softplus", "silu", "softmax"}


def write(description: Description) -> str:
    """Write a network as a header.

    Raises
    ------
    NeuroevoError
        If a number of its preparation is too large or too small for single precision.
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only this needs it

    columns = list(_columns(description))
    networks = _networks(description)
    functions = sorted({*description.functions} - {"linear"})
    environment = Environment(  # noqa: S701 - C is no HTML
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        head=[_comment(line) for line in _head(description, columns)],
        inputs=len(description.preparation.input_names),
        outputs=description.outputs,
        networks=networks,
        several=len(networks) > 1,
        prepared=_source(0, several=len(networks) > 1),
        columns=columns,
        categories=[column for column in columns if column["is_category"]],
        numbers=[column for column in columns if not column["is_category"]],
        knots=any(column["knots"] for column in columns),
        spread=_number(UNIFORM_SPREAD),
        largest=_number(description.largest_input),
        functions=functions,
        formulas=_FORMULAS,
        uses_libm=not _NEED_LIBM.isdisjoint(functions),
        buffers=_buffers(description),
        unscaled=list(_unscaled(description)),
        classes=[_text(name) for name in description.preparation.class_names],
    )


def _head(description: Description, columns: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield from guide(description)
    yield ""
    yield "  struct network_row row = {0};"
    first = columns[0]
    value = first["constants"][0] if first["is_category"] else "1.0f"
    yield f"  row.{first['field']} = {value};"
    yield "  float outputs[NETWORK_OUTPUTS];"
    yield "  if (network_predict(&row, outputs) == 0) { ... }"
    yield ""
    constants = _constant_bytes(description)
    yield f"Constants, in flash: {constants:,} bytes, but for the names of categories and code."
    stack = sum(buffer["size"] for buffer in _buffers(description)) * _FLOAT
    yield f"Working memory, in RAM: {stack:,} bytes on the stack, and the row and the outputs."
    yield "All numbers are floats: keep those with many digits, such as times, small. Two networks"
    yield "in one file need other prefixes."


def _constant_bytes(description: Description) -> int:
    layers = [layer for network in description.networks for layer in network]
    numbers = sum(layer.weights.size + layer.biases.size for layer in layers)
    places = 0
    for record in description.preparation.inputs:
        if isinstance(record, NumberInput):
            numbers += 2 * len(record.knots)
        elif isinstance(record, CategoryInput):
            places += len(record.categories) + len(record.gathered)
    return numbers * _FLOAT + places * _PLACE


def _columns(description: Description) -> Iterator[dict[str, Any]]:
    """Give what the template writes for each raw column."""
    fields, constants, first = _Identifiers(), _Identifiers(*_OWN_CONSTANTS), 0
    for number, record in enumerate(description.preparation.inputs, start=1):
        field = fields.of(record.name)
        column: dict[str, Any] = {
            "number": number,
            "name": _comment(shown(record.name)),
            "field": field,
            "first": first,
            "indicator": record.indicator,
            "is_category": isinstance(record, CategoryInput),
            "is_boolean": isinstance(record, BooleanInput),
            "knots": [],
        }
        if isinstance(record, CategoryInput):
            column |= _category(record, description, field, constants)
            about = f"{column['name']}: a code of a category"
        else:
            column |= _scaled(record, number)
            about = f"{column['name']}: {'a number' if record.kind == 'number' else '1 or 0'}"
        yield column | {"about": f"{about}{', may be missing' if record.fill is not None else ''}"}
        first += len(record.input_names)


def _category(
    record: CategoryInput, description: Description, field: str, constants: "_Identifiers"
) -> dict[str, Any]:
    names, unseen = (*record.categories, *record.gathered), description.preparation.unseen
    # Without a known category there is still one code, which no text has.
    return {
        "names": [_text(name) for name in names] or ['""'],
        "constants": [
            constants.of(f"network_{field}_{name}").upper() for name in names or ("any",)
        ],
        "places": [record.place_of(name, unseen) for name in names or ("",)],
        "unseen": record.place_of("", unseen),
        "missing": _REFUSED if record.fill is None else record.place_of(record.fill, unseen),
        "width": len(record.value_names),
    }


_REFUSED = -2


def _scaled(record: Input, number: int) -> dict[str, Any]:
    """Return how a number is filled and scaled."""
    fill = None if record.fill is None else _number(float(record.fill))
    if not isinstance(record, NumberInput):
        return {"fill": fill, "scaled": "x"}
    if record.knots:
        knots, rests = zip(*(_parts(each) for each in record.knots), strict=True)
        scaled = f"network_among(knots_{number}, rests_{number}, {len(knots)}, x)"
        return {"fill": fill, "scaled": scaled, "knots": knots, "rests": rests}
    terms = ["x", *(part for part in _parts(record.offset) if part != _number(0))]
    return {"fill": fill, "scaled": f"({' - '.join(terms)}) / {_number(record.scale)}"}


def _parts(number: float) -> tuple[str, str]:
    """Return a number as the sum of two floats, so that differences from it keep their digits."""
    high = _single(number)
    return _number(high), _number(np.float32(number - float(high)))


def _networks(description: Description) -> list[list[dict[str, Any]]]:
    """Return what the template writes for the layers of each network, which are numbered."""
    numbers, several = count(1), len(description.networks) > 1
    return [[*_layers(network, numbers, several=several)] for network in description.networks]


def _layers(
    network: Sequence[Layer], numbers: Iterator[int], *, several: bool
) -> Iterator[dict[str, Any]]:
    last, outputs = len(network) - 1, "alone" if several else "outputs"
    for place, layer in enumerate(network):
        weights = [_number(each) for each in layer.weights.ravel()]
        lines = [weights[at : at + _IN_A_LINE] for at in range(0, len(weights), _IN_A_LINE)]
        yield {
            "number": next(numbers),
            "function": layer.function,
            "weights": [f"{', '.join(line)}," for line in lines],
            "biases": ", ".join(map(_number, layer.biases)),
            "source": _source(place, several=several),
            "target": outputs if place == last else _BUFFERS[(place + 1) % 2],
            "inputs": layer.weights.shape[0],
            "outputs": layer.weights.shape[1],
        }


_BUFFERS = ("even", "odd")


def _buffers(description: Description) -> list[dict[str, Any]]:
    """Return the sizes of the arrays for inputs, for layers in turns, and for a network's outputs.

    An array is left out if nothing needs it.
    """
    several = len(description.networks) > 1
    found = {"inputs": 0, "even": 0, "odd": 0, "alone": description.outputs * several}
    for network in description.networks:
        for place, size in enumerate(layer_sizes(network)[:-1]):
            name = _source(place, several=several)
            found[name] = max(found[name], size)
    return [{"name": name, "size": size} for name, size in found.items() if size]


def _source(place: int, *, several: bool) -> str:
    """Return the array that a layer reads; the inputs of several networks must stay."""
    return "inputs" if several and not place else _BUFFERS[place % 2]


def _unscaled(description: Description) -> Iterator[dict[str, str]]:
    if description.preparation.classes:
        return
    for target in description.preparation.targets:
        yield {"scale": _number(target.scale), "offset": _number(target.offset)}


def _single(value: float | np.floating) -> np.float32:
    """Return a number in single precision; NeuroevoError if it is too large or too small."""
    with np.errstate(over="ignore", under="ignore"):
        single = np.float32(value)
    if not np.isfinite(single) or (single == 0) != (value == 0):
        raise NeuroevoError(f"c: must have numbers of single precision, but got {value:g}")
    return single


def _number(value: float | np.floating) -> str:
    """Return a number as a float of C, in the fewest digits that give the same float."""
    single = _single(value)
    is_whole = single == int(single) and abs(single) < _LARGEST_WHOLE
    return f"{single.item()!r}f" if is_whole else f"{single}f"


def _text(name: str) -> str:
    """Return a text as a literal of C, its bytes in UTF-8."""
    letters = (
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"  # noqa: PLR2004 - ASCII
        for byte in name.encode("utf-8")
    )
    return f'"{"".join(letters)}"'


def _comment(line: str) -> str:
    return line.replace("*/", "* /").replace("/*", "/ *").replace("??/", "?? /").rstrip("\\")


_OWN_CONSTANTS = [f"network_{each}" for each in ("h", "inputs", "outputs", "unseen", "missing")]


class _Identifiers:
    """Makes an identifier of each name, all different."""

    def __init__(self, *taken: str) -> None:
        self._taken = {*taken}

    def of(self, name: str) -> str:
        """Return the letters of a name that C allows, with a number if they are taken."""
        letters = re.sub(r"[^0-9A-Za-z]+", "_", name).strip("_")[:_LONGEST_NAME].lower()
        start = letters if letters and not letters[0].isdigit() else f"column_{letters}"
        found = next(each for each in _alternatives(start) if each not in self._taken)
        self._taken.add(found)
        return found


def _alternatives(start: str) -> Iterable[str]:
    if start not in _KEYWORDS:
        yield start
    yield from (f"{start}_{number}" for number in count(2))


# Of C and C++, and macros of their compilers and headers.
_KEYWORDS = frozenset(
    "alignas alignof and asm auto bool break case catch char class const constexpr continue "  # noqa: SIM905 - as a list they fill a page
    "default delete do double else enum errno explicit export extern false float for friend goto "
    "if inline int linux long mutable namespace new not nullptr operator or private protected "
    "public register restrict return short signed sizeof static struct switch template this "
    "throw true try typedef typeid typename typeof union unix unsigned using virtual void "
    "volatile while xor".split()
)
