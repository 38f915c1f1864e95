"""From rows to the arrays that networks learn from. Knows tables and data sets, and no training."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neuroevo.estimator.rows import Places, Rows
from neuroevo.experiment import Experiment, experiment_for_table
from neuroevo.learning import DataSet
from neuroevo.tables import Preparation, check_frame, fit, free_name
from neuroevo.tables.applying import one_hot
from neuroevo.tables.settings import MOST_NAME


def table_experiment(
    rows: Rows,
    *,
    is_array: bool,
    settings: Sequence[str] = (),
    parts: npt.NDArray[Any] | None = None,
    labels: npt.NDArray[Any] | None = None,
) -> tuple[Experiment, tuple[str, ...]]:
    """Return the experiment that suits a table, and a line for each column that is left out.

    Parameters
    ----------
    rows
        The rows; the names of their columns are those of the table.
    is_array
        Whether the rows are an array, all of whose columns are inputs; of a frame those that can't
        be inputs are left out.
    settings
        Further settings of the experiment, as for `load_experiment`.
    parts
        Array (rows,) of the words train, validation and test; None for random parts.
    labels
        Array (classes,), the labels of the classes; by default the table has their places.
    """
    frame = rows.frame
    classes = rows.targets.ndim == 1
    count = 1 if classes else rows.targets.shape[1]
    targets = [
        free_name("y" if count == 1 else f"y{each + 1}", frame.columns) for each in range(count)
    ]
    learnt = rows.targets if labels is None else _taken(usable_labels(labels), rows.targets)
    frame = frame.assign(**dict(zip(targets, learnt.reshape(len(rows), -1).T, strict=True)))
    given = [f"task.problem={'classes' if classes else 'regression'}"]
    given += ["task.missing=median", "task.missing_indicator=true"]
    if rows.weights is not None:
        weight = free_name("weight", frame.columns)
        frame[weight] = rows.weights
        given.append(f"task.weight={json.dumps(weight)}")
    if parts is not None:
        split = free_name("part", frame.columns)
        frame[split] = parts
        given += ["task.split=column", f"task.split_column={json.dumps(split)}"]
    if is_array:
        given.append("task.leave_out=[]")
    experiment, suggestion = experiment_for_table(frame, targets, [*given, *settings])
    return experiment, (*suggestion.notes, *_label_notes(labels))


def fitted_preparation(
    rows: Rows, training: Places, labels: npt.NDArray[Any] | None, *, is_array: bool
) -> tuple[Preparation, tuple[str, ...]]:
    """Fit a preparation to training rows; returns also a line for each column that is left out.

    Parameters
    ----------
    rows, is_array
        As for `table_experiment`.
    training
        The places of the training rows.
    labels
        Array (classes,), the labels of all classes, also of those without rows; None for numbers.

    Raises
    ------
    UsageError, DataError
        If the rows can't be learnt.
    """
    experiment, notes = table_experiment(rows, is_array=is_array)
    task: Any = experiment.task
    [preparation] = fit(check_frame(*task.raw_table()), [training])
    if labels is not None:
        preparation = preparation.replace(classes=tuple(usable_labels(labels)))
    return preparation, (*notes, *_label_notes(labels))


def usable_labels(labels: npt.NDArray[Any]) -> list[Any]:
    """Return labels as a table has them, if it can have such labels; else their places."""
    plain = _plain(labels)
    kinds = {type(each) for each in plain}
    if len(kinds) > 1 or not kinds <= {str, bool, int, float}:
        return list(range(len(plain)))
    if kinds == {str} and not all(
        0 < len(each.strip()) <= len(each) <= MOST_NAME for each in plain
    ):
        return list(range(len(plain)))
    return plain


def _plain(labels: npt.NDArray[Any]) -> list[Any]:
    return [each.item() if isinstance(each, np.generic) else each for each in labels]


def _label_notes(labels: npt.NDArray[Any] | None) -> list[str]:
    """Return a line if exported networks can't have the labels; None are no labels."""
    if labels is None or [*map(type, usable_labels(labels))] == [*map(type, _plain(labels))]:
        return []
    return ["y: exported networks have the places of the classes, as tables can't have such labels"]


def _taken(labels: list[Any], places: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    taken = np.empty(len(places), dtype=object)
    taken[:] = [labels[place] for place in places]
    return taken


def data_set(preparation: Preparation, training: Rows, validation: Rows) -> DataSet:
    """Prepare rows as a data set.

    Raises
    ------
    DataError
        With a line for each cell that can't be used.
    """
    return DataSet(
        preparation.prepare_inputs(training.frame),
        _targets(preparation, training),
        preparation.prepare_inputs(validation.frame),
        _targets(preparation, validation),
        preparation.columns,
        training.weights,
        validation.weights,
    )


def _targets(preparation: Preparation, rows: Rows) -> npt.NDArray[np.float64]:
    if preparation.classes:
        return one_hot(rows.targets, len(preparation.classes))
    return preparation.target_scaling.scaled(rows.targets)
