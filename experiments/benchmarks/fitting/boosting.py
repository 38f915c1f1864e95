"""Histogram gradient boosting of scikit-learn, with its defaults and tuned by Optuna."""

import tempfile
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from experiments.benchmarks.fitting import workers
from experiments.benchmarks.fitting.clock import Clock
from experiments.benchmarks.fitting.found import Found
from experiments.benchmarks.fitting.studies import best_trial, study_of
from experiments.benchmarks.fitting.table import Table, outputs_of, validation_score
from experiments.benchmarks.fitting.timed import Timed

_MOST_TREES = 1000


def default_boosting(table: Table, clock: Clock) -> Found:
    """Fit it with its defaults to all rows."""
    fitted = _estimator(table).fit(table.inputs, table.targets)
    seconds = clock.seconds
    return Found(outputs_of(fitted, table.classes), seconds, seconds, 1, {})


def tuned_boosting(table: Table, clock: Clock) -> Found:
    """Let two processes optimize one study, then fit the best to all rows."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal")
        study_of(journal)
        workers.on_each(_optimize, table, clock, journal)
        best = best_trial(journal)
    # It would keep nothing of a fit that was stopped, so this one is not.
    fitted = _estimator(table, **best.parameters).fit(table.inputs, table.targets)
    return Found(
        outputs_of(fitted, table.classes),
        clock.seconds,
        best.finished - (time.time() - clock.seconds),
        best.tried,
        best.parameters,
    )


def _optimize(place: int, table: Table, clock: Clock, journal: Path) -> None:
    warnings.simplefilter("ignore")
    study = study_of(journal, 2 * table.split + place)
    study.optimize(partial(_objective, table, clock), timeout=max(clock.left, 0.01))


def _objective(table: Table, clock: Clock, trial: Any) -> float:  # noqa: ANN401 - Optuna may be missing
    parameters = _suggested(trial)
    trial.set_user_attr("parameters", parameters)
    scores = []
    for rows, held in table.folds().split(table.inputs, table.targets):
        timed = Timed(_estimator(table, **parameters), clock.search_end, clock.one_fit)
        timed.fit(table.inputs[rows], table.targets[rows])
        outputs = outputs_of(timed, table.classes)(table.inputs[held])
        scores.append(validation_score(outputs, table.targets[held], table.classes))
    return float(np.mean(scores))


def _suggested(trial: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
        "max_iter": trial.suggest_int("max_iter", 20, _MOST_TREES, log=True),
        "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 3, 128, log=True),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 64, log=True),
        "l2_regularization": trial.suggest_float("l2_regularization", 1e-4, 100, log=True),
        "max_features": trial.suggest_float("max_features", 0.3, 1.0),
    }


def _estimator(table: Table, **parameters: Any) -> Any:  # noqa: ANN401 - scikit-learn's classes have no types
    kind = HistGradientBoostingClassifier if table.classes else HistGradientBoostingRegressor
    return kind(random_state=table.split, **parameters)


def rehearse(_: int = 0) -> None:
    """Fit a model to a few rows, so that nothing is loaded later; for a worker."""
    inputs, targets = np.arange(8.0)[:, np.newaxis], np.arange(8) % 2
    for kind in (HistGradientBoostingClassifier, HistGradientBoostingRegressor):
        kind(max_iter=1).fit(inputs, targets)
