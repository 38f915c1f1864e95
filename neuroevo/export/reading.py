"""Reads a network from a model file or JSON, perhaps made by hand; reports all problems at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

import numpy as np

from neuroevo.errors import DataError, StorageError, UsageError, collected
from neuroevo.export.description import Description, Layer
from neuroevo.export.json_file import FORMAT, VERSION
from neuroevo.export.model_file import plain_values
from neuroevo.files import StrangeFileError, read_file
from neuroevo.kernel.arrays import Floats
from neuroevo.learning import (
    ACTIVATIONS,
    Architecture,
    Columns,
    Ensemble,
    Network,
    Precision,
    Scaling,
)
from neuroevo.settings import MOST_ITEMS, one_of, shown, unknown
from neuroevo.storage.arrays import DAMAGE, damage_text
from neuroevo.tables import Preparation, TableModel
from neuroevo.tables.records import NumberInput

_PRECISIONS = get_args(Precision)
_PREPARATION = ("inputs", "unseen", "targets", "classes")
_KEYS = ("format", "version", "table", "precision", *_PREPARATION, "networks")
_LAYER_KEYS = ("function", "weights", "biases")
_MOST_BYTES = 500_000_000


def read(path: Path) -> Network | Ensemble | TableModel:
    """Read a network from a safetensors file or from JSON.

    Raises
    ------
    StorageError
        If the file can't be read.
    DataError
        One line for each problem of its content.
    """
    try:
        content = read_file(path, _MOST_BYTES)
    except OSError as error:
        raise StorageError(f"{path}: can't be read ({error.strerror})") from None
    except StrangeFileError as error:
        raise DataError(f"{path}: {error}") from None
    values = _arrays(path, content) if _has_arrays(path, content) else _json(path, content)
    try:
        return _model(values)
    except (DataError, UsageError) as error:
        raise DataError(*(f"{path}: {line}" for line in error.problems)) from None


def _has_arrays(path: Path, content: bytes) -> bool:
    """Return whether a file is meant as safetensors: its name says so, or its first bytes."""
    begins_so = content[4:9] == b"\0\0\0\0{"  # after the length of the header, in 8 bytes
    return path.suffix == ".safetensors" or begins_so


def _arrays(path: Path, content: bytes) -> object:
    try:
        return plain_values(content)
    except DAMAGE as error:
        rule = "must be a model file of neuroevo, but it is damaged or something else"
        raise DataError(f"{path}: {rule} ({damage_text(error)})") from None


def _json(path: Path, content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise DataError(f"{path}: must be JSON, but is not ({problem})") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _model(values: object) -> Network | Ensemble | TableModel:
    if not isinstance(values, Mapping) or values.get("format") != FORMAT:
        got = shown(values.get("format") if isinstance(values, Mapping) else values)
        raise DataError(f"format: must be {FORMAT!r}, but got {got}")
    if values.get("version") != VERSION:
        rule = f"must be {VERSION}, the version that this neuroevo reads"
        raise DataError(f"version: {rule}, but got {shown(values.get('version'))}")
    problems = list(_key_problems(values, _KEYS, ""))
    if problems:
        raise DataError(*problems)
    if not isinstance(values["table"], bool):
        problems.append(f"table: must be true or false, but got {shown(values['table'])}")
    if values["precision"] not in _PRECISIONS:
        problems.append(f"precision: {one_of(values['precision'], _PRECISIONS)}")
    preparation = None
    with collected(problems):
        preparation = Preparation.of({key: values[key] for key in _PREPARATION})
    precision: Precision = "float64" if values["precision"] == "float64" else "float32"
    networks = [*_networks(values["networks"], precision, problems)]
    if preparation is not None and not problems:
        problems += _misfits(networks, preparation, is_table=values["table"])
    if preparation is None or problems:
        raise DataError(*problems)
    return model_of(Description(preparation, tuple(networks), values["table"]))


def model_of(description: Description) -> Network | Ensemble | TableModel:
    """Return the network that is described, or several whose outputs are averaged."""
    preparation, precision = description.preparation, description.precision
    columns = preparation.columns if description.is_table else _scaled_columns(preparation)
    networks = [
        Network(_architecture(layers), _parameters(layers, precision), columns)
        for layers in description.networks
    ]
    network = networks[0] if len(networks) == 1 else Ensemble(tuple(networks))
    return TableModel(network, preparation) if description.is_table else network


def _key_problems(values: Mapping[str, object], keys: tuple[str, ...], place: str) -> Iterator[str]:
    yield from (f"{place}{key}: must be given" for key in keys if key not in values)
    yield from (f"{place}{key}: {unknown(key, keys)}" for key in values if key not in keys)


def _networks(
    values: object, precision: Precision, problems: list[str]
) -> Iterator[tuple[Layer, ...]]:
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_ITEMS:
        problems.append(f"networks: must be a list of 1 to {MOST_ITEMS:,} lists of layers")
        return
    for number, layers in enumerate(values):
        yield tuple(_layers(layers, f"networks[{number}]", precision, problems))


def _layers(
    values: object, network: str, precision: Precision, problems: list[str]
) -> Iterator[Layer]:
    """Read the layers of a network; adds what is wrong with each alone to the problems."""
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_ITEMS:
        problems.append(f"{network}: must be a list of 1 to {MOST_ITEMS:,} layers")
        return
    for place, value in enumerate(values):
        name = f"{network}[{place}]."
        if not isinstance(value, Mapping):
            problems.append(f"{name[:-1]}: must be a table, but got {shown(value)}")
            continue
        found = list(_key_problems(value, _LAYER_KEYS, name))
        if not found:
            is_last = place == len(values) - 1
            allowed = ("linear", "softmax") if is_last else ACTIVATIONS
            if value["function"] not in allowed:
                found.append(f"{name}function: {one_of(value['function'], allowed)}")
            weights = _array(value["weights"], 2, precision)
            biases = _array(value["biases"], 1, precision)
            if weights is None:
                found.append(f"{name}weights: {_rule(value['weights'], 2, precision)}")
            if biases is None:
                found.append(f"{name}biases: {_rule(value['biases'], 1, precision)}")
            if weights is not None and biases is not None and not found:
                yield Layer(weights, biases, value["function"])
        problems += found


def _rule(value: object, dimensions: int, precision: Precision) -> str:
    if isinstance(value, np.ndarray):
        rule = f"must be a {precision} array of finite numbers with {dimensions} dimension"
        got = f"{value.dtype} and {value.ndim} of them"
        return f"{rule}{'s' * (dimensions > 1)}, but got {got}"
    lists = "equally long lists of " * (dimensions > 1)
    return f"must be a list of {lists}numbers that the precision can hold"


def _array(value: object, dimensions: int, precision: Precision) -> Floats | None:
    """Return an array of finite numbers with so many dimensions; None if it is something else."""
    try:
        array = np.array(value)
    except ValueError:  # lists of different lengths
        return None
    if array.ndim != dimensions or array.dtype.kind not in "iuf" or not array.size:
        return None
    if isinstance(value, np.ndarray) and value.dtype != precision:
        return None
    with np.errstate(over="ignore"):
        rounded: Floats = array.astype(precision)
    return rounded if np.isfinite(rounded).all() else None


def _misfits(
    networks: Sequence[Sequence[Layer]], preparation: Preparation, *, is_table: bool
) -> Iterator[str]:
    """Give a line for each layer that does not fit its neighbours, and for wrong inputs."""
    for number, layers in enumerate(networks):
        yield from _layer_misfits(layers, f"networks[{number}]", preparation)
    functions = list(dict.fromkeys(layers[-1].function for layers in networks))
    if len(functions) > 1:
        rule = "must have the same function in the last layers of all networks"
        yield f"networks: {rule}, but got {' and '.join(functions)}"
    plain = [
        isinstance(each, NumberInput) and each == _only_scaled(each) for each in preparation.inputs
    ]
    if not is_table and not all(plain):
        name = shown(preparation.inputs[plain.index(False)].name)
        yield f"inputs: must only be scaled numbers if table is false, but {name} is not"


def _layer_misfits(
    layers: Sequence[Layer], network: str, preparation: Preparation
) -> Iterator[str]:
    before, what = len(preparation.input_names), "inputs that are prepared"
    for place, layer in enumerate(layers):
        name = f"{network}[{place}]"
        rows, outputs = layer.weights.shape
        if rows != before:
            rule = f"must have a list for each of {before} {what}"
            yield f"{name}.weights: {rule}, but got {rows}"
        if len(layer.biases) != outputs:
            rule = f"must be {outputs}, as many as the weights have columns"
            yield f"{name}.biases: {rule}, but got {len(layer.biases)}"
        before, what = outputs, f"units of {name}"
    expected = len(preparation.output_names)
    if before != expected:
        kind = "class" if preparation.classes else "target"
        yield f"{network}: must end with an output for each {kind} ({expected}), but got {before}"


def _only_scaled(record: NumberInput) -> NumberInput:
    return NumberInput(name=record.name, offset=record.offset, scale=record.scale)


def _scaled_columns(preparation: Preparation) -> Columns:
    """Return the columns of a network that has learnt no table."""
    inputs = [each for each in preparation.inputs if isinstance(each, NumberInput)]
    before = Scaling(tuple(each.offset for each in inputs), tuple(each.scale for each in inputs))
    return Columns(
        preparation.input_names,
        preparation.output_names,
        preparation.class_names,
        _unless_trivial(before),
        None if preparation.classes else _unless_trivial(preparation.target_scaling),
    )


def _unless_trivial(scaling: Scaling) -> Scaling | None:
    """Return a scaling, or None if it changes nothing, since computing it takes time."""
    is_trivial = not any(scaling.offsets) and set(scaling.scales) == {1.0}
    return None if is_trivial else scaling


def _architecture(layers: Sequence[Layer]) -> Architecture:
    hidden, outputs = layers[:-1], layers[-1]
    return Architecture.of(
        {
            "inputs": len(layers[0].weights),
            "hidden": tuple(len(layer.biases) for layer in hidden),
            "outputs": len(outputs.biases),
            "activation": tuple(layer.function for layer in hidden) or "linear",
            "biases": any(layer.biases.any() for layer in layers),
            "output": outputs.function,
        }
    )


def _parameters(layers: Sequence[Layer], precision: Precision) -> Floats:
    """Return the parameters of all layers in one vector, see `neuroevo.kernel.layout`."""
    parts = [part for layer in layers for part in (layer.biases, layer.weights.ravel())]
    parameters: Floats = np.concatenate(parts).astype(precision, copy=False)
    return parameters
