"""What the verdicts on claims are made of: settings of a sweep, their scores, and ratios.

A setting with the best of several learning rates is chosen by the first half of the replicates, and
measured on the other half, as the best of many values is partly luck.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.shift import Estimate, median, ratio
from neuroevo.analysis.sweep_results import SettingResult, SweepResults
from neuroevo.evaluation import Objective

RATE = "space.learning_rate"


@dataclass(frozen=True)
class Measured:
    """Settings of a sweep, measured by one of its objectives.

    Parameters
    ----------
    results
        The sweep.
    item
        The objective, which is minimised.
    """

    results: SweepResults
    item: Objective

    @classmethod
    def of(cls, results: SweepResults) -> "Measured":
        """Measure a sweep by its first objective."""
        return cls(results, results.objectives[0])

    def labelled(self, label: str) -> list[SettingResult]:
        """Return the settings with a label."""
        return [each for each in self.results.settings if each.label == label]

    def scores(self, result: SettingResult) -> np.ndarray:
        """Return the scores of a setting's replicates, infinite where they diverged."""
        return result.scores[self.item.name]

    def best(self, settings: Sequence[SettingResult]) -> SettingResult:
        """Return the best setting by the first half of the replicates, with the other half."""
        firsts = [median(_half(self.scores(each), 0)).value for each in settings]
        chosen = settings[int(np.argmin(firsts))]
        scores = {name: _half(values, 1) for name, values in chosen.scores.items()}
        return replace(chosen, scores=scores)

    def median(self, result: SettingResult) -> Estimate:
        """Return the median of a setting's scores."""
        return median(self.scores(result))

    def ratio(self, ours: SettingResult, theirs: SettingResult) -> Estimate:
        """Return by which factor our scores are larger; infinite if most of ours diverged."""
        return ratio(self.scores(ours), self.scores(theirs))

    def reached(self, result: SettingResult) -> float:
        """Return the share of replicates whose score is no penalty."""
        return float((self.scores(result) <= self.item.limit).mean())

    def diverged(self, result: SettingResult) -> float:
        """Return the share of replicates that diverged."""
        return float(np.isinf(self.scores(result)).mean())

    def text(self, result: SettingResult) -> str:
        """Return the median of a setting with its interval."""
        found = self.median(result)
        return interval(found, lambda value: wording.measured(value, self.item))


def ratio_text(found: Estimate) -> str:
    """Return a ratio with its interval: ``4.1 (3.9 to 4.4)``."""
    return interval(
        found, lambda value: wording.number(value) if value < 1 else wording.factor(value)
    )


def interval(found: Estimate, written: Any) -> str:  # noqa: ANN401 - a function of a number
    """Return an estimate with its interval, both written by a function."""
    value, low, high = (
        "diverged" if math.isinf(each) else written(each)
        for each in (found.value, found.low, found.high)
    )
    return value if low == high else f"{value} ({low} to {high})"


def rate(result: SettingResult) -> str:
    """Return the learning rate of a setting as text."""
    return wording.number(float(result.settings[RATE]))


def rates(results: Iterable[SettingResult]) -> str:
    """Return the range of the learning rates of settings."""
    values = sorted(float(each.settings[RATE]) for each in results)
    low, high = wording.number(values[0]), wording.number(values[-1])
    return low if low == high else f"{low} to {high}"


def by_key(settings: Iterable[SettingResult], key: str) -> Mapping[Any, list[SettingResult]]:
    """Return settings grouped by one of their values, in its order."""
    groups: dict[Any, list[SettingResult]] = {}
    for each in settings:
        groups.setdefault(_plain(each.settings.get(key)), []).append(each)
    return groups


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of TOML
    return tuple(value) if isinstance(value, list) else value


def _half(values: np.ndarray, which: int) -> np.ndarray:
    middle = len(values) // 2
    return values[middle:] if which and middle else values[: middle or None]
