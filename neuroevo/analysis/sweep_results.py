"""The results of a sweep: the values of each setting, and how settings differ.

Knows the runs of a sweep; does not know how they are shown.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
import pandas as pd

from neuroevo.analysis.common_objectives import common_objectives, on_common_scale
from neuroevo.analysis.judged_scores import judged_score
from neuroevo.analysis.rank_test import RankTest, rank_tests
from neuroevo.analysis.shift import Estimate, Numbers, median, ratio, shift

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Sweep, SweepPoint
    from neuroevo.runs import Trial

_Genes: TypeAlias = frozenset[tuple[str, Any]]

SEED = "seed"
QUANTILES = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class SettingResult:
    """The results of a setting: all points of the sweep that differ in the seed alone.

    Parameters
    ----------
    place
        Its place among the settings.
    settings
        What differs between the points, without the seed.
    label
        Its name in the sweep file, empty if it has none.
    is_baseline
        Whether others are compared with it.
    scores
        Each objective's name -> array of a value for each replicate, of all seeds; if the points
        are searches, the champion's score of each. Infinitely bad where replicates diverged, or
        where there is no result that keeps the constraints.
    """

    place: int
    settings: Mapping[str, Any]
    label: str
    is_baseline: bool
    scores: Mapping[str, Numbers]

    @property
    def name(self) -> str:
        """A different text for each setting."""
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a setting differs from another in an objective.

    Parameters
    ----------
    reference
        The place of the other.
    estimate
        By which factor its values are larger, if the objective is logarithmic; else by how much.
    test
        Mann-Whitney test of whether they differ; None if either has fewer than two values.
    is_of_results
        Whether they have different shares of values that are measurements.
    """

    reference: int
    estimate: Estimate
    test: RankTest | None
    is_of_results: bool


@dataclass(frozen=True, eq=False)
class SweepResults:
    """The results of a sweep.

    Parameters
    ----------
    sweep
        What belongs to it.
    runs
        The findings of each of its runs; None for a run that has not begun.
    """

    sweep: "Sweep"
    runs: "tuple[Findings | None, ...]"

    @classmethod
    def of(cls, sweep: "Sweep", runs: "Sequence[Findings | None]") -> Self:
        """Return the results of a sweep with these runs."""
        return cls(sweep, tuple(runs))

    @property
    def keys(self) -> tuple[str, ...]:
        """The settings that vary, without the seed."""
        return tuple(key for key in self.sweep.keys if key != SEED)

    @property
    def axis_keys(self) -> tuple[str, ...]:
        """Of these, those that settings with the same label differ in."""
        seen: dict[tuple[str, str], set[str]] = {}
        for each in self.settings:
            for key, value in each.settings.items():
                seen.setdefault((each.label, key), set()).add(_key({key: value}))
        varying = {key for (_, key), values in seen.items() if len(values) > 1}
        return tuple(key for key in self.keys if key in varying)

    @property
    def searches(self) -> bool:
        """Whether a point is a search, and not a configuration."""
        return any(point.genome is None for point in self.sweep.points)

    @property
    def is_comparison(self) -> bool:
        """Whether its runs are searches, two or more of which have begun."""
        return self.searches and sum(run is not None for run in self.runs) > 1

    @cached_property
    def objectives(self) -> "tuple[Objective, ...]":
        """The objectives that all runs have, in the order of the first."""
        return common_objectives(run.experiment.objectives for run in self.sweep.runs)

    @property
    def finished(self) -> bool:
        """Whether all runs are complete."""
        return all(run is not None and run.finished for run in self.runs)

    @cached_property
    def settings(self) -> tuple[SettingResult, ...]:
        """The results of each setting, in the order of the sweep."""
        members: dict[str, list[SweepPoint]] = {}
        for point in self.sweep.points:
            members.setdefault(_key(_without_seed(point.settings)), []).append(point)
        return tuple(
            SettingResult(
                place,
                _without_seed(points[0].settings),
                points[0].label,
                points[0].is_baseline,
                {item.name: self._values(points, item) for item in self.objectives},
            )
            for place, points in enumerate(members.values())
        )

    def median(self, result: SettingResult, item: "Objective") -> Estimate:
        """Return the median of a setting's values with its interval."""
        found = median(item.cost(result.scores[item.name]))
        low, high = sorted((item.cost(found.low), item.cost(found.high)))
        return Estimate(item.cost(found.value), low, high)

    def best(self, item: "Objective") -> SettingResult | None:
        """Return the setting with the best median in an objective; None if all have diverged.

        Of equal medians, it is that of the fewest diverged values, then of the best 95% of them.
        """
        return self._best[item.name]

    @cached_property
    def _best(self) -> Mapping[str, SettingResult | None]:
        def order(result: SettingResult, item: "Objective") -> tuple[float, int, float]:
            costs = item.cost(result.scores[item.name])
            return median(costs).value, self.diverged(result), quantiles(costs)[1]

        found: dict[str, SettingResult | None] = {}
        for item in self.objectives:
            orders = {each: order(each, item) for each in self.settings}
            finite = [each for each, (middle, _, _) in orders.items() if math.isfinite(middle)]
            found[item.name] = min(finite, key=orders.__getitem__, default=None)
        return found

    def tied(self, item: "Objective") -> tuple[SettingResult, ...]:
        """Return the settings that are not worse than the best by more than chance."""
        return self._tied[item.name]

    @cached_property
    def _tied(self) -> Mapping[str, tuple[SettingResult, ...]]:
        found: dict[str, tuple[SettingResult, ...]] = {}
        for item in self.objectives:
            best, tests = self.best(item), self._tests_against_best[item.name]
            found[item.name] = tuple(
                each
                for each in self.settings
                if best not in {None, each}
                and (
                    each.name not in tests
                    or not tests[each.name].is_clear
                    or tests[each.name].superiority > 0.5  # noqa: PLR2004 - half of the pairs
                )
            )
        return found

    @cached_property
    def _tests_against_best(self) -> Mapping[str, Mapping[str, RankTest]]:
        """Name of an objective -> name of another setting than the best -> how they compare."""
        found = {}
        for item in self.objectives:
            best = self.best(item)
            others = [each.name for each in self.settings if best not in {None, each}]
            found[item.name] = self._tests(item, [(each, best.name) for each in others if best])
        return found

    def diverged(self, result: SettingResult) -> int:
        """Return how many values of a setting are of replicates that diverged."""
        return max((int(np.isinf(each).sum()) for each in result.scores.values()), default=0)

    def reference(self, result: SettingResult, item: "Objective") -> SettingResult | None:
        """Return what a setting is compared with: a baseline like it, or else the best setting.

        Of several baselines that is the one with the same other settings.
        """
        baselines = self._baselines
        if not baselines:
            return self.best(item)
        first = baselines[0].settings
        own = [key for key in first if any(each.settings[key] != first[key] for each in baselines)]
        alike = (
            each
            for each in baselines
            if all(each.settings[key] == result.settings.get(key) for key in own)
        )
        return next(alike, baselines[0])

    @property
    def _baselines(self) -> list[SettingResult]:
        return [each for each in self.settings if each.is_baseline]

    @cached_property
    def differences(self) -> Mapping[tuple[int, str], Difference]:
        """Place of a setting and name of an objective -> how it differs from its reference."""
        found = {}
        for item in self.objectives:
            pairs = [
                (each, reference)
                for each in self.settings
                if (reference := self.reference(each, item)) not in {None, each}
            ]
            tests = self._tests_against_best[item.name]
            if self._baselines:
                names = [(one.name, other.name) for one, other in pairs if other]
                tests = self._tests(item, names)
            for each, other in pairs:
                if other is not None:
                    one, two = (_measurements(result, item) for result in (each, other))
                    shares = [
                        np.isfinite(values).mean() if len(values) else 0 for values in (one, two)
                    ]
                    found[each.place, item.name] = Difference(
                        other.place,
                        ratio(one, two) if item.logarithmic else shift(one, two),
                        tests.get(each.name),
                        shares[0] != shares[1],
                    )
        return found

    def _tests(self, item: "Objective", pairs: Sequence[tuple[str, str]]) -> Mapping[str, RankTest]:
        costs = {
            each.name: item.cost(np.array([*map(item.tied, each.scores[item.name])])).tolist()
            for each in self.settings
        }
        return {test.first: test for test in rank_tests(costs, pairs)}

    def _values(self, points: "Sequence[SweepPoint]", item: "Objective") -> Numbers:
        found = [
            on_common_scale(
                _values_of(run, self._trials[point.run], point, item.name),
                run.objectives[run.objectives.index(item)],
                item,
            ).tolist()
            for point in points
            if (run := self.runs[point.run]) is not None
        ]
        values = np.array([value for each in found for value in each], dtype=np.float64)
        values[np.isnan(values)] = item.cost(math.inf)
        return values

    @cached_property
    def _trials(self) -> "tuple[Mapping[_Genes, Trial], ...]":
        """The trial of each genome, for each run."""
        return tuple(
            {_genes(each.genome): each for each in reversed(run.searched)} if run else {}
            for run in self.runs
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each setting.

        Columns: ``label`` if there are some, the settings, ``baseline``, ``values`` (their number),
        ``diverged`` (of them, also those that failed or break constraints), and for each objective
        its median (with its name), ``NAME.low`` and ``NAME.high`` (95% interval of the median),
        ``NAME.q5`` and ``NAME.q95``, and, in comparison with the baseline, else with the best
        setting, ``NAME.difference`` (a factor, if the objective is logarithmic),
        ``.difference.low``, ``.difference.high`` and ``.p`` (adjusted after Holm).
        ``NAME.reached`` says whether the median is a measurement or, beyond the sample budget, a
        penalty.
        """
        rows = []
        for each in self.settings:
            count = max((len(values) for values in each.scores.values()), default=0)
            row: dict[str, object] = {"label": each.label} if self.has_labels else {}
            row |= {key: each.settings.get(key) for key in self.keys}
            row |= {"baseline": each.is_baseline, "values": count, "diverged": self.diverged(each)}
            for item in self.objectives:
                row |= self._cells(each, item)
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def has_labels(self) -> bool:
        """Whether settings have labels."""
        return any(each.label for each in self.settings)

    def _cells(self, result: SettingResult, item: "Objective") -> dict[str, object]:
        found, values = self.median(result, item), result.scores[item.name]
        low, high = quantiles(values)
        cells: dict[str, object] = {
            "": found.value,
            **({".reached": found.value <= item.limit} if item.has_limit else {}),
            ".low": found.low,
            ".high": found.high,
            ".q5": low,
            ".q95": high,
        }
        if (difference := self.differences.get((result.place, item.name))) is not None:
            estimate, test = difference.estimate, difference.test
            cells |= {
                ".difference": estimate.value,
                ".difference.low": estimate.low,
                ".difference.high": estimate.high,
                ".p": math.nan if test is None else test.adjusted,
            }
        return {f"{item.name}{ending}": value for ending, value in cells.items()}

    @cached_property
    def replicates(self) -> pd.DataFrame:
        """A row for each value: ``label`` if there are some, the settings, and the objectives."""
        rows = [
            ({"label": each.label} if self.has_labels else {})
            | {key: each.settings.get(key) for key in self.keys}
            | dict(zip(each.scores, values, strict=True))
            for each in self.settings
            for values in zip(*each.scores.values(), strict=True)
        ]
        return pd.DataFrame(rows).replace([math.inf, -math.inf], math.nan)


def quantiles(values: Numbers) -> tuple[float, float]:
    """Return the 5th and the 95th percentile, each one of the values; NaN if there are none."""
    if not len(values):
        return math.nan, math.nan
    low, high = np.quantile(values, QUANTILES, method="nearest")
    return float(low), float(high)


def _values_of(
    run: "Findings", trials: "Mapping[_Genes, Trial]", point: "SweepPoint", name: str
) -> Sequence[float]:
    """Return the values of an objective at a point, NaN where it diverged or breaks constraints.

    Empty where they are not known yet.
    """
    if point.genome is None:
        [item] = [each for each in run.objectives if each.name == name]
        if run.front and run.is_feasible(run.front[0]):
            return [judged_score(run, run.front[0], item)]
        return [math.nan] if run.finished else []
    trial = trials.get(_genes(point.genome))
    if trial is None:
        return []
    if trial.state == "failed" or not run.is_feasible(trial):
        return [math.nan] * run.experiment.replicates
    return trial.replicates[name] if trial.replicates else [trial.objectives[name]]


def _genes(genome: Mapping[str, Any]) -> _Genes:
    return frozenset(genome.items())


def _measurements(result: SettingResult, item: "Objective") -> Numbers:
    """Return the values of a setting, infinite where they are no measurements."""
    return np.array([*map(item.reached, result.scores[item.name])])


def _without_seed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key != SEED}


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, default=str)
