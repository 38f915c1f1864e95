"""The tables and tests that compare two or more runs."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis import differences as differing
from neuroevo.analysis import tables
from neuroevo.analysis.common_objectives import common_objectives, on_common_scale
from neuroevo.analysis.dominance import dominated
from neuroevo.analysis.held_out_models import held_out_models, important_first
from neuroevo.analysis.histories import (
    Numbers,
    best_so_far,
    distribution,
    hypervolume_so_far,
    median_curve,
)
from neuroevo.analysis.judged_scores import fresh_score, shows_fresh_scores
from neuroevo.analysis.rank_test import RankTest, rank_tests
from neuroevo.errors import UsageError
from neuroevo.evolution import hypervolume, reference_point
from neuroevo.evolution.front import nondominated

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.evaluation.scores import Score
    from neuroevo.runs import Trial

SHARE = "hypervolume_share"


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """One of the runs that are compared.

    Parameters
    ----------
    label
        Its unique name in this comparison: its setting and seed, or its name.
    name
        Its id or its path.
    setting
        The number of its setting: runs of one setting differ at most in their seeds.
    findings
        Its trials and champions.
    objectives
        The objectives that all runs have, see `common_objectives`.
    """

    label: str
    name: str
    setting: int
    findings: "Findings"
    objectives: "tuple[Objective, ...]"

    @cached_property
    def scores(self) -> Numbers:
        """The common objectives of each trial of the search, NaN if it is not feasible."""
        table = self._common(self.findings.score_table(self.findings.searched))
        for place, pair in enumerate(zip(self._own, self.objectives, strict=True)):
            table[:, place] = on_common_scale(table[:, place], *pair)
        return table

    @cached_property
    def fitnesses(self) -> Numbers:
        """The same on the scales on which objectives are compared."""
        table = self._common(self.findings.fitnesses(self.findings.searched))
        pairs = zip(self._own, self.objectives, strict=True)
        for place, (own, item) in enumerate(pairs):
            if own.limit != item.limit:
                penalties = self.scores[:, place] > item.limit
                scaled = self.scores[penalties, place].tolist()
                table[penalties, place] = [item.fitness(value) for value in scaled]
        return table

    @cached_property
    def costs(self) -> Numbers:
        """The scores so that less is better."""
        columns = zip(self.objectives, self.scores.T, strict=True)
        return np.array([item.cost(column) for item, column in columns]).T

    @cached_property
    def seconds(self) -> Numbers:
        """Time of all cores that training took, from the first trial to each trial."""
        return np.cumsum([trial.seconds for trial in self.findings.searched], dtype=np.float64)

    @cached_property
    def front(self) -> "tuple[Trial, ...]":
        """The Pareto front in the common objectives, best first."""
        return tuple(self.findings.searched[place] for place in self.front_places)

    @cached_property
    def front_places(self) -> list[int]:
        """The places of the front among the trials of the search."""
        if not self.objectives:
            return []
        places = np.flatnonzero(~np.isnan(self.scores).any(axis=1))
        kept: list[int] = places[nondominated(self.costs[places])].tolist()
        return sorted(kept, key=lambda place: tuple(self.costs[place]))

    @property
    def front_scores(self) -> list[list[float]]:
        """The common objectives of each trial of the front."""
        scores: list[list[float]] = self.scores[self.front_places].tolist()
        return scores

    @property
    def front_costs(self) -> list[list[float]]:
        """The same so that less is better."""
        costs: list[list[float]] = self.costs[self.front_places].tolist()
        return costs

    @cached_property
    def _own(self) -> "list[Objective]":
        """The common objectives as the run has them, with its own limits."""
        own = self.findings.objectives
        return [own[own.index(item)] for item in self.objectives]

    def _common(self, table: Numbers) -> Numbers:
        """Return the columns of the common objectives, NaN in trials that are not feasible."""
        feasible = {trial.number for trial in self.findings.feasible}
        kept = np.array([each.number in feasible for each in self.findings.searched], dtype=bool)
        table[~kept] = np.nan
        return table[:, [self.findings.objectives.index(item) for item in self.objectives]]

    @property
    def test(self) -> "Mapping[str, Score]":
        """Each metric's name -> the score of the champion on the test part; empty without one."""
        models = held_out_models(self.findings)
        if models is None or models.champion is None:
            return {}
        return important_first(models.champion.scores, self.findings.objectives[0])

    def best(self, item: "Objective") -> float:
        """Return the best score in an objective; NaN if no trial is complete."""
        place = self.objectives.index(item)
        return item.best_of(scores[place] for scores in self.front_scores)

    def fresh(self, item: "Objective") -> float:
        """Return the score of the champion on fresh seeds; NaN if there is none."""
        front = [each for each in self.findings.front[:1] if self.findings.is_feasible(each)]
        score = fresh_score(self.findings, front[0], item.name) if front else np.nan
        return float(on_common_scale(score, self._own[self.objectives.index(item)], item))


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two or more runs that are compared. In each table a run has its label.

    Parameters
    ----------
    contenders
        The runs.
    objectives
        The objectives that all runs have, in the order of the first.
    """

    contenders: tuple[ComparedRun, ...]
    objectives: "tuple[Objective, ...]"

    @classmethod
    def of(cls, runs: "Sequence[Findings]", names: Sequence[str] = ()) -> Self:
        """Compare runs.

        Parameters
        ----------
        runs
            The findings of each run, two or more.
        names
            Name of each run, such as its path; its id by default.

        Raises
        ------
        UsageError
            If there are fewer than two.
        """
        if len(runs) < 2:  # noqa: PLR2004 - a comparison needs two
            raise UsageError(f"runs: must be two or more to be compared, but got {len(runs)}")
        names = names or [run.identity or run.experiment.name for run in runs]
        numbers = differing.settings(runs)
        objectives = common_objectives(run.objectives for run in runs)
        labels = differing.labels(runs, numbers, names)
        contenders = (
            ComparedRun(label, name, number, run, objectives)
            for label, name, number, run in zip(labels, names, numbers, runs, strict=True)
        )
        return cls(tuple(contenders), objectives)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(each.label for each in self.contenders)})"

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of each run."""
        return tuple(each.label for each in self.contenders)

    @cached_property
    def settings(self) -> Mapping[str, tuple[ComparedRun, ...]]:
        """The runs of each setting by its name; that is a label if each has only one run."""
        numbers = [each.setting for each in self.contenders]
        is_alone = max(numbers) + 1 == len(numbers)
        names = self.labels if is_alone else differing.setting_names(self._findings, numbers)
        return {
            name: tuple(each for each in self.contenders if each.setting == place)
            for place, name in enumerate(names)
        }

    @property
    def is_grouped(self) -> bool:
        """Whether there are several settings, and one of them has several runs."""
        return 1 < len(self.settings) < len(self.contenders)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The keys in which the experiments differ: ``key``, and a column for each run."""
        found = differing.differences(self._findings)
        rows = [[key, *values] for key, values in found.items()]
        return pd.DataFrame(rows, columns=["key", *self.labels], dtype=object)

    @cached_property
    def environments(self) -> Mapping[str, tuple[str, ...]]:
        """The differences of each run's environment from that of the first run, if it has any."""
        found = differing.environments(self._findings)
        return {self.labels[place]: lines for place, lines in found.items()}

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """The keys that differ and change the meaning of the scores."""
        return differing.caution(self._findings)

    @cached_property
    def has_fresh(self) -> bool:
        """Whether scores on fresh seeds are compared."""
        return bool(self.objectives) and any(map(shows_fresh_scores, self._findings))

    @cached_property
    def score_columns(self) -> "Mapping[str, Objective]":
        """The scores that are compared, by name, also those on fresh seeds if there are any."""
        kinds = ("", "fresh.") if self.has_fresh else ("",)
        return {f"{kind}{item.name}": item for item in self.objectives for kind in kinds}

    @cached_property
    def uncommon(self) -> "Mapping[Objective, tuple[str, ...]]":
        """The objectives that only some runs have, with the labels of these runs."""
        found: dict[Objective, list[str]] = {}
        for each in self.contenders:
            for item in each.findings.objectives:
                if item not in self.objectives:
                    found.setdefault(item, []).append(each.label)
        return {item: tuple(labels) for item, labels in found.items()}

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The results of each run.

        Columns ``run``, ``name``, ``setting``, ``seed``, ``finished``, ``trials`` (with the
        baselines), ``networks``, ``generations``, ``seconds`` (elapsed), ``front`` (its size in the
        common objectives), ``unbeaten``, two columns for each common objective, its name (the
        best score) and ``fresh.NAME`` (the score of the champion on fresh seeds, if a run has one;
        NaN if there is none), ``hypervolume`` and ``hypervolume_share`` (of what all runs together
        dominate). If runs have a test part, ``test.NAME``, ``test.NAME.low`` and
        ``test.NAME.high`` for each score of the champion, NaN in runs without it.
        """
        of_setting = {each: name for name, group in self.settings.items() for each in group}
        rows = []
        for each in self.contenders:
            found = each.findings
            row: dict[str, object] = {
                "run": each.label,
                "name": each.name,
                "setting": of_setting[each],
                "seed": found.experiment.seed,
                "finished": found.finished,
                "trials": len(found.trials),
                "networks": found.networks,
                "generations": found.generations,
                "seconds": found.seconds,
                "front": len(each.front),
                "unbeaten": self.unbeaten[each.label],
            }
            for item in self.objectives:
                scores = {item.name: each.best(item), f"fresh.{item.name}": each.fresh(item)}
                row |= {name: scores[name] for name in scores if name in self.score_columns}
            volume = self._hypervolume([each])
            row |= {"hypervolume": volume, SHARE: volume / self._whole}
            rows.append(row | tables.score_columns(each.test))
        return pd.DataFrame(rows)

    @cached_property
    def fronts(self) -> pd.DataFrame:
        """A row for each trial of a front.

        Columns ``run``, ``number``, ``generation``, ``configuration`` and one for each objective.
        """
        names = [item.name for item in self.objectives]
        rows = [
            [each.label, trial.number, trial.generation, wording.configuration(trial.genome), *row]
            for each in self.contenders
            for trial, row in zip(each.front, each.front_scores, strict=True)
        ]
        columns = ["run", "number", "generation", "configuration", *names]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def dominance(self) -> pd.DataFrame:
        """How much of each front another one dominates: as good in all objectives, better in one.

        Columns ``run``, ``by``, ``dominated`` (how many trials of the run's front) and ``front``
        (its size).
        """
        rows = [
            [each.label, other.label, beaten, len(each.front)]
            for each in self.contenders
            for other in self.contenders
            if other is not each
            for beaten in [sum(dominated(each.front_costs, other.front_costs))]
        ]
        return pd.DataFrame(rows, columns=["run", "by", "dominated", "front"])

    @cached_property
    def unbeaten(self) -> Mapping[str, int]:
        """How many trials of each run's front no trial of another run dominates."""
        every = [row for each in self.contenders for row in each.front_costs]
        return {  # no trial of a front dominates another one of it
            each.label: len(each.front) - sum(dominated(each.front_costs, every))
            for each in self.contenders
        }

    @cached_property
    def histories(self) -> pd.DataFrame:
        """The best score so far: ``run``, ``objective``, ``trials``, ``seconds``, ``best``.

        A row wherever it became better, and one at the end of the run. The seconds are the time of
        all cores that training took.
        """
        parts = [
            best_so_far(item, column, each.seconds).assign(run=each.label, objective=item.name)
            for each in self.contenders
            for item, column in zip(self.objectives, each.scores.T, strict=True)
        ]
        return _stacked(parts, ["run", "objective", "trials", "seconds", "best"])

    def courses(self, item: "Objective") -> dict[str, tuple[Numbers, Numbers]]:
        """Return trials and best score of each run; if runs are grouped, settings' medians."""
        table = self.histories
        curves = {
            str(label): (rows["trials"].to_numpy(float), rows["best"].to_numpy(float))
            for label, rows in table[table["objective"] == item.name].groupby("run", sort=False)
        }
        if not self.is_grouped:
            return curves
        medians = {
            name: median_curve([curves[each.label] for each in group])
            for name, group in self.settings.items()
            if all(each.label in curves for each in group)
        }
        return {name: curve for name, curve in medians.items() if len(curve[0])}

    @cached_property
    def hypervolumes(self) -> pd.DataFrame:
        """The hypervolume so far.

        Columns ``run``, ``trials``, ``seconds``, ``hypervolume`` and ``hypervolume_share``.
        """
        if self.reference is None:
            return _stacked([], ["run", "trials", "seconds", "hypervolume", SHARE])
        parts = [
            hypervolume_so_far(each.fitnesses, each.seconds, self.reference).assign(run=each.label)
            for each in self.contenders
        ]
        whole = _stacked(parts, ["run", "trials", "seconds", "hypervolume"])
        return whole.assign(**{SHARE: whole["hypervolume"] / self._whole})

    @cached_property
    def distributions(self) -> pd.DataFrame:
        """The share of all trials of a search that have a score at least as good as a value.

        Columns ``run``, ``objective``, ``value`` and ``share``.
        """
        parts = [
            distribution(item, column).assign(run=each.label, objective=item.name)
            for each in self.contenders
            for item, column in zip(self.objectives, each.scores.T, strict=True)
        ]
        return _stacked(parts, ["run", "objective", "value", "share"])

    @cached_property
    def configurations(self) -> pd.DataFrame:
        """The best configuration of each run, a row for each gene.

        Columns ``gene``, ``differs`` and one for each run. If the genome lacks the gene, it has
        the training setting; None if the run has no such gene or it is not active.
        """
        genes = dict.fromkeys(
            name for each in self.contenders for name in each.findings.experiment.space.genes
        )
        found = [
            tables.settled(each.findings, each.findings.front[0]) if each.findings.front else {}
            for each in self.contenders
        ]
        rows = [[gene, *(values.get(gene) for values in found)] for gene in genes]
        rows = [[gene, any(each != row[0] for each in row), *row] for gene, *row in rows]
        return pd.DataFrame(rows, columns=["gene", "differs", *self.labels], dtype=object)

    @property
    def measures(self) -> tuple[str, ...]:
        """The columns of `runs` in which settings are compared."""
        scores = tuple(self.score_columns)
        return (*scores, SHARE) if len(self.objectives) > 1 else scores

    @cached_property
    def spreads(self) -> pd.DataFrame:
        """How much the runs of a setting differ.

        Columns ``setting``, ``measure`` (a column of `runs`), ``runs`` (that have a value),
        ``lowest``, ``median`` and ``highest``. If one of the two values in the middle is a penalty,
        it is the median, as there is nothing between it and a measurement. Runs that found nothing
        are worse than all others; with one of them in the middle there is no median.
        """
        rows = []
        for measure in self.measures:
            item = self.score_columns.get(measure)
            for setting, values in self._measured(measure).items():
                finite = [value for value in values if np.isfinite(value)]
                summary = [np.nan] * 3
                if finite:
                    beyond = -math.inf if item is None or item.maximised else math.inf
                    ranked = [*finite, *[beyond] * self.without_result(setting)]
                    middle, high = statistics.median(ranked), statistics.median_high(ranked)
                    if item and high > item.limit:
                        middle = high
                    middle = middle if math.isfinite(middle) else np.nan
                    summary = [min(finite), middle, max(finite)]
                rows.append([setting, measure, len(finite), *summary])
        columns = ["setting", "measure", "runs", "lowest", "median", "highest"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def tests(self) -> Mapping[str, tuple[RankTest, ...]]:
        """Rank tests of the settings in each measure; none of a setting with a single run.

        Runs that found nothing are the worst.
        """
        tests = {}
        for measure in self.measures:
            item = self.score_columns.get(measure)
            values = self._measured(measure).items()
            # The test prefers low values; of the share of a hypervolume, high ones are better.
            costs = {
                name: [item.cost(item.tied(each)) if item else -each for each in row]
                for name, row in values
            }
            tests[measure] = rank_tests(
                {
                    name: [*row, *[math.inf] * self.without_result(name)]
                    for name, row in costs.items()
                }
            )
        return tests

    def without_result(self, setting: str) -> int:
        """Return how many runs of a setting have ended, and found nothing: no trial that counts."""
        if not self.objectives:
            return 0
        return sum(not each.front and each.findings.finished for each in self.counted[setting])

    @cached_property
    def counted(self) -> Mapping[str, tuple[ComparedRun, ...]]:
        """The runs of each setting; of those with the same seed and results, the longest."""
        return {name: _without_copies(members) for name, members in self.settings.items()}

    @property
    def repeated(self) -> int:
        """How many runs are copies: with setting, seed and results of another one."""
        return len(self.contenders) - sum(map(len, self.counted.values()))

    @cached_property
    def reference(self) -> tuple[float, ...] | None:
        """The reference point of all hypervolumes; None without a complete trial.

        A tenth beyond the worst complete trial of all runs, outliers apart, on the scales on which
        objectives are compared.
        """
        points = np.concatenate([each.fitnesses for each in self.contenders])
        finite = points[np.isfinite(points).all(axis=1)]
        return reference_point(finite.tolist()) if finite.size else None

    @property
    def _findings(self) -> "list[Findings]":
        return [each.findings for each in self.contenders]

    @cached_property
    def _whole(self) -> float:
        """The hypervolume of the fronts of all runs together."""
        return self._hypervolume(self.contenders)

    def _hypervolume(self, runs: Sequence[ComparedRun]) -> float:
        if self.reference is None:
            return np.nan
        fronts = np.concatenate([each.fitnesses[each.front_places] for each in runs])
        return hypervolume(fronts, self.reference)

    def _measured(self, measure: str) -> dict[str, list[float]]:
        """Return a value of each run that has found something, by setting."""
        values = dict(zip(self.runs["run"], self.runs[measure].tolist(), strict=True))
        return {
            name: [values[each.label] for each in members if each.front]
            for name, members in self.counted.items()
        }


def _without_copies(runs: Sequence[ComparedRun]) -> tuple[ComparedRun, ...]:
    kept: list[ComparedRun] = []
    for run in runs:
        place = next((at for at, each in enumerate(kept) if _are_copies(run, each)), None)
        if place is None:
            kept.append(run)
        elif len(run.scores) > len(kept[place].scores):
            kept[place] = run
    return tuple(kept)


def _are_copies(run: ComparedRun, other: ComparedRun) -> bool:
    """Whether two runs of a setting have the same seed, and results as far as both have come.

    Others have a function whose results are not decided by the seed.
    """
    if run.findings.experiment.seed != other.findings.experiment.seed:
        return False
    count = min(len(run.scores), len(other.scores))
    return np.array_equal(run.scores[:count], other.scores[:count], equal_nan=True)


def _stacked(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]
