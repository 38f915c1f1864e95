"""Writes a network as an ONNX graph with an input for each raw column; it needs the package onnx.

Numbers are float64 until they are prepared, then float32. A row that can't be prepared gets NaN.
"""

from collections.abc import Sequence
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo.errors import NeuroevoError
from neuroevo.export.description import Description, Layer
from neuroevo.export.guide import guide
from neuroevo.export.spellings import texts_of
from neuroevo.kernel.activations import LEAKY_RELU_SLOPE
from neuroevo.tables.limits import LARGEST
from neuroevo.tables.records import (
    REFUSED,
    UNIFORM_SPREAD,
    BooleanInput,
    CategoryInput,
    Input,
    NumberInput,
)

if TYPE_CHECKING:
    from neuroevo.tables.settings import Unseen

OPSET = 17
_OPSET_OF_CATEGORIES = 2  # of the operators for machine learning
_IR_VERSION = 8
_MISSING = -3  # the code of a missing category

_FUNCTIONS = {
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "relu": "Relu",
    "elu": "Elu",
    "softplus": "Softplus",
}


def write(description: Description) -> bytes:
    """Write a network as an ONNX model; NeuroevoError if onnx is not installed."""
    try:
        onnx = import_module("onnx")
    except ImportError:
        raise NeuroevoError("onnx: must be installed; pip install 'neuroevo[onnx]'") from None
    graph = _Graph(onnx, [record.name for record in description.preparation.inputs])
    inputs = [_prepared(graph, record, description) for record in description.preparation.inputs]
    prepared = graph.add("Concat", *inputs, axis=1)
    usable = _usable(graph, prepared, description.largest_input)
    values = [_computed(graph, network, prepared) for network in description.networks]
    mean = graph.add("Mean", *values) if len(values) > 1 else values[0]
    outputs = _outputs(graph, mean, usable, description)
    model = graph.model(outputs, "\n".join(_documentation(description, list(outputs))))
    content: bytes = model.SerializeToString()
    return content


class _Graph:
    """Collects nodes and constants; their names are numbers, but for inputs and outputs."""

    def __init__(self, onnx: Any, columns: list[str]) -> None:  # noqa: ANN401 - a module
        self._onnx, self._columns = onnx, columns
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._types: dict[str, int] = {}
        self._numbers = count()

    def _name(self) -> str:
        return next(
            name for name in (f"/{number}" for number in self._numbers) if name not in self._columns
        )

    def free(self, name: str) -> str:
        """Return the name of an output, which no column may have."""
        return name if name not in self._columns else self.free(f"{name}_")

    def constant(self, values: object, kind: str) -> str:
        """Add a constant of a NumPy type and return its name."""
        name = self._name()
        array = np.array(values, dtype=kind)
        self._constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """Add a node with one output and return its name."""
        output = output or self._name()
        node = self._onnx.helper.make_node(operator, [*inputs], [output], **attributes)
        self._nodes.append(node)
        return output

    def column(self, record: Input) -> str:
        """Add the input of a raw column, (rows, 1): texts for categories, float64 for others."""
        is_text = isinstance(record, CategoryInput)
        proto = self._onnx.TensorProto
        self._types[record.name] = proto.STRING if is_text else proto.DOUBLE
        return record.name

    def cast(self, name: str, kind: str) -> str:
        """Add a cast to a type of ONNX."""
        return self.add("Cast", name, to=getattr(self._onnx.TensorProto, kind))

    def model(self, outputs: dict[str, tuple[str, list[object]]], documentation: str) -> Any:  # noqa: ANN401 - of onnx
        """Return the model; outputs are names with their type and shape."""
        helper, proto = self._onnx.helper, self._onnx.TensorProto
        given = [
            helper.make_tensor_value_info(name, kind, ["rows", 1])
            for name, kind in self._types.items()
        ]
        returned = [
            helper.make_tensor_value_info(name, getattr(proto, kind), shape)
            for name, (kind, shape) in outputs.items()
        ]
        graph = helper.make_graph(
            self._nodes, "network", given, returned, self._constants, doc_string=documentation
        )
        versions = {"": OPSET, "ai.onnx.ml": _OPSET_OF_CATEGORIES}
        model = helper.make_model(
            graph,
            producer_name="neuroevo",
            doc_string=documentation,
            ir_version=_IR_VERSION,
            opset_imports=[helper.make_opsetid(*each) for each in versions.items()],
        )
        self._onnx.checker.check_model(model)
        return model


def _documentation(description: Description, outputs: list[str]) -> list[str]:
    return [
        *guide(description),
        "",
        "Inputs are named like the raw columns, each (rows, 1): float64 for numbers, true (1) and",
        "false (0), texts for categories. NaN, or an empty text, is missing. A row that can't be",
        f"used gets NaN and an empty class. The outputs are {' and '.join(outputs)}.",
        "",
        "Texts are categories as they are listed, or as Python writes them: 1.0 for 1, True for",
        "true. Other spellings, and texts with spaces around them, are other categories.",
    ]


def _prepared(graph: _Graph, record: Input, description: Description) -> str:
    """Add the prepared inputs of a raw column, (rows, inputs) in float32."""
    raw = graph.column(record)
    if isinstance(record, CategoryInput):
        codes = _codes(graph, raw, record, description.preparation.unseen)
        missing = graph.add("Equal", codes, graph.constant(_MISSING, "i8"))
        values = _one_hot(graph, codes, missing, record, description.preparation.unseen)
    else:
        missing = graph.add("IsNaN", raw)
        filled = raw
        if record.fill is not None:
            filled = graph.add("Where", missing, graph.constant(float(record.fill), "f8"), raw)
        values = graph.cast(_scaled(graph, record, filled), "FLOAT")
    if not record.indicator:
        return values
    return graph.add("Concat", values, graph.cast(missing, "FLOAT"), axis=1)


def _scaled(graph: _Graph, record: NumberInput | BooleanInput, raw: str) -> str:
    if isinstance(record, BooleanInput):
        one, zero, nothing = (graph.constant(number, "f8") for number in (1.0, 0.0, np.nan))
        is_known = graph.add("Or", graph.add("Equal", raw, one), graph.add("Equal", raw, zero))
        return graph.add("Where", is_known, raw, nothing)
    fits = graph.add("LessOrEqual", graph.add("Abs", raw), graph.constant(LARGEST, "f8"))
    raw = graph.add("Where", fits, raw, graph.constant(np.nan, "f8"))
    if record.knots:
        return _among(graph, np.array(record.knots), raw)
    shifted = graph.add("Sub", raw, graph.constant(record.offset, "f8"))
    return graph.add("Div", shifted, graph.constant(record.scale, "f8"))


def _among(graph: _Graph, knots: NDArray[np.float64], raw: str) -> str:
    """Add the places of numbers among quantiles at equal distances, scaled to variance 1.

    A number between two knots is interpolated; at several equal knots, their middle is taken.
    """
    last = len(knots) - 1
    row, top = graph.constant(knots[np.newaxis], "f8"), graph.constant(last, "f8")
    axes = graph.constant([1], "i8")

    def counted(operator: str) -> str:
        found = graph.cast(graph.add(operator, row, raw), "DOUBLE")
        return graph.add("ReduceSum", found, axes, keepdims=1)

    def knot(place: str) -> str:
        whole = graph.cast(place, "INT64")
        return graph.add("Gather", graph.constant(knots, "f8"), whole)

    def interpolated(gap: str) -> str:
        part = graph.add("Div", graph.add("Sub", raw, knot(low)), gap)
        return graph.add("Add", low, part)

    one, zero, half = (graph.constant(number, "f8") for number in (1.0, 0.0, 0.5))
    above = graph.add("Min", counted("Less"), top)  # the first knot that is not less
    low = graph.add("Max", graph.add("Sub", counted("LessOrEqual"), one), zero)
    gap = graph.add("Sub", knot(above), knot(low))
    inside = graph.add("Greater", gap, zero)
    middle = graph.add("Mul", graph.add("Add", low, above), half)
    found = graph.add("Where", inside, interpolated(graph.add("Where", inside, gap, one)), middle)
    at_top = graph.add("GreaterOrEqual", raw, graph.constant(knots[-1], "f8"))
    at_bottom = graph.add("LessOrEqual", raw, graph.constant(knots[0], "f8"))
    found = graph.add("Where", at_bottom, zero, graph.add("Where", at_top, top, found))
    found = graph.add("Where", graph.add("IsNaN", raw), raw, found)
    share = graph.add("Sub", graph.add("Div", found, top), half)
    return graph.add("Mul", share, graph.constant(UNIFORM_SPREAD, "f8"))


def _codes(graph: _Graph, raw: str, record: CategoryInput, unseen: "Unseen") -> str:
    """Add the place of each category among the inputs of its column, (rows, 1)."""
    names = (*record.categories, *record.gathered)
    places = {text: record.place_of(name, unseen) for name in names for text in texts_of(name)}
    places |= {name: record.place_of(name, unseen) for name in names} | {"": _MISSING}
    return graph.add(
        "LabelEncoder",
        raw,
        domain="ai.onnx.ml",
        keys_strings=[*places],
        values_int64s=[*places.values()],
        default_int64=record.place_of(_UNSEEN, unseen),
    )


_UNSEEN = ""  # the name of no category: cells that are blank are missing


def _one_hot(
    graph: _Graph, codes: str, missing: str, record: CategoryInput, unseen: "Unseen"
) -> str:
    """Add 1 for the category of each row and 0 for the others; NaN if it is refused."""
    if record.fill is not None:
        place = graph.constant(record.place_of(record.fill, unseen), "i8")
        codes = graph.add("Where", missing, place, codes)
    places = graph.constant([np.arange(len(record.value_names))], "i8")
    chosen = graph.cast(graph.add("Equal", codes, places), "FLOAT")
    refused = graph.add("LessOrEqual", codes, graph.constant(REFUSED, "i8"))
    return graph.add("Where", refused, graph.constant(np.nan, "f4"), chosen)


def _usable(graph: _Graph, prepared: str, largest: float) -> str:
    """Add whether all prepared values of a row can be used, (rows, 1)."""
    size = graph.add("Abs", prepared)
    fits = graph.cast(graph.add("LessOrEqual", size, graph.constant(largest, "f4")), "FLOAT")
    return graph.cast(graph.add("ReduceMin", fits, axes=[1], keepdims=1), "BOOL")


def _computed(graph: _Graph, network: Sequence[Layer], prepared: str) -> str:
    """Add the outputs of a network for prepared inputs."""
    values = prepared
    for layer in network:
        weights, biases = graph.constant(layer.weights, "f4"), graph.constant(layer.biases, "f4")
        values = _applied(graph, layer.function, graph.add("Gemm", values, weights, biases))
    return values


def _applied(graph: _Graph, function: str, values: str) -> str:
    if function == "linear":
        return values
    if function == "softmax":
        return graph.add("Softmax", values, axis=1)
    if function == "leaky_relu":
        return graph.add("LeakyRelu", values, alpha=LEAKY_RELU_SLOPE)
    if function == "silu":
        return graph.add("Mul", values, graph.add("Sigmoid", values))
    return graph.add(_FUNCTIONS[function], values)


def _outputs(
    graph: _Graph, values: str, usable: str, description: Description
) -> dict[str, tuple[str, list[object]]]:
    """Add the outputs; returns their names with type and shape."""
    preparation = description.preparation
    size = description.outputs
    shape: list[object] = ["rows", size]
    nothing = graph.constant(np.nan, "f4")
    if preparation.classes:
        probabilities, label = graph.free("probabilities"), graph.free("class")
        graph.add("Where", usable, values, nothing, output=probabilities)
        greatest = graph.add("ArgMax", values, axis=1, keepdims=1)
        place = graph.add("Where", usable, greatest, graph.constant(size, "i8"))
        names = graph.constant(np.array([*preparation.class_names, ""], dtype=np.object_), "O")
        graph.add("Gather", names, place, output=label)
        return {label: ("STRING", ["rows", 1]), probabilities: ("FLOAT", shape)}
    scaling = preparation.target_scaling
    scaled = graph.add("Mul", graph.cast(values, "DOUBLE"), graph.constant([scaling.scales], "f8"))
    raw = graph.add("Add", scaled, graph.constant([scaling.offsets], "f8"))
    predicted = graph.free("predicted")
    graph.add("Where", usable, graph.cast(raw, "FLOAT"), nothing, output=predicted)
    return {predicted: ("FLOAT", shape)}
