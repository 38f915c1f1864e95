"""What all our estimators do with X and y, and how they predict.

Knows scikit-learn's conventions; does not know how a model is found.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from neuroevo.errors import UsageError
from neuroevo.estimator.errors import as_value_errors
from neuroevo.estimator.rows import Rows, read_inputs, read_weights
from neuroevo.export import ExportableTableModel
from neuroevo.settings import shown
from neuroevo.tables.checking import LEAST_ROWS
from neuroevo.tables.frames import without_mask

Array = npt.NDArray[Any]


class TableEstimator(BaseEstimator):
    """An estimator that learns the rows of a table and has a `model_` then."""

    model_: ExportableTableModel
    _names: list[str]  # of the columns of X, as the model has them

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        """Whether there is a model; a fit that failed leaves none."""
        return hasattr(self, "model_")

    def _rows(
        self,
        given: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        *,
        reset: bool,
    ) -> Rows:
        """Check X, y and the weights of their rows, and join equal rows, but for heavy ones."""
        if y is None:
            name = type(self).__name__
            raise ValueError(f"{name} requires y to be passed, but the target y is None")
        frame = read_inputs(self, given, reset=reset)
        if reset:
            self._names = list(frame.columns)
        check_consistent_length(given, y)
        if reset and len(frame) == 1:
            raise ValueError("X: must have at least three different rows, but got n_samples = 1")
        weights = read_weights(sample_weight, frame)
        rows = Rows(
            frame.set_axis(self._names, axis=1), self._targets(y, classes, reset=reset), weights
        )
        rows = rows.joined()
        if reset and len(rows) < LEAST_ROWS:
            weighed = "" if weights is None else " with weights above 0"
            rule = f"must have at least {LEAST_ROWS} different rows{weighed}"
            raise UsageError(f"X: {rule}, but got {len(rows)}")
        is_one = rows.targets.ndim == 1 and (rows.targets == rows.targets[0]).all()
        if reset and is_one:
            first = "" if classes is None else " in the first call"
            weighed = "" if weights is None else ", with weights above 0"
            rule = f"must have rows of two classes{first}{weighed}"
            raise UsageError(f"y: {rule}, but got one class")
        return rows.cut()

    def _targets(self, y: Any, classes: Any, *, reset: bool) -> Array:
        """Check y, and return the targets of `Rows`; classes are None if y has all of them."""
        raise NotImplementedError

    def _inputs(self, given: Any) -> pd.DataFrame:
        """Check rows to predict, and name their columns as the model does."""
        check_is_fitted(self)
        return read_inputs(self, given, reset=False).set_axis(self._names, axis=1)


class ValuePredictions(TableEstimator):
    """Targets that are numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _targets(self, y: Any, classes: Any, *, reset: bool) -> Array:  # noqa: ARG002 - for classes
        checked: Array = check_array(
            without_mask(y), dtype=np.float64, ensure_2d=False, input_name="y"
        )
        targets = checked.reshape(len(checked), -1)
        if not reset and targets.shape[1] != len(self.model_.preparation.targets):
            wanted, got = len(self.model_.preparation.targets), targets.shape[1]
            raise UsageError(f"y: must have {wanted} columns as in the first fit, but got {got}")
        return targets

    def predict(self, X: Any) -> Array:
        """Predict the targets of rows.

        Parameters
        ----------
        X
            A data frame with the columns of `fit`, or an array (rows, columns).

        Returns
        -------
        Array (rows,), or (rows, targets) if there are several.

        Raises
        ------
        ValueError
            If X can't be predicted, with a line for each problem.
        """
        frame = self._inputs(X)
        with as_value_errors():
            predicted: Array = self.model_.predict(frame)
        return predicted


class ClassPredictions(TableEstimator):
    """Targets that are classes."""

    classes_: Array
    _places: Array | None = None  # of the classes in the model, -1 for none; None: in order

    def _targets(self, y: Any, classes: Any, *, reset: bool) -> Array:
        labels = column_or_1d(without_mask(y), warn=True)
        missing = pd.isna(labels)
        if missing.any():
            place = int(missing.argmax())
            rule = "must have a class in each row"
            raise UsageError(f"y: {rule}, but got {shown(labels[place])} at place {place}")
        check_classification_targets(labels)
        if reset:
            self.classes_ = _distinct_classes(labels if classes is None else classes)
        places: Array = np.searchsorted(self.classes_, labels).clip(max=len(self.classes_) - 1)
        strange = labels != self.classes_[places]
        if strange.any():
            rule = "must be one of the classes of the first fit"
            raise UsageError(f"y: {rule}, but got {shown(labels[strange][0])}")
        return places

    def predict(self, X: Any) -> Array:
        """Predict the most probable class of rows.

        Parameters
        ----------
        X
            A data frame with the columns of `fit`, or an array (rows, columns).

        Returns
        -------
        Array (rows,) of `classes_`.

        Raises
        ------
        ValueError
            If X can't be predicted, with a line for each problem.
        """
        most_probable = self.predict_proba(X).argmax(axis=1)
        predicted: Array = self.classes_[most_probable]
        return predicted

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the probability of each class.

        Parameters and errors are those of `predict`.

        Returns
        -------
        Array (rows, classes), in the order of `classes_`.
        """
        frame = self._inputs(X)
        with as_value_errors():
            probabilities: npt.NDArray[np.float64] = self.model_.predict_proba(frame)
        # Their sum is 1 to single precision; scikit-learn's metrics want double precision.
        probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
        if self._places is None:
            return probabilities
        ordered = np.zeros((len(frame), len(self.classes_)))
        known = self._places >= 0
        ordered[:, known] = probabilities[:, self._places[known]]
        return ordered

    def predict_log_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict the logarithm of the probability of each class; as `predict_proba`."""
        with np.errstate(divide="ignore"):
            logarithms: npt.NDArray[np.float64] = np.log(self.predict_proba(X))
        return logarithms


def _distinct_classes(labels: Any) -> Array:
    classes: Array = np.unique(labels)
    if len(classes) < 2:  # noqa: PLR2004 - nothing to learn
        rule = "must be of at least two classes"
        raise UsageError(f"y: {rule}, but got one class, {shown(classes[0])}")
    return classes
