"""Models of scikit-learn with their defaults, which networks are compared with.

Fits them to a data set; does not score them, and knows no network.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.learning.data import DataSet


@dataclass(frozen=True, slots=True)
class _Model:
    """A reference model; of pairs, the first is for regression and the second for classes."""

    labels: tuple[str, str]
    module: str  # of scikit-learn
    estimators: tuple[str, str]
    most_rows: int  # that it is fitted to, so that it takes seconds


_MODELS: Mapping[str, _Model] = {
    "mean": _Model(
        ("the mean", "the most frequent class"),
        "sklearn.dummy",
        ("DummyRegressor", "DummyClassifier"),
        10_000_000,
    ),
    "linear": _Model(
        ("linear regression", "logistic regression"),
        "sklearn.linear_model",
        ("LinearRegression", "LogisticRegression"),
        100_000,
    ),
    "mlp": _Model(
        ("scikit-learn's MLP", "scikit-learn's MLP"),
        "sklearn.neural_network",
        ("MLPRegressor", "MLPClassifier"),
        20_000,
    ),
    "gradient_boosting": _Model(
        ("gradient boosting", "gradient boosting"),
        "sklearn.ensemble",
        ("HistGradientBoostingRegressor", "HistGradientBoostingClassifier"),
        100_000,
    ),
}

REFERENCE_MODELS = tuple(_MODELS)
"""The names of all reference models in settings, the simplest first."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePredictions:
    """The outputs of a fitted reference model for the test samples.

    Parameters
    ----------
    name
        Its name in texts.
    note
        What it is, in a few words.
    outputs
        Array (samples, outputs), on the scale of the data set's targets.
    """

    name: str
    note: str
    outputs: npt.NDArray[np.float64]


def reference_predictions(
    data: DataSet, names: Sequence[str], seed: int
) -> Iterator[ReferencePredictions]:
    """Fit reference models to all samples but those of the test, and predict these.

    Models are fitted with the weights of samples; the constant prediction only if test samples have
    weights too, so that "the most frequent class" is that of the test. Of several folds, the
    samples are those of the first one.

    Parameters
    ----------
    data
        With a test part.
    names
        Some of `REFERENCE_MODELS`.
    seed
        Decides what the models draw, below 2³².
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only fitting needs it

    assert data.test_inputs is not None  # noqa: S101 - callers check it; mypy can't know
    inputs = np.concatenate([data.training_inputs, data.validation_inputs])
    targets = np.concatenate([data.training_targets, data.validation_targets])
    weights = _weights(data)
    is_classes = bool(data.columns.classes)
    for name in names:
        model = _MODELS[name]
        chosen = _chosen(len(inputs), model.most_rows, seed)
        estimator = _estimator(model, is_classes, targets.shape[1], seed)
        # One thread gives the same bits on any number of cores, and does not wait for busy ones.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")  # of defaults that do not converge, for example
            is_constant = model.module == "sklearn.dummy"
            counting = None if is_constant and data.test_weights is None else weights
            weighing = {} if counting is None else {"sample_weight": counting[chosen]}
            wanted = _wanted(targets[chosen], is_classes)
            fitted = estimator.fit(inputs[chosen], wanted, **weighing)
            outputs = _outputs(fitted, data.test_inputs, targets.shape[1], is_classes)
        rows = _rows_text(len(chosen), data, is_weighted=counting is not None)
        note = f"scikit-learn's {model.estimators[is_classes]} with its defaults, fitted to {rows}"
        yield ReferencePredictions(model.labels[is_classes], note, outputs)


def _rows_text(chosen: int, data: DataSet, *, is_weighted: bool) -> str:
    rows = data.size.training + data.size.validation
    drawn = f"all {chosen:,}" if chosen == rows else f"{chosen:,} random"
    return f"{drawn} training and validation rows{' with their weights' * is_weighted}"


def _weights(data: DataSet) -> npt.NDArray[np.float64] | None:
    """Return the weights of the training and validation samples; None if all count equally."""
    training, validation = data.training_weights, data.validation_weights
    if training is None and validation is None:
        return None
    size = data.size
    return np.concatenate(
        [
            np.ones(size.training) if training is None else training,
            np.ones(size.validation) if validation is None else validation,
        ]
    )


def _estimator(model: _Model, is_classes: bool, outputs: int, seed: int) -> Any:  # noqa: ANN401, FBT001 - scikit-learn has no type for what can be fitted
    estimator = getattr(import_module(model.module), model.estimators[is_classes])()
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=seed)
    if outputs > 1 and not is_classes and model.module == "sklearn.ensemble":
        return import_module("sklearn.multioutput").MultiOutputRegressor(estimator)
    return estimator


def _chosen(samples: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    if samples <= most:
        return np.arange(samples)
    random = np.random.Generator(np.random.PCG64(seed))
    return np.sort(random.permutation(samples)[:most])


def _wanted(targets: npt.NDArray[np.float64], is_classes: bool) -> npt.NDArray[Any]:  # noqa: FBT001 - private
    if is_classes:
        return np.asarray(targets.argmax(axis=1))
    wanted: npt.NDArray[Any] = targets[:, 0] if targets.shape[1] == 1 else targets
    return wanted


def _outputs(
    fitted: Any,  # noqa: ANN401 - as above
    inputs: npt.NDArray[np.float64],
    outputs: int,
    is_classes: bool,  # noqa: FBT001 - private
) -> npt.NDArray[np.float64]:
    if not is_classes:
        return np.asarray(fitted.predict(inputs), dtype=np.float64).reshape(len(inputs), outputs)
    probabilities = np.zeros((len(inputs), outputs))
    probabilities[:, fitted.classes_] = fitted.predict_proba(inputs)
    return probabilities
