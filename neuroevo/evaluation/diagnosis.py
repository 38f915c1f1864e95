"""What one network does on samples that no search has seen: where it errs, and what it relies on.

Knows inputs, outputs and targets; does not know where they come from.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neuroevo.evaluation.objectives import rounded
from neuroevo.evaluation.scores import Array, Targets, first_score

Predict = Callable[[Array], Array]
"""Computes outputs (samples, outputs) from inputs (samples, inputs)."""

REPEATS = 10  # permutations of a column
_MOST_SHOWN = 2000  # samples whose predictions are kept
MOST_PERMUTED = 5000  # samples that columns are permuted in
BINS = 10  # of predicted probabilities


@dataclass(frozen=True, slots=True)
class ColumnImportance:
    """How much a score gets worse if a column is permuted: the mean, and the extremes."""

    column: str
    decrease: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Samples with similar probabilities of their predicted class."""

    probability: float  # the mean
    accuracy: float
    samples: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a network does on some samples.

    Parameters
    ----------
    scores
        Each metric's name -> the score of this network.
    true, predicted
        Targets and outputs of at most 2,000 samples on the raw scale, a row for each; empty for
        classes.
    confusion
        For classes: how many samples of each class (rows) were predicted as each class.
    calibration
        For classes: the accuracy at similar probabilities of the predicted class.
    importance
        For each column of the table, the largest decrease first; empty if the first metric is not
        defined for these samples.
    """

    scores: dict[str, float]
    true: tuple[tuple[float, ...], ...] = ()
    predicted: tuple[tuple[float, ...], ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()
    importance: tuple[ColumnImportance, ...] = ()


def importance(
    predict: Predict,
    inputs: Array,
    targets: Targets,
    columns: Sequence[tuple[str, Sequence[int]]],
    random: np.random.Generator,
) -> tuple[ColumnImportance, ...]:
    """Measure how much the first metric gets worse if each column is permuted.

    The permutation importance of Breiman 2001, "Random Forests", Machine Learning 45, with all
    inputs of a column permuted together; at most 5,000 samples are used.

    Parameters
    ----------
    predict
        The network.
    inputs
        Array (samples, inputs).
    targets
        The true values.
    columns
        The name of each column, and which inputs it became.
    random
        Draws the permutations.
    """
    if len(inputs) > MOST_PERMUTED:
        chosen = np.sort(random.permutation(len(inputs))[:MOST_PERMUTED])
        inputs = inputs[chosen]
        weights = None if targets.weights is None else targets.weights[chosen]
        targets = Targets(targets.values[chosen], targets.is_classes, targets.scale, weights)
    whole = first_score(targets, predict(inputs))
    if math.isnan(whole):
        return ()
    found = []
    for name, places in columns:
        decreases = []
        for _ in range(REPEATS):
            permuted = inputs.copy()
            permuted[:, places] = inputs[random.permutation(len(inputs))][:, places]
            decreases.append(whole - first_score(targets, predict(permuted)))
        mean = math.fsum(decreases) / REPEATS
        extremes = rounded(min(decreases)), rounded(max(decreases))
        found.append(ColumnImportance(name, rounded(mean), *extremes))
    return tuple(sorted(found, key=lambda each: -each.decrease))


def confusion(targets: Targets, outputs: Array) -> tuple[tuple[int, ...], ...]:
    """Count samples by true class (rows) and predicted class (columns)."""
    classes = targets.values.shape[1]
    pairs = targets.values.argmax(axis=1) * classes + outputs.argmax(axis=1)
    counts = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return tuple(map(tuple, counts.tolist()))


def calibration(targets: Targets, outputs: Array) -> tuple[CalibrationBin, ...]:
    """Compare the probabilities of predicted classes with their accuracy, in bins of equal width.

    The reliability diagram of Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    probabilities = outputs.max(axis=1)
    hits = outputs.argmax(axis=1) == targets.values.argmax(axis=1)
    bins = np.minimum((probabilities * BINS).astype(np.int64), BINS - 1)
    return tuple(
        CalibrationBin(
            rounded(probabilities[bins == each].mean()),
            rounded(hits[bins == each].mean()),
            int((bins == each).sum()),
        )
        for each in np.unique(bins)
    )


def shown_rows(samples: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Choose at most 2,000 samples whose predictions are kept, in their order."""
    return np.sort(random.permutation(samples)[:_MOST_SHOWN])


def rounded_rows(values: Array) -> tuple[tuple[float, ...], ...]:
    """Round each number to six significant digits."""
    return tuple(tuple(map(rounded, row)) for row in values.tolist())
