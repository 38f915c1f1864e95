"""The rows of the test part with what a run's network predicts for them. Trains nothing."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.runs import array_fingerprint
from neuroevo.tables import (
    Table,
    TableModel,
    check_frame,
    column_weights,
    divided_rows,
    free_name,
    prepared_targets,
)

if TYPE_CHECKING:
    from neuroevo.runs import Start
    from neuroevo.tables.cells import Floats
    from neuroevo.tasks import PreparedTask

_ROW = "row"


def held_out_rows(model: TableModel, task: "PreparedTask", start: "Start") -> pd.DataFrame:
    """Return the rows of the test part, those first that were predicted worst.

    Parameters
    ----------
    model
        The network.
    task
        The task of the run, whose table is where it says.
    start
        What the run started from.

    Returns
    -------
    pandas.DataFrame
        ``row`` (its name in the table), the columns of the inputs as they are there, that of
        weights if there is one, the targets,
        ``predicted TARGET`` for each, and for classes ``probability of CLASS`` for each, else
        ``error in TARGET``. Where a column of the table has one of these names, it ends with _.
        Worst are the rows with the least probability of their own class, or with the largest sum of
        squared errors after scaling.

    Raises
    ------
    DataError
        If the run has no test part, or the table is another than when the run began.
    """
    if not start.has_test_part:
        raise DataError("task: must have a test part, but test is 0")
    raw = task.raw_table()
    table = check_frame(*raw)
    places = divided_rows(table)[0].test
    names = [str(label).strip() for label in raw.frame.columns]
    rows = raw.frame.iloc[places].set_axis(names, axis=1)
    if any(each != start.data.get(name) for name, each in _fingerprints(model, table, rows)):
        raise DataError("task: test rows must be the same as when the run began, but are others")
    weight = [raw.settings.weight_column] if raw.settings.weight_column else []
    given = [rows[name] for name in [*(each.name for each in model.preparation.inputs), *weight]]
    row = rows.index.to_flat_index().to_series(rows.index, free_name(_ROW, names))
    predicted, badness = (_classes if table.classes else _values)(model, table, rows, places)
    found = pd.concat([row, *given, *predicted], axis=1)
    return found.iloc[np.argsort(-badness, kind="stable")].reset_index(drop=True)


def _fingerprints(model: TableModel, table: Table, rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Give the fingerprints of the arrays that the test rows of a table become."""
    places = divided_rows(table)[0].test
    yield "test_inputs", array_fingerprint(model.preparation.prepare_inputs(rows, table.name))
    yield "test_targets", array_fingerprint(prepared_targets(model.preparation, table, places))
    weights = column_weights(table, places)
    if weights is not None:
        yield "test_weights", array_fingerprint(weights)


def _classes(
    model: TableModel, table: Table, rows: pd.DataFrame, places: "np.ndarray"
) -> "tuple[list[pd.Series], Floats]":
    """Return the columns of the target and of predictions, and how bad each row's are."""
    probabilities = model.predict_proba(rows, table.name)
    codes = table.classes.codes[places] if table.classes else places
    [target] = (each.name for each in model.preparation.targets)
    labels = model.classes_
    columns = {
        f"predicted {target}": labels[probabilities.argmax(axis=1)],
        **{
            f"probability of {name}": probabilities[:, place]
            for place, name in enumerate(model.preparation.class_names)
        },
    }
    true = pd.Series(labels[codes], rows.index, name=target)
    return [true, *_named(columns, rows)], -probabilities[np.arange(len(codes)), codes]


def _values(
    model: TableModel, table: Table, rows: pd.DataFrame, places: "np.ndarray"
) -> "tuple[list[pd.Series], Floats]":
    """Return the columns of targets and of predictions, and how bad each row's are."""
    predicted: Floats = model.predict(rows, table.name).reshape(len(rows), -1)
    columns, badness = list[pd.Series](), np.zeros(len(rows))
    for place, target in enumerate(model.preparation.targets):
        name, true = target.name, table.columns[target.name].array[places]
        errors = predicted[:, place] - true
        made = {f"predicted {name}": predicted[:, place], f"error in {name}": errors}
        columns += [pd.Series(true, rows.index, name=name), *_named(made, rows)]
        badness += (errors / target.scale) ** 2
    return columns, badness


def _named(columns: Mapping[str, np.ndarray], rows: pd.DataFrame) -> Iterator[pd.Series]:
    """Give columns with names that the table does not have."""
    for name, values in columns.items():
        yield pd.Series(values, rows.index, name=free_name(name, rows.columns))
