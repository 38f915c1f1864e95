"""The weights of rows: from a column, or the same for all classes together."""

from typing import NamedTuple

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from neuroevo.errors import DataError
from neuroevo.tables.cells import Floats
from neuroevo.tables.checking import Table
from neuroevo.tables.problems import column_line
from neuroevo.tables.settings import BALANCED
from neuroevo.tables.splitting import Parts, Rows, split_rows


class PartWeights(NamedTuple):
    """The weights of the rows of each part, arrays (rows,); None if all rows weigh equally."""

    training: Floats | None = None
    validation: Floats | None = None
    test: Floats | None = None


def row_weights(table: Table, parts: Parts) -> PartWeights:
    """Return the weights of the rows of each part.

    Balanced weights are rows / (classes × rows of the class), counted among the training rows; test
    rows have none, so that their scores are those of rows as they come.
    """
    settings = table.settings
    if settings.weight == BALANCED and table.classes is not None:
        codes = table.classes.codes
        distinct = np.arange(len(table.classes.names))
        weights = compute_class_weight("balanced", classes=distinct, y=codes[parts.training])
        return PartWeights(weights[codes[parts.training]], weights[codes[parts.validation]])
    return PartWeights(
        column_weights(table, parts.training),
        column_weights(table, parts.validation),
        column_weights(table, parts.test) if len(parts.test) else None,
    )


def divided_rows(table: Table) -> tuple[Parts, ...]:
    """Return the parts of each fold, see `split_rows`, without rows of weight 0.

    Raises
    ------
    DataError
        If rows can't be divided, or all rows of a part have the weight 0.
    """
    return tuple(weighing(table, parts) for parts in split_rows(table))


def weighing(table: Table, parts: Parts) -> Parts:
    """Return parts without the rows of weight 0.

    Raises
    ------
    DataError
        If all rows of a part have the weight 0.
    """
    name = table.settings.weight_column
    if not name:
        return parts
    training = _weighing(table, parts.training, "training")
    if table.classes is not None and len(np.unique(table.classes.codes[training])) == 1:
        text = "must have a weight above 0 in rows of two classes among the training rows"
        line = f"{text}, but has such rows of one class"
        raise DataError(column_line(table.name, name, line))
    return Parts(
        training,
        _weighing(table, parts.validation, "validation"),
        _weighing(table, parts.test, "test") if len(parts.test) else parts.test,
    )


def column_weights(table: Table, rows: Rows) -> Floats | None:
    """Return the weights of rows in the column of weights, (rows,); None if there is none."""
    name = table.settings.weight_column
    return table.columns[name].array[rows] if name else None


def _weighing(table: Table, rows: Rows, part: str) -> Rows:
    settings = table.settings
    kept = rows[table.columns[settings.weight_column].array[rows] > 0]
    if not len(kept):
        each = " of each fold" if settings.folds and part != "test" else ""
        text = f"must have a weight above 0 in the {part} rows{each}, but has none there"
        raise DataError(column_line(table.name, settings.weight_column, text))
    return kept
