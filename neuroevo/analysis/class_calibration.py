"""Whether the champion's kept network is as sure of its predicted classes as it may be."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroevo.evaluation.diagnosis import BINS

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation.diagnosis import CalibrationBin

NORMAL = 1.96  # standard deviations, for an interval of 95%


@dataclass(frozen=True, slots=True)
class RatedBin:
    """Samples with similar probabilities of their predicted class.

    Parameters
    ----------
    start, end
        The probabilities that belong to it.
    probability
        The mean probability.
    accuracy
        The share of the samples that were predicted as their own class.
    low, high
        The 95% interval of this share (Wilson 1927).
    samples
        Number of samples.
    """

    start: float
    end: float
    probability: float
    accuracy: float
    low: float
    high: float
    samples: int


@dataclass(frozen=True, slots=True)
class ClassCalibration:
    """The bins that have samples, by rising probability."""

    bins: tuple[RatedBin, ...]
    has_weights: bool = False  # whether samples have weights, which do not count here

    @property
    def samples(self) -> int:
        """Number of samples."""
        return sum(each.samples for each in self.bins)

    @property
    def probability(self) -> float:
        """The mean probability of the predicted class."""
        return math.fsum(each.probability * each.samples for each in self.bins) / self.samples

    @property
    def accuracy(self) -> float:
        """The share of all samples that were predicted as their own class."""
        return math.fsum(each.accuracy * each.samples for each in self.bins) / self.samples

    @property
    def error(self) -> float:
        """The expected calibration error: the mean difference in a bin, weighted by samples."""
        differences = (abs(each.probability - each.accuracy) * each.samples for each in self.bins)
        return math.fsum(differences) / self.samples

    @property
    def may_be_chance(self) -> bool:
        """Whether the mean probability is inside the 95% interval of the accuracy."""
        low, high = _interval(self.accuracy, self.samples)
        return low <= self.probability <= high


def class_calibration(findings: "Findings") -> ClassCalibration | None:
    """Return the calibration of the champion's kept network; None if there are no classes."""
    diagnosis = findings.diagnosis
    found = () if diagnosis is None else diagnosis.calibration
    bins = tuple(_rated(each) for each in found if each.samples > 0)
    return ClassCalibration(bins, findings.weighs_test_rows) if bins else None


def _rated(each: "CalibrationBin") -> RatedBin:
    place = min(math.floor(each.probability * BINS), BINS - 1)
    low, high = _interval(each.accuracy, each.samples)
    start, end = place / BINS, (place + 1) / BINS
    return RatedBin(start, end, each.probability, each.accuracy, low, high, each.samples)


def _interval(share: float, samples: int) -> tuple[float, float]:
    """Return the interval of Wilson 1927, "Probable Inference, the Law of Succession"."""
    square = NORMAL**2 / samples
    middle = (share + square / 2) / (1 + square)
    half = NORMAL * math.sqrt(share * (1 - share) / samples + square / (4 * samples)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)
