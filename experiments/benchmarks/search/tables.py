"""Exhaustive tables: every configuration of a small space, evaluated once and kept in a file.

Those of networks hold the scores of single replicates, so that noisy problems can draw one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.benchmarks.measuring import say
from neuroevo.learning import Architecture, DataSet, Optimization, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.training import sample_stream, train
from neuroevo.space import Choice, SearchSpace
from neuroevo.tasks.dataset import DatasetTask

FOLDER = Path("results") / "search-tables"
_REPLICATES = 8
_BUDGETS = (500, 2000)
_WIDTHS = (2, 4, 8, 16, 32)
_SECOND = (0, 4, 16)  # width of a second layer; 0 for none
_RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
_ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu")
_OPTIMIZERS = ("sgd", "adam", "rmsprop")
_BATCHES = (1, 8, 32)
_WORST = 10.0  # times the error of the mean, as an upper bound of errors


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Scores of every configuration.

    Attributes
    ----------
    space
        The configurations.
    scores
        Shape (configurations, measurements, objectives), in the order of `space.genomes()`.
    """

    space: SearchSpace
    scores: npt.NDArray[np.float64]


def table(name: str) -> Table:
    """Read a table, or make it and keep it."""
    path, space = FOLDER / f"{name}.json", SPACES[name]
    if not path.exists():
        say(f"search: making the table {name}")
        scores = MAKERS[name]()
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(scores.tolist()), encoding="utf-8")
    return Table(space, np.array(json.loads(path.read_text(encoding="utf-8"))))


def _network_space() -> SearchSpace:
    return SearchSpace(
        activation=Choice(_ACTIVATIONS),
        batch=Choice(_BATCHES, ordered=True),
        optimizer=Choice(_OPTIMIZERS),
        rate=Choice(_RATES, ordered=True),
        second=Choice(_SECOND, ordered=True),
        width=Choice(_WIDTHS, ordered=True),
    )


def _network_scores(name: str) -> npt.NDArray[np.float64]:
    """Train networks of every configuration: validation MSE, parameters, samples to halve it."""
    task = DatasetTask(name=name, rows=600) if name == "friedman1" else DatasetTask(name=name)
    data = task.load().data_set
    settings = TrainingSettings(samples=_BUDGETS[-1])
    stream = sample_stream(data, settings, (3,))
    found: dict[tuple[Any, ...], list[list[float]]] = {}
    for activation, batch, optimizer, second, width in product(
        _ACTIVATIONS, _BATCHES, _OPTIMIZERS, _SECOND, _WIDTHS
    ):
        hidden = (width, second) if second else (width,)
        architecture = _architecture(data, hidden, activation)
        method = Optimization(optimizer=optimizer, batch_size=batch)
        lanes = [
            Lane(replicate, rate, method) for rate in _RATES for replicate in range(_REPLICATES)
        ]
        trained = train(architecture, lanes, stream)
        worst = _WORST * stream.target_variance
        errors = np.nan_to_num(trained.curves[:, -1].astype(float), nan=worst, posinf=worst)
        scores = np.log10(np.minimum(errors, worst))
        size = float(np.log10(trained.parameters.shape[1]))
        speed = _samples_to_halve(trained.curves, stream)
        for place, rate in enumerate(_RATES):
            part = slice(place * _REPLICATES, (place + 1) * _REPLICATES)
            found[activation, batch, optimizer, rate, second, width] = [
                [float(score), size, float(samples)]
                for score, samples in zip(scores[part], speed[part], strict=True)
            ]
    rows = [found[tuple(genome.values())] for genome in _network_space().genomes()]
    return np.array(rows)


def _architecture(data: DataSet, hidden: tuple[int, ...], activation: str) -> Architecture:
    inputs, outputs = data.training_inputs.shape[1], data.training_targets.shape[1]
    return Architecture(inputs=inputs, hidden=hidden, outputs=outputs, activation=activation)


def _samples_to_halve(curves: npt.NDArray[Any], stream: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - a stream
    """Return the logarithm of the samples until the error is half of the variance."""
    reached = curves <= stream.target_variance / 2
    seen = np.append(stream.samples_seen, 4 * stream.samples_seen[-1])
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), len(seen) - 1)
    return np.asarray(np.log10(seen[first]))


def _cross_validated(
    space: SearchSpace, make: Callable[[Mapping[str, Any]], Any], name: str
) -> npt.NDArray[np.float64]:
    """Score models of scikit-learn by five-fold cross-validation: mean error, one measurement."""
    from sklearn import datasets  # noqa: PLC0415 - slow, and only for making tables
    from sklearn.model_selection import cross_val_score  # noqa: PLC0415 - the same
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - the same
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - the same

    inputs, targets = getattr(datasets, f"load_{name}")(return_X_y=True)
    rows = []
    for genome in space.genomes():
        model = make_pipeline(StandardScaler(), make(dict(genome)))
        score = float(cross_val_score(model, inputs, targets, cv=5).mean())
        rows.append([[1 - score]])
    return np.array(rows)


def _support_vectors(values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - no types
    from sklearn.svm import SVC  # noqa: PLC0415 - slow

    return SVC(C=values["C"], gamma=values["gamma"], kernel=values["kernel"])


def _boosting(values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - no types
    from sklearn.ensemble import GradientBoostingRegressor  # noqa: PLC0415 - slow

    return GradientBoostingRegressor(random_state=0, **values)


def _neighbours(values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - no types
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415 - slow

    return KNeighborsClassifier(**values)


def _powers(low: int, high: int) -> Iterator[float]:
    return (2.0**power for power in range(low, high + 1))


SPACES: Mapping[str, SearchSpace] = {
    **dict.fromkeys(("diabetes", "iris", "wine", "friedman1"), _network_space()),
    "svc": SearchSpace(
        C=Choice(list(_powers(-5, 15)), ordered=True),
        gamma=Choice(list(_powers(-15, 3)), ordered=True),
        kernel=Choice(["rbf", "sigmoid"]),
    ),
    "boosting": SearchSpace(
        learning_rate=Choice([0.01, 0.03, 0.1, 0.3], ordered=True),
        max_depth=Choice([1, 2, 3, 4], ordered=True),
        n_estimators=Choice([10, 30, 60, 100], ordered=True),
        subsample=Choice([0.5, 0.75, 1.0], ordered=True),
        min_samples_leaf=Choice([1, 5, 20], ordered=True),
    ),
    "neighbours": SearchSpace(
        n_neighbors=Choice(list(range(1, 14)), ordered=True),
        weights=Choice(["uniform", "distance"]),
        p=Choice([1, 2]),
    ),
}
"""The configurations of each table."""

MAKERS: Mapping[str, Callable[[], npt.NDArray[np.float64]]] = {
    "diabetes": lambda: _network_scores("diabetes"),
    "iris": lambda: _network_scores("iris"),
    "wine": lambda: _network_scores("wine"),
    "friedman1": lambda: _network_scores("friedman1"),
    "svc": lambda: _cross_validated(SPACES["svc"], _support_vectors, "breast_cancer"),
    "boosting": lambda: _cross_validated(SPACES["boosting"], _boosting, "diabetes"),
    "neighbours": lambda: _cross_validated(SPACES["neighbours"], _neighbours, "wine"),
}
"""How each table is made."""


def rebuild(names: Sequence[str] = tuple(MAKERS)) -> None:
    """Make tables again."""
    for name in names:
        (FOLDER / f"{name}.json").unlink(missing_ok=True)
        table(name)
