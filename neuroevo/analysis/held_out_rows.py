"""The rows of the test part with what a run's network predicts for them. Trains nothing."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from neuroevo.errors import DataError
from neuroevo.runs import array_fingerprint
from neuroevo.tables import (
    Table,
    TableModel,
    check_frame,
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
    inputs = model.preparation.prepare_inputs(rows, raw.name)
    true = prepared_targets(model.preparation, table, places)
    now = {"test_inputs": array_fingerprint(inputs), "test_targets": array_fingerprint(true)}
    if any(now[name] != start.data[name] for name in now):
        raise DataError("task: test rows must be the same as when the run began, but are others")
    weight = [raw.settings.weight_column] if raw.settings.weight_column else []
    columns = [rows[name] for name in [*(each.name for each in model.preparation.inputs), *weight]]
    predicted = (_classes if table.classes else _values)(model, table, rows, places)
    worst, targets = predicted.pop(_WORST), {each.name for each in model.preparation.targets}
    inputs_and_row = [pd.Series(rows.index, rows.index, name=free_name(_ROW, names)), *columns]
    renamed = predicted.rename(
        columns=lambda name: name if name in targets else free_name(name, names)
    )
    found = pd.concat([*inputs_and_row, renamed], axis=1)
    return found.iloc[np.argsort(-worst.to_numpy(), kind="stable")].reset_index(drop=True)


_WORST = "how bad a prediction is"  # a column that is taken away again


def _classes(
    model: TableModel, table: Table, rows: pd.DataFrame, places: "np.ndarray"
) -> pd.DataFrame:
    preparation = model.preparation
    probabilities = model.predict_proba(rows, table.name)
    codes = table.classes.codes[places] if table.classes else places
    [target] = (each.name for each in preparation.targets)
    columns = {
        target: model.classes_[codes],
        f"predicted {target}": model.classes_[probabilities.argmax(axis=1)],
        **{
            f"probability of {name}": probabilities[:, place]
            for place, name in enumerate(preparation.class_names)
        },
        _WORST: -probabilities[np.arange(len(codes)), codes],
    }
    return pd.DataFrame(columns, index=rows.index)


def _values(
    model: TableModel, table: Table, rows: pd.DataFrame, places: "np.ndarray"
) -> pd.DataFrame:
    targets = model.preparation.targets
    predicted: Floats = model.predict(rows, table.name).reshape(len(rows), -1)
    columns: dict[str, Floats] = {_WORST: np.zeros(len(rows))}
    for place, target in enumerate(targets):
        true = table.columns[target.name].array[places]
        errors = predicted[:, place] - true
        columns |= {
            target.name: true,
            f"predicted {target.name}": predicted[:, place],
            f"error in {target.name}": errors,
        }
        columns[_WORST] += (errors / target.scale) ** 2
    return pd.DataFrame(columns, index=rows.index)
