"""Measures of classes, each from its definition."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def class_measures(
    outputs: Array, targets: Array, weights: Array, resolution: float
) -> dict[str, float]:
    """Compute the measures of weighted outputs; probabilities are clipped by the resolution."""
    labels = targets.argmax(axis=1)
    missed = outputs.argmax(axis=1) != labels
    losses = -targets * np.log(np.clip(outputs, resolution, 1 - resolution))
    of_classes = [
        np.average(missed[labels == label], weights=weights[labels == label])
        for label in set(labels[weights > 0].tolist())
    ]
    return {
        "error_rate": float(np.average(missed, weights=weights)),
        "log_loss": float(np.average(losses.sum(axis=1), weights=weights)),
        "balanced_error": float(np.mean(of_classes)),
    }
