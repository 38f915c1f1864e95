"""Measures of classes, each from its definition."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def class_measures(outputs: Array, targets: Array, resolution: float) -> dict[str, float]:
    """Compute the measures of some outputs; probabilities are clipped by the resolution."""
    labels = targets.argmax(axis=1)
    missed = outputs.argmax(axis=1) != labels
    losses = -targets * np.log(np.clip(outputs, resolution, 1 - resolution))
    of_classes = [missed[labels == label].mean() for label in set(labels.tolist())]
    return {
        "error_rate": float(missed.mean()),
        "log_loss": float(losses.sum(axis=1).mean()),
        "balanced_error": float(np.mean(of_classes)),
    }
