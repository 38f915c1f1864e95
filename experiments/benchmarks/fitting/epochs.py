"""Optuna's TPE over networks that are trained epoch by epoch, so that it can prune them.

Knows no library of networks: what it is given makes a network and trains it for an epoch.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import StandardScaler

from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.found import Found
from experiments.benchmarks.fitting.sets import Array
from experiments.benchmarks.fitting.space import BATCHES, Space, space_of
from experiments.benchmarks.fitting.studies import best_trial, study_of
from experiments.benchmarks.fitting.table import Outputs, Table, validation_score

_MOST_EPOCHS = 2000
_PATIENCE = 20  # epochs without a better validation score, at least
_PATIENCE_STEPS = 200  # steps of the optimizer without one, at least


class Learner(Protocol):
    """A network with scaled inputs and targets."""

    def train_epoch(self) -> None:
        """See each training row once."""
        ...

    def outputs(self, inputs: Array) -> Array:
        """Return values (rows, 1) on the scale of the targets, or probabilities of classes."""
        ...


Settings = Mapping[str, Any]
Make = Callable[[Settings, Array, npt.NDArray[Any], int, int], Learner]
"""Makes a network from its settings, scaled inputs, targets, number of classes and a seed."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library of networks.

    Parameters
    ----------
    module
        The module of this package that has a function `make`, see `Make`.
    activations, optimizers, dropouts
        What it can train of the space.
    weight_decay
        The range of its weight decay; None for that of the space.
    """

    module: str
    activations: tuple[str, ...] = ()  # none: those of the space
    optimizers: tuple[str, ...] = ()
    dropouts: tuple[float, ...] = ()
    weight_decay: tuple[float, float] | None = None

    @property
    def make(self) -> Make:
        """Make a network."""
        make: Make = import_module(f"{__package__}.{self.module}").make
        return make


SCIKIT_LEARN = Library(
    "scikit_learn_epochs", ("relu", "tanh"), ("adam", "sgd"), (0.0,), weight_decay=(1e-5, 10.0)
)
PYTORCH = Library("pytorch_epochs")


def optuna_search(library: Library, table: Table, clock: Clock) -> Found:
    """Let two processes optimize one study, then train the best on all rows."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal")
        study_of(journal)
        workers.on_each(_optimize, library, table, clock, journal)
        best = best_trial(journal)
    model = _trained(library, table, best.parameters, best.epochs)
    decided = best.finished - (time.time() - clock.seconds)
    return Found(model, clock.seconds, decided, best.tried, best.parameters)


def _optimize(place: int, library: Library, table: Table, clock: Clock, journal: Path) -> None:
    warnings.simplefilter("ignore")
    study = study_of(journal, 2 * table.split + place)
    objective = partial(_objective, library, table, space_of(table), clock)
    study.optimize(objective, timeout=max(clock.left, 0.01))


def _objective(library: Library, table: Table, space: Space, clock: Clock, trial: Any) -> float:  # noqa: ANN401 - as above
    """Train networks on all folds side by side, and score the mean of each epoch."""
    optuna = import_module("optuna")
    settings = _suggested(library, space, trial)
    trial.set_user_attr("parameters", settings)
    folds = [
        (_prepared(library, table, settings, rows), held)
        for rows, held in table.folds().split(table.inputs, table.targets)
    ]
    end = min(clock.search_end, time.monotonic() + len(folds) * clock.one_fit)
    patience = _patience(len(table.inputs), settings["batch_size"])
    best, epochs, reported = -np.inf, 0, 1
    for epoch in range(1, _MOST_EPOCHS + 1):
        scores = []
        for learner, held in folds:
            learner.train_epoch()
            outputs = learner.outputs(table.inputs[held])
            scores.append(validation_score(outputs, table.targets[held], table.classes))
        score = float(np.mean(scores))
        if score > best:
            best, epochs = score, epoch
        if not np.isfinite(score) or epoch >= epochs + patience or time.monotonic() > end:
            break
        if epoch == reported:  # seldom, as each report is written to the journal
            reported *= 2
            trial.report(best, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
    trial.set_user_attr("epochs", epochs)
    return max(best, -1e9)


def _patience(rows: int, batch: int) -> int:
    """Return after how many epochs without a better score a training ends."""
    return max(_PATIENCE, round(_PATIENCE_STEPS * batch / rows))


def _suggested(library: Library, space: Space, trial: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    layers = trial.suggest_int("layers", *space.layers)
    widths = [trial.suggest_int(f"width{place}", *space.width, log=True) for place in range(layers)]
    decay = library.weight_decay or space.weight_decay
    choices = {
        "activation": library.activations or space.activations,
        "optimizer": library.optimizers or space.optimizers,
        "batch_size": BATCHES,
        "dropout": library.dropouts or space.dropouts,
    }
    return {
        "hidden": widths,
        "learning_rate": trial.suggest_float("learning_rate", *space.learning_rate, log=True),
        "weight_decay": trial.suggest_float("weight_decay", *decay, log=True),
        **{name: trial.suggest_categorical(name, values) for name, values in choices.items()},
    }


@dataclass(slots=True)
class _Scaled:
    """A learner on raw inputs and targets."""

    learner: Learner
    inputs: StandardScaler
    targets: StandardScaler | None

    def train_epoch(self) -> None:
        self.learner.train_epoch()

    def outputs(self, inputs: Array) -> Array:
        outputs = self.learner.outputs(self.inputs.transform(inputs))
        if self.targets is None:
            return outputs
        raw: Array = self.targets.inverse_transform(outputs)
        return raw


def _prepared(
    library: Library, table: Table, settings: Settings, rows: npt.NDArray[np.int64] | slice
) -> _Scaled:
    """Make a network for some rows, with scalers fitted to these."""
    inputs, targets = table.inputs[rows], table.targets[rows]
    scaler, target_scaler = StandardScaler().fit(inputs), None
    if not table.classes:
        target_scaler = StandardScaler().fit(targets[:, np.newaxis])
        targets = target_scaler.transform(targets[:, np.newaxis])[:, 0]
    scaled = scaler.transform(inputs)
    learner = library.make(settings, scaled, targets, table.classes, table.split)
    return _Scaled(learner, scaler, target_scaler)


def _trained(library: Library, table: Table, settings: Settings, epochs: int) -> Outputs:
    """Train on all rows for so many epochs, to the end."""
    learner = _prepared(library, table, settings, slice(None))
    for _ in range(epochs):
        learner.train_epoch()
    return learner.outputs


def _rehearse(library: Library, _: int) -> None:
    settings = {
        "hidden": [2],
        "learning_rate": 0.1,
        "weight_decay": 0.1,
        "activation": "relu",
        "batch_size": 2,
        "dropout": 0.0,
    }
    for optimizer in ("adam", "sgd"):
        table = np.zeros((4, 1)), np.array([0, 1, 0, 1])
        learner = library.make({**settings, "optimizer": optimizer}, *table, 2, 0)
        learner.train_epoch()
        learner.outputs(table[0])


scikit_learn_search = partial(optuna_search, SCIKIT_LEARN)
pytorch_search = partial(optuna_search, PYTORCH)

rehearse_scikit_learn = partial(_rehearse, SCIKIT_LEARN)
rehearse_pytorch = partial(_rehearse, PYTORCH)
