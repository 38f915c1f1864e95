"""The weights of training rows: from a column, or the same for all classes together."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from neuroevo.errors import DataError
from neuroevo.tables.cells import Floats
from neuroevo.tables.checking import Table
from neuroevo.tables.problems import column_line
from neuroevo.tables.settings import BALANCED
from neuroevo.tables.splitting import Rows


def training_weights(table: Table, training_rows: Rows) -> Floats | None:
    """Return the weight of each training row, array (training rows,); None if all weigh equally.

    Balanced weights are rows / (classes × rows of the class), counted among the training rows.

    Raises
    ------
    DataError
        If all training rows have the weight 0.
    """
    settings = table.settings
    if settings.weight == BALANCED and table.classes is not None:
        codes = table.classes.codes[training_rows]
        distinct = np.arange(len(table.classes.names))
        weights: Floats = compute_class_weight("balanced", classes=distinct, y=codes)[codes]
        return weights
    if not settings.weight_column:
        return None
    weights = table.columns[settings.weight_column].array[training_rows]
    if not weights.any():
        each = " of each fold" if settings.folds else ""
        text = f"must have a weight above 0 in the training rows{each}, but has none there"
        raise DataError(column_line(table.name, settings.weight_column, text))
    return weights
