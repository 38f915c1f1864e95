"""Writes a network as a Pipeline of scikit-learn, in a file of skops; it needs the package skops.

The estimators are fitted to a few invented rows, so that all their attributes exist, and then get
the numbers of the network. Loading the file needs scikit-learn and skops, and nothing of neuroevo.

scikit-learn can't read cells as `predict` does, so each spelling of a category has an input of its
own, and so has a missing one. Their weights are those of the category.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

import numpy as np
from numpy.typing import NDArray

from neuroevo.errors import NeuroevoError
from neuroevo.export.description import Description, Layer
from neuroevo.export.spellings import values_of
from neuroevo.kernel.activations import LEAKY_RELU_SLOPE
from neuroevo.tables.records import (
    UNIFORM_SPREAD,
    BooleanInput,
    CategoryInput,
    Input,
    Label,
    NumberInput,
)

if TYPE_CHECKING:
    import pandas as pd

    from neuroevo.tables.settings import Unseen

_ACTIVATIONS = {"linear": "identity", "sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
Floats = NDArray[np.float64]
_FEWEST_ROWS = 3  # that all estimators can be fitted to
_MISSING = ""  # the spelling of a missing category


def write(description: Description) -> bytes:
    """Write a network as a file of skops.

    Raises
    ------
    NeuroevoError
        If skops is not installed, or scikit-learn has no such network.
    """
    try:
        skops = import_module("skops.io")
    except ImportError:
        raise NeuroevoError("sklearn: needs skops; pip install 'neuroevo[sklearn]'") from None
    content: bytes = skops.dumps(pipeline(description), compression=ZIP_DEFLATED)
    return content


def pipeline(description: Description) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Return a fitted Pipeline whose `predict` takes frames with the raw columns."""
    from sklearn.pipeline import Pipeline  # noqa: PLC0415 - takes a second

    rows = _invented_rows(description)
    preparation = _preparation(description, rows)
    inputs = np.zeros((len(rows), len(_inputs_of_outputs(description))))
    networks = [_network(description, layers, inputs) for layers in description.networks]
    network = networks[0] if len(networks) == 1 else _mean(description, networks, inputs)
    return Pipeline([("preparation", preparation), ("network", network)])


def _mean(description: Description, networks: list[Any], inputs: NDArray[np.float64]) -> Any:  # noqa: ANN401 - as above
    """Return a fitted estimator that averages networks."""
    from sklearn.dummy import DummyClassifier, DummyRegressor  # noqa: PLC0415 - takes a second
    from sklearn.ensemble import VotingClassifier, VotingRegressor  # noqa: PLC0415 - as above

    labels, count = _labels(description), description.outputs
    if not labels and count > 1:
        rule = "must have one target to average networks, or classes"
        raise NeuroevoError(f"sklearn: {rule}, but got {count} targets")
    named = [
        (f"network {place}", DummyClassifier() if labels else DummyRegressor())
        for place in range(1, len(networks) + 1)
    ]
    mean = VotingClassifier(named, voting="soft") if labels else VotingRegressor(named)
    mean.fit(inputs, _invented_targets(description, len(inputs)))
    mean.estimators = [(name, each) for (name, _), each in zip(named, networks, strict=True)]
    mean.estimators_ = networks
    del mean.named_estimators_  # a Bunch, which skops does not trust; predictions do not need it
    return mean


def _with_one_activation(layers: Sequence[Layer]) -> tuple[str, list[tuple[Floats, Floats]]]:
    """Return scikit-learn's name of one activation of all hidden layers, and the layers with it.

    Layers of one family become layers of one activation, with other weights.

    Returns
    -------
    The name, and weights and biases of each layer in double precision.
    """
    functions = list(dict.fromkeys(layer.function for layer in layers[:-1])) or ["linear"]
    name = functions[0]
    if len(functions) > 1 or name not in _ACTIVATIONS:
        name = next((each for each in _FAMILIES if {*functions} <= {*_FAMILIES[each]}), "")
    if not name:
        families = " or of ".join(", ".join(each) for each in _FAMILIES.values())
        rule = f"must have activations of {families} in the hidden layers"
        raise NeuroevoError(f"sklearn: {rule}, but the network has {' and '.join(functions)}")
    found = [
        (layer.weights.astype(np.float64), layer.biases.astype(np.float64)) for layer in layers
    ]
    for place, layer in enumerate(layers[:-1]):
        if layer.function != name:
            rewrite = _FAMILIES[name][layer.function]
            found[place], found[place + 1] = rewrite(found[place], found[place + 1])
    return _ACTIVATIONS[name], found


_Weighted = tuple[Floats, Floats]  # weights and biases


def _of_relu(slope: float) -> "_Rewrite":
    """Return how a layer gets relu, if its units have a slope below 0 and 1 above.

    f(x) = relu(x) - slope × relu(-x): each unit becomes two.
    """

    def rewritten(layer: _Weighted, following: _Weighted) -> tuple[_Weighted, _Weighted]:
        doubled = np.hstack([layer[0], -layer[0]]), np.hstack([layer[1], -layer[1]])
        return doubled, (np.vstack([following[0], -slope * following[0]]), following[1])

    return rewritten


def _of_tanh(layer: _Weighted, following: _Weighted) -> tuple[_Weighted, _Weighted]:
    """Give a layer of sigmoid units tanh: sigmoid(x) = (tanh(x / 2) + 1) / 2."""
    halved = layer[0] / 2, layer[1] / 2
    return halved, (following[0] / 2, following[1] + following[0].sum(axis=0) / 2)


_Rewrite = Callable[[_Weighted, _Weighted], tuple[_Weighted, _Weighted]]


def _as_it_is(layer: _Weighted, following: _Weighted) -> tuple[_Weighted, _Weighted]:
    return layer, following


_FAMILIES: Mapping[str, Mapping[str, _Rewrite]] = {
    "relu": {
        "linear": _of_relu(1.0),
        "relu": _as_it_is,
        "leaky_relu": _of_relu(LEAKY_RELU_SLOPE),
    },
    "tanh": {"tanh": _as_it_is, "sigmoid": _of_tanh},
}
"""Activations that can be written with another one, and how a layer and the next one change."""


def _invented_rows(description: Description) -> "pd.DataFrame":
    """Return rows with every category: those that are gathered once, the others twice."""
    import pandas as pd  # noqa: PLC0415 - takes time, and only this needs it

    columns = {record.name: _cells(record) for record in description.preparation.inputs}
    classes = len(description.preparation.classes)
    rows = max(_FEWEST_ROWS, classes, *map(len, columns.values()))
    return pd.DataFrame(
        {name: [*cells, *cells[-1:] * (rows - len(cells))] for name, cells in columns.items()}
    )


def _cells(record: Input) -> list[object]:
    if isinstance(record, NumberInput):
        return [0.0, 1.0, 2.0]
    if isinstance(record, BooleanInput):
        return [0.0, 1.0]
    # The last cell is repeated, and one that is gathered must not be.
    names, count = _stand_ins(record), len(_own(record))
    return [*names[count:], *names[:count], *names[:count]]


def _stand_ins(record: CategoryInput) -> list[str]:
    """Return a text for each spelling: scikit-learn can't be fitted to texts beside numbers."""
    return [str(place) for place, _ in enumerate(_spellings(record))]


def _spellings(record: CategoryInput) -> list[object]:
    """Return all cells that are known, those that are gathered last."""
    return [*_own(record), *_gathered(record)]


def _own(record: CategoryInput) -> Mapping[object, str]:
    """Return the cells that have an input of their own, with the category of each."""
    found: dict[object, str] = {
        cell: name for name in record.categories for cell in _cells_of(record, name)
    }
    return found if record.fill is None else found | {_MISSING: record.fill}


def _gathered(record: CategoryInput) -> list[object]:
    """Return the cells of gathered categories; one invented if these are any others."""
    if record.gathers and not record.gathered:
        return [max(record.categories, key=len, default="") + " or rare"]
    return [cell for name in record.gathered for cell in _cells_of(record, name)]


def _cells_of(record: CategoryInput, name: str) -> list[object]:
    """Return the spellings of a category; True only if no other is 1, which equals it."""
    names = {*record.categories, *record.gathered}
    is_taken = not names.isdisjoint(("0", "1"))
    return [cell for cell in values_of(name) if not (is_taken and isinstance(cell, bool))]


def _preparation(description: Description, rows: "pd.DataFrame") -> Any:  # noqa: ANN401 - as above
    """Return the fitted transformer of all raw columns."""
    from sklearn.compose import ColumnTransformer  # noqa: PLC0415 - takes a second

    unseen = description.preparation.unseen
    records = description.preparation.inputs
    columns = ColumnTransformer(
        [
            (f"column {place}", _steps(each, unseen), [each.name])
            for place, each in enumerate(records)
        ],
        verbose_feature_names_out=False,
    )
    columns.fit(rows)
    for place, record in enumerate(records):
        if isinstance(record, NumberInput):
            union = columns.named_transformers_[f"column {place}"].named_steps["inputs"]
            _fill_scaling(dict(union.transformer_list)["values"], record)
        elif isinstance(record, CategoryInput):
            encoder = columns.named_transformers_[f"column {place}"].named_steps["one_hot"]
            encoder.categories = [_spellings(record)]
            encoder.categories_ = [np.array(_spellings(record), dtype=np.object_)]
    return columns


def _steps(record: Input, unseen: "Unseen") -> Any:  # noqa: ANN401 - as above
    """Return the transformers of one column, not fitted yet."""
    from sklearn.impute import MissingIndicator, SimpleImputer  # noqa: PLC0415 - takes a second
    from sklearn.pipeline import FeatureUnion, Pipeline  # noqa: PLC0415 - as above
    from sklearn.preprocessing import (  # noqa: PLC0415 - as above
        OneHotEncoder,
        QuantileTransformer,
        StandardScaler,
    )

    if isinstance(record, CategoryInput):
        return _category_steps(record, unseen)
    steps: list[Any] = []
    if record.fill is not None:
        fill = SimpleImputer(strategy="constant", fill_value=float(record.fill))
        steps.append(("fill", fill))
    if isinstance(record, BooleanInput):  # others than 0 and 1 raise a ValueError
        one_or_zero = OneHotEncoder(categories=[[0.0, 1.0]], drop="first", sparse_output=False)
        steps.append(("one or zero", one_or_zero))
    else:
        if record.knots:
            steps.append(("quantiles", QuantileTransformer(n_quantiles=_FEWEST_ROWS)))
        steps.append(("scale", StandardScaler()))
    union = [("values", Pipeline(steps))]
    if record.indicator:
        union.append(("missing", MissingIndicator(features="all")))
    # Whole numbers, true and false become floats, which may be missing and can be filled.
    as_floats = StandardScaler(with_mean=False, with_std=False)
    return Pipeline([("floats", as_floats), ("inputs", FeatureUnion(union))])


def _category_steps(record: CategoryInput, unseen: "Unseen") -> Any:  # noqa: ANN401 - as above
    """Return the transformers of a column of categories, not fitted yet."""
    from sklearn.impute import SimpleImputer  # noqa: PLC0415 - takes a second
    from sklearn.pipeline import Pipeline  # noqa: PLC0415 - as above
    from sklearn.preprocessing import OneHotEncoder  # noqa: PLC0415 - as above

    def replaced(missing: float | None, by: object) -> Any:  # noqa: ANN401 - as above
        return SimpleImputer(
            missing_values=missing, strategy="constant", fill_value=by, keep_empty_features=True
        )

    # An imputer that doesn't replace NaN refuses it. All give objects, which hold any cell.
    first = replaced(None, np.nan) if record.fill is None else replaced(np.nan, _MISSING)
    is_rare = record.gathers and unseen == "rare"
    encoder = OneHotEncoder(
        categories=[_stand_ins(record)],
        handle_unknown={"refuse": "error"}.get(
            unseen, "infrequent_if_exist" if is_rare else "ignore"
        ),
        min_frequency=_least_count(record),
        sparse_output=False,
    )
    return Pipeline([("missing", first), ("none", replaced(None, _MISSING)), ("one_hot", encoder)])


def _least_count(record: CategoryInput) -> int | None:
    """Return how often a category must be among the invented rows so that it isn't gathered."""
    if not record.gathers:
        return None
    return 2 if _own(record) else 10**9


def _inputs_of_outputs(description: Description) -> Floats:
    """Return the network's inputs for each output of the preparation alone, (outputs, inputs)."""
    from scipy.linalg import block_diag  # noqa: PLC0415 - takes time, and only this needs it

    preparation = description.preparation
    parts = [_inputs_of_column(each, preparation.unseen) for each in preparation.inputs]
    found: Floats = block_diag(*parts)
    return found


def _inputs_of_column(record: Input, unseen: "Unseen") -> Floats:
    inputs = len(record.input_names)
    if not isinstance(record, CategoryInput):
        return np.eye(inputs)
    own = _own(record)
    places = [record.place_of(name, unseen) for name in own.values()]
    places += [len(record.categories)] * record.gathers  # the encoder's last output too
    found = np.zeros((len(places), inputs))
    for row, place in enumerate(places):
        if place >= 0:  # a missing cell may be filled with a category that has no input
            found[row, place] = 1
    if record.indicator and _MISSING in own:
        found[list(own).index(_MISSING), -1] = 1
    return found


def _fill_scaling(values: Any, record: NumberInput) -> None:  # noqa: ANN401 - as above
    """Replace what was fitted to invented numbers."""
    offset, scale = (0.5, 1 / UNIFORM_SPREAD) if record.knots else (record.offset, record.scale)
    if record.knots:
        quantiles = values.named_steps["quantiles"]
        quantiles.n_quantiles = quantiles.n_quantiles_ = len(record.knots)
        quantiles.quantiles_ = np.array(record.knots)[:, np.newaxis]
        quantiles.references_ = np.linspace(0, 1, len(record.knots))
    scaler = values.named_steps["scale"]
    scaler.mean_, scaler.scale_ = np.array([offset]), np.array([scale])
    scaler.var_ = scaler.scale_**2


def _network(description: Description, layers: Sequence[Layer], inputs: NDArray[np.float64]) -> Any:  # noqa: ANN401 - as above
    """Return a fitted MLP with the weights of a network."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - takes a second
    from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: PLC0415 - as above

    activation, numbers = _with_one_activation(layers)
    numbers[0] = (_inputs_of_outputs(description) @ numbers[0][0], numbers[0][1])
    labels, output = _labels(description), layers[-1]
    if labels and output.function != "softmax":
        raise NeuroevoError("sklearn: a network for classes must have softmax outputs")
    network = (MLPClassifier if labels else MLPRegressor)(
        hidden_layer_sizes=[len(biases) for _, biases in numbers[:-1]],
        activation=activation,
        max_iter=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(inputs, _invented_targets(description, len(inputs)))
    *hidden, (weights, biases) = numbers
    if labels:
        order = [labels.index(label) for label in network.classes_.tolist()]
        weights, biases = weights[:, order], biases[order]
        if len(order) == _TWO:  # scikit-learn has one output then, for the second class
            weights, biases = np.diff(weights), np.diff(biases)
    elif output.function == "linear":
        scaling = description.preparation.target_scaling
        weights = weights * scaling.scales
        biases = scaling.raw(biases)
    final = [*hidden, (weights, biases)]
    network.coefs_ = [each for each, _ in final]
    network.intercepts_ = [each for _, each in final]
    network.out_activation_ = _output_activation(description)
    for name in _OF_TRAINING:
        vars(network).pop(name, None)
    return network


_OF_TRAINING = ("_optimizer", "_random_state", "loss_curve_")  # what no prediction needs


_TWO = 2


def _labels(description: Description) -> Sequence[Label]:
    """Return the labels of the classes; as texts if scikit-learn took them for a regression."""
    labels = description.labels
    is_continuous = any(isinstance(each, float) and not each.is_integer() for each in labels)
    return description.preparation.class_names if is_continuous else labels


def _output_activation(description: Description) -> str:
    if description.networks[0][-1].function == "linear":
        return "identity"
    return "logistic" if len(description.labels) == _TWO else "softmax"


def _invented_targets(description: Description, rows: int) -> NDArray[Any]:
    labels = _labels(description)
    if labels:
        return np.array([labels[row % len(labels)] for row in range(rows)])
    targets = np.zeros((rows, description.outputs))
    return targets[:, 0] if targets.shape[1] == 1 else targets
