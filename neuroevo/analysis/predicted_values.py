"""The values that the champion's kept network predicts on the test part, and their errors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

MOST_TARGETS = 4  # that are shown
MOST_BINS = 40


@dataclass(frozen=True, slots=True, eq=False)
class PredictedTarget:
    """True and predicted values of one target, on the raw scale.

    Parameters
    ----------
    name
        The target.
    true, predicted
        Arrays (samples,).
    """

    name: str
    true: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @property
    def errors(self) -> NDArray[np.float64]:
        """Predicted minus true value of each sample."""
        return self.predicted - self.true

    @property
    def r2(self) -> float:
        """The R² of these samples; NaN if all true values are equal."""
        spread = float(np.square(self.true - self.true.mean()).sum())
        return 1 - float(np.square(self.errors).sum()) / spread if spread > 0 else float("nan")

    @property
    def histogram(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The number of errors in each bin, and the edges of the bins (one more)."""
        # The rule of Rice, which depends on the number of samples only: others can give
        # millions of bins if one error is huge.
        bins = min(MOST_BINS, int(np.ceil(2 * len(self.true) ** (1 / 3))))
        counts, edges = np.histogram(self.errors, bins=bins)
        return counts.astype(np.int64), edges


@dataclass(frozen=True, slots=True, eq=False)
class PredictedValues:
    """What a network predicts.

    Parameters
    ----------
    targets
        The first few targets.
    left_out
        Number of further targets.
    samples
        Number of samples in the test part, of which some may not be shown.
    has_weights
        Whether samples have weights, which do not count here.
    """

    targets: tuple[PredictedTarget, ...]
    left_out: int
    samples: int
    has_weights: bool = False


def predicted_values(findings: "Findings") -> PredictedValues | None:
    """Return what the champion's kept network predicts; None if there are no such values."""
    diagnosis = findings.diagnosis
    if diagnosis is None or findings.held_out is None or not diagnosis.true:
        return None
    true, predicted = (
        np.asarray(rows, dtype=np.float64) for rows in (diagnosis.true, diagnosis.predicted)
    )
    count = true.shape[1]
    names = findings.columns.outputs
    if len(names) != count:
        names = tuple(f"target {number}" for number in range(1, count + 1))
    targets = tuple(
        PredictedTarget(names[place], true[:, place], predicted[:, place])
        for place in range(min(count, MOST_TARGETS))
    )
    if not np.isfinite(predicted - true).all():
        return None
    left_out, samples = count - len(targets), findings.held_out.samples
    return PredictedValues(targets, left_out, samples, findings.weighs_test_rows)
