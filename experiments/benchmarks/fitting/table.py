"""A table, divided once for all: the rows to learn from, and the test rows that score models."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import (
    KFold,
    ShuffleSplit,
    StratifiedKFold,
    StratifiedShuffleSplit,
    train_test_split,
)

from experiments.benchmarks.fitting.sets import SETS, Array, FittingSet
from neuroevo.evaluation.scores import Resampling, Score, Targets

FEW_ROWS = 2000
"""Searches validate in folds up to so many rows, on one part of the rows above."""

_FOLDS = 4  # as even numbers share two cores evenly
_VALIDATION = 0.2  # of the rows above, as neuroevo's default
_TEST = 0.2

Outputs = Callable[[Array], Array]
"""A fitted model: inputs (rows, columns) -> values (rows, 1), or probabilities (rows, classes)."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows to learn from, and test rows.

    Parameters
    ----------
    name
        That of its set.
    classes
        Number of classes; 0 for a regression.
    inputs, targets
        What a search may see: arrays (rows, columns) and (rows,).
    test_inputs, test_targets
        The test rows.
    split
        The seed of its rows.
    """

    name: str
    classes: int
    inputs: Array
    targets: npt.NDArray[Any]
    test_inputs: Array
    test_targets: npt.NDArray[Any]
    split: int

    def folds(self, parts: int = 1) -> Any:  # noqa: ANN401 - scikit-learn's splitters have no type
        """Return how a search validates: in folds, or, of many rows, on random parts."""
        seed = self.split
        if len(self.inputs) <= FEW_ROWS:
            fold = StratifiedKFold if self.classes else KFold
            return fold(_FOLDS, shuffle=True, random_state=seed)
        part = StratifiedShuffleSplit if self.classes else ShuffleSplit
        return part(parts, test_size=_VALIDATION, random_state=seed)

    def test_scores(self, model: Outputs) -> dict[str, Score]:
        """Score a model on the test rows, with intervals over the rows."""
        resampling = Resampling(len(self.test_targets), (self.split,))
        targets = _targets(self.test_targets, self.classes)
        return resampling.scores(targets, model(self.test_inputs)[np.newaxis])


def table_of(name: str, split: int) -> Table:
    """Make a set and divide it; each split has other test rows, and other rows if generated."""
    found: FittingSet = SETS[name]
    inputs, targets = found.make(split)
    is_classes = found.problem == "classes"
    kept, test, kept_targets, test_targets = train_test_split(
        inputs,
        targets if is_classes else targets.astype(np.float64),
        test_size=found.test_rows or _TEST,
        random_state=split,
        stratify=targets if is_classes else None,
    )
    classes = int(targets.max()) + 1 if is_classes else 0
    return Table(name, classes, kept, kept_targets, test, test_targets, split)


def validation_score(outputs: Array, targets: npt.NDArray[Any], classes: int) -> float:
    """Score outputs as all searches do, more is better: the negative log loss, or R²."""
    if not classes:
        errors = outputs[:, 0] - targets
        return float(1 - (errors @ errors) / ((targets - targets.mean()) ** 2).sum())
    epsilon = np.finfo(np.float32).eps
    probabilities = outputs[np.arange(len(targets)), targets]
    return float(np.log(np.clip(probabilities, epsilon, 1)).mean())


def _targets(targets: npt.NDArray[Any], classes: int) -> Targets:
    if classes:
        return Targets(np.eye(classes)[targets], is_classes=True)
    return Targets(targets[:, np.newaxis], is_classes=False)


def outputs_of(model: Any, classes: int) -> Outputs:  # noqa: ANN401 - of any library
    """Return what a fitted model predicts, with a column for each class."""

    def outputs(inputs: Array) -> Array:
        if not classes:
            return np.asarray(model.predict(inputs), dtype=np.float64).reshape(-1, 1)
        probabilities = np.zeros((len(inputs), classes))
        probabilities[:, model.classes_] = model.predict_proba(inputs)
        return probabilities

    return outputs
