"""What an experiment on a table has by default: the space, training and evolution.

Knows the problem and, where it is known, the number of rows; reads no table.
"""

from collections.abc import Mapping
from typing import Any

Tables = Mapping[str, Mapping[str, Any]]

_LEAST_SAMPLES, _MOST_SAMPLES = 10_000, 200_000
_PASSES_OF_FEW, _PASSES_OF_MANY = 100, 8  # over the training rows
_MANY = 50_000  # samples from which on passes are fewer
_LANES = 16  # of a bundle
_MOST_REPLICATES = 320  # of several folds, if these are not more
_LEAST_WIDTH, _MOST_WIDTH = 8, 64  # one wider network takes the time of many others


def table_defaults(*, is_classes: bool, folds: int = 1, training_rows: int | None = None) -> Tables:
    """Return the defaults for a table.

    Parameters
    ----------
    is_classes
        Whether networks learn classes.
    folds
        Number of folds; 1 without a cross-validation.
    training_rows
        How many there are; None if that is unknown.
    """
    loss = "cross_entropy" if is_classes else "squared_error"
    objectives = ["log_loss" if is_classes else "final_mse", "parameters"]
    return {
        "space": {
            "hidden": {"count": [0, 2], "width": [2, _width(training_rows)]},
            "learning_rate": {"low": 1e-3, "high": 0.1, "log": True},
            "activation": ["relu", "tanh", "silu", "leaky_relu"],
            "optimizer": ["adam", "adamw", "sgd"],
            # Larger ones learn less from as many samples.
            "batch_size": {"choices": [8, 32], "ordered": True},
            "weight_decay": {"low": 1e-3, "high": 1.0, "log": True},
            "dropout": {"choices": [0.0, 0.1, 0.25], "ordered": True},
        },
        "training": {
            "samples": _samples(training_rows),
            "replicates": _replicates(folds),
            "starting_weights": "glorot",
            "patience": 30,
            "validation_share": 0.2,
            "schedule": "cosine",
            "loss": loss,
        },
        "evolution": {
            "population": 32,
            "generations": 15,
            "objectives": objectives,
            "reduction": "mean",
            **({"first_replicates": "fold"} if folds > 1 else {}),
        },
    }


def _replicates(folds: int) -> int:
    """Return a number of replicates: for each fold as many as a bundle has lanes.

    Fewer would hardly take less time, as trials seldom have the architecture of another.
    """
    return folds * min(_LANES, max(1, _MOST_REPLICATES // folds))


def _samples(rows: int | None) -> int:
    """Return a sample budget: many passes over few rows, fewer over many, in two digits."""
    if rows is None:
        return _MANY
    passes = min(_PASSES_OF_FEW * rows, max(_MANY, _PASSES_OF_MANY * rows))
    samples = min(max(passes, _LEAST_SAMPLES), _MOST_SAMPLES)
    return int(float(f"{samples:.1e}"))


def _width(rows: int | None) -> int:
    """Return the largest width: two such layers have about as many weights as there are rows."""
    if rows is None:
        return _MOST_WIDTH
    width = _LEAST_WIDTH
    while width < _MOST_WIDTH and width * width <= rows:
        width *= 2
    return width
