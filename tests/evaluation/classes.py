"""Data with classes."""

from dataclasses import replace

import numpy as np

from neuroevo.learning import DataSet


def left_or_right(data: DataSet) -> DataSet:
    """Make two classes of the same inputs, by the sign of the first one."""
    training, validation = (
        np.eye(2)[(inputs[:, 0] > 0).astype(int)]
        for inputs in (data.training_inputs, data.validation_inputs)
    )
    return replace(
        data,
        training_targets=training,
        validation_targets=validation,
        columns=replace(data.columns, classes=("left", "right")),
    )
