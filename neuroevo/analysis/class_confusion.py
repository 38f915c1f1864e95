"""Which classes the champion's kept network confuses on the test part."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Samples of one class that were predicted as another."""

    true: str
    predicted: str
    count: int
    share: float  # of the samples of the true class


@dataclass(frozen=True, slots=True, eq=False)
class ClassConfusion:
    """How many samples of each class were predicted as each class.

    Parameters
    ----------
    classes
        The names of the classes.
    counts
        Array (true classes, predicted classes).
    has_weights
        Whether samples have weights, which do not count here.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]
    has_weights: bool = False

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.counts.sum())

    @property
    def correct(self) -> int:
        """Number of samples that were predicted as their own class."""
        return int(np.trace(self.counts))

    @property
    def shares(self) -> NDArray[np.float64]:
        """The counts as shares of their rows; NaN for a class without samples."""
        totals = self.counts.sum(axis=1, keepdims=True).astype(np.float64)
        shares: NDArray[np.float64] = self.counts / np.where(totals > 0, totals, np.nan)
        return shares

    @property
    def pairs(self) -> tuple[ConfusedPair, ...]:
        """The pairs of classes that were confused, the most frequent first."""
        wrong, shares = self.counts.copy(), self.shares
        np.fill_diagonal(wrong, 0)
        places = [(int(true), int(predicted)) for true, predicted in np.argwhere(wrong)]
        places.sort(key=lambda place: (-wrong[place], -shares[place], place))
        return tuple(
            ConfusedPair(
                self.classes[true],
                self.classes[predicted],
                int(wrong[true, predicted]),
                float(shares[true, predicted]),
            )
            for true, predicted in places
        )


def class_confusion(findings: "Findings") -> ClassConfusion | None:
    """Return the confusion of the champion's kept network; None if there are no classes."""
    diagnosis = findings.diagnosis
    if diagnosis is None or not diagnosis.confusion:
        return None
    counts = np.asarray(diagnosis.confusion, dtype=np.int64)
    names = findings.columns.classes
    if len(names) != len(counts):
        names = tuple(f"class {number}" for number in range(1, len(counts) + 1))
    return ClassConfusion(names, counts, findings.weighs_test_rows)
