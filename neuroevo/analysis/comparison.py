"""What there is to compare in two or more runs, as tidy tables; knows no figure and no page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis import differences as differing
from neuroevo.analysis import tables
from neuroevo.analysis.dominance import dominated, fresh_score
from neuroevo.analysis.histories import (
    Numbers,
    best_so_far,
    distribution,
    hypervolume_so_far,
    median_course,
)
from neuroevo.analysis.rank_test import RankTest, rank_tests
from neuroevo.errors import UsageError
from neuroevo.evolution import hypervolume, reference_point
from neuroevo.evolution.front import nondominated

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import Objective
    from neuroevo.experiment import Experiment
    from neuroevo.runs import Trial

SHARE = "hypervolume_share"


@dataclass(frozen=True, eq=False)
class Contender:
    """One of the runs that are compared.

    Parameters
    ----------
    label
        What it is called here, unlike any other: by its setting and seed, or by its name.
    name
        What it is called elsewhere: its id, or its path.
    setting
        The number of its setting: runs of one setting differ in their seeds at most.
    findings
        What it found.
    objectives
        Those that all runs have.
    """

    label: str
    name: str
    setting: int
    findings: "Findings"
    objectives: "tuple[Objective, ...]"

    @cached_property
    def scores(self) -> Numbers:
        """The common objectives of each trial of the search, NaN where it was not completed."""
        return self._common(self.findings.score_table(self.findings.searched))

    @cached_property
    def fitnesses(self) -> Numbers:
        """The same on the scales on which they are compared."""
        return self._common(self.findings.fitnesses(self.findings.searched))

    @cached_property
    def seconds(self) -> Numbers:
        """What training took up to and with each trial, the time of all cores added up."""
        return np.cumsum([trial.seconds for trial in self.findings.searched], dtype=np.float64)

    @cached_property
    def front(self) -> "tuple[Trial, ...]":
        """The Pareto front in the common objectives, best first."""
        return tuple(self.findings.searched[place] for place in self._front)

    @property
    def front_scores(self) -> Numbers:
        """The common objectives of each network of the front."""
        return self.scores[self._front]

    @property
    def front_fitnesses(self) -> Numbers:
        """The same on the scales on which they are compared."""
        return self.fitnesses[self._front]

    def _common(self, table: Numbers) -> Numbers:
        """Return the columns of the common objectives, of what is finite in all."""
        table[~np.isfinite(table).all(axis=1)] = np.nan
        return table[:, [self.findings.objectives.index(item) for item in self.objectives]]

    @cached_property
    def _front(self) -> list[int]:
        places = np.flatnonzero(~np.isnan(self.scores).any(axis=1))
        if not self.objectives:
            return []
        kept: list[int] = places[nondominated(self.scores[places])].tolist()
        return sorted(kept, key=lambda place: tuple(self.scores[place]))

    def best(self, item: "Objective") -> tuple[float, float]:
        """Return the lowest score in an objective, and what that network gets on fresh seeds."""
        if not self.front:
            return np.nan, np.nan
        best = min(self.front, key=lambda trial: trial.objectives[item.name])
        return best.objectives[item.name], fresh_score(self.findings, best, item.name)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two or more runs beside one another. Every table calls a run by its label.

    Parameters
    ----------
    contenders
        The runs.
    objectives
        The objectives that all runs have, in the order of the first.
    """

    contenders: tuple[Contender, ...]
    objectives: "tuple[Objective, ...]"

    @classmethod
    def of(cls, runs: "Sequence[Findings]", names: Sequence[str] = ()) -> Self:
        """Compare runs.

        Parameters
        ----------
        runs
            What each found, two or more.
        names
            What each is called elsewhere, such as its path; its id by default.

        Raises
        ------
        UsageError
            If there are fewer than two.
        """
        if len(runs) < 2:  # noqa: PLR2004 - what a comparison is
            raise UsageError(f"runs: must be two or more to be compared, but got {len(runs)}")
        names = names or [run.identity or run.experiment.name for run in runs]
        numbers = differing.settings([run.experiment for run in runs])
        objectives = tuple(
            item for item in runs[0].objectives if all(item in run.objectives for run in runs)
        )
        labels = differing.labels(runs, numbers, names)
        contenders = (
            Contender(label, name, number, run, objectives)
            for label, name, number, run in zip(labels, names, numbers, runs, strict=True)
        )
        return cls(tuple(contenders), objectives)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(each.label for each in self.contenders)})"

    @property
    def labels(self) -> tuple[str, ...]:
        """What each run is called."""
        return tuple(each.label for each in self.contenders)

    @cached_property
    def settings(self) -> Mapping[str, tuple[Contender, ...]]:
        """The runs of each setting by its name, which is the run's label if each has only one."""
        numbers = [each.setting for each in self.contenders]
        is_alone = max(numbers) + 1 == len(numbers)
        names = self.labels if is_alone else differing.setting_names(self._experiments, numbers)
        return {
            name: tuple(each for each in self.contenders if each.setting == place)
            for place, name in enumerate(names)
        }

    @property
    def is_grouped(self) -> bool:
        """Whether there are several settings, and of one of them several runs."""
        return 1 < len(self.settings) < len(self.contenders)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The keys in which the experiments differ: ``key``, and a column a run with its value."""
        found = differing.differences(self._experiments)
        rows = [[key, *values] for key, values in found.items()]
        return pd.DataFrame(rows, columns=["key", *self.labels], dtype=object)

    @cached_property
    def environments(self) -> Mapping[str, tuple[str, ...]]:
        """What a run ran on other than the first did, one line each; only where it did."""
        found = differing.environments([each.findings for each in self.contenders])
        return {self.labels[place]: lines for place, lines in found.items()}

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """The keys in which experiments differ that change what a score measures."""
        return differing.caution(self._experiments)

    @cached_property
    def uncommon(self) -> Mapping[str, tuple[str, ...]]:
        """The objectives that only some runs have, with the labels of these."""
        found: dict[str, list[str]] = {}
        for each in self.contenders:
            for item in each.findings.objectives:
                if item not in self.objectives:
                    found.setdefault(item.name, []).append(each.label)
        return {name: tuple(labels) for name, labels in found.items()}

    @cached_property
    def runs(self) -> pd.DataFrame:
        """What each run found.

        Columns ``run``, ``name``, ``setting``, ``seed``, ``finished``, ``trials`` (with the
        baselines), ``networks``, ``generations``, ``seconds`` (by the clock), ``front`` (its size
        in the common objectives), ``unbeaten``, for each of these a column with its name (the
        lowest score) and one with ``fresh.`` before it (what that network gets on fresh seeds, NaN
        if it was not scored again), ``hypervolume`` and ``hypervolume_share`` (of what all runs
        together dominate).
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
                row[item.name], row[f"fresh.{item.name}"] = each.best(item)
            volume = self._hypervolume(each.front_fitnesses)
            rows.append(row | {"hypervolume": volume, SHARE: self._share(volume)})
        return pd.DataFrame(rows)

    @cached_property
    def fronts(self) -> pd.DataFrame:
        """A row a network of a front.

        Columns ``run``, ``number``, ``generation``, ``configuration`` and a column an objective.
        """
        names = [item.name for item in self.objectives]
        rows = [
            [each.label, trial.number, trial.generation, wording.configuration(trial.genome), *row]
            for each in self.contenders
            for trial, row in zip(each.front, each.front_scores.tolist(), strict=True)
        ]
        columns = ["run", "number", "generation", "configuration", *names]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def dominance(self) -> pd.DataFrame:
        """How much of each front another one dominates: as good in all objectives, better in one.

        Columns ``run``, ``by``, ``dominated`` (how many networks of the run's front) and ``front``
        (of how many).
        """
        rows = [
            [each.label, other.label, beaten, len(each.front)]
            for each in self.contenders
            for other in self.contenders
            if other is not each
            for beaten in [sum(dominated(each.front_scores.tolist(), other.front_scores.tolist()))]
        ]
        return pd.DataFrame(rows, columns=["run", "by", "dominated", "front"])

    @cached_property
    def unbeaten(self) -> Mapping[str, int]:
        """How many networks of each run's front no network of another run dominates."""
        kept = {}
        for each in self.contenders:
            others = [
                row
                for other in self.contenders
                if other is not each
                for row in other.front_scores.tolist()
            ]
            beaten = dominated(each.front_scores.tolist(), others)
            kept[each.label] = len(beaten) - sum(beaten)
        return kept

    @cached_property
    def histories(self) -> pd.DataFrame:
        """The lowest score so far: ``run``, ``objective``, ``trials``, ``seconds``, ``best``.

        A row wherever it fell, and one at the end of the run. The seconds are those of training,
        the time of all cores added up.
        """
        parts = [
            best_so_far(column, each.seconds).assign(run=each.label, objective=item.name)
            for each in self.contenders
            for item, column in zip(self.objectives, each.scores.T, strict=True)
        ]
        return _stacked(parts, ["run", "objective", "trials", "seconds", "best"])

    def courses(self, item: "Objective") -> dict[str, tuple[Numbers, Numbers]]:
        """Return trials and lowest score of each run; where runs are grouped, settings' medians."""
        table = self.histories
        courses = {
            str(label): (rows["trials"].to_numpy(float), rows["best"].to_numpy(float))
            for label, rows in table[table["objective"] == item.name].groupby("run", sort=False)
        }
        if not self.is_grouped:
            return courses
        medians = {
            name: median_course([courses[each.label] for each in group])
            for name, group in self.settings.items()
            if all(each.label in courses for each in group)
        }
        return {name: course for name, course in medians.items() if len(course[0])}

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
        """The share of all trials of a search that are as good as a value or better.

        Columns ``run``, ``objective``, ``value`` and ``share``.
        """
        parts = [
            distribution(column).assign(run=each.label, objective=item.name)
            for each in self.contenders
            for item, column in zip(self.objectives, each.scores.T, strict=True)
        ]
        return _stacked(parts, ["run", "objective", "value", "share"])

    @cached_property
    def configurations(self) -> pd.DataFrame:
        """The best configuration of each run, gene by gene.

        Columns ``gene``, ``differs`` and a column a run, with what a genome leaves open as the
        training setting; None where a run has no such gene or does not read it.
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
        scores = [name for item in self.objectives for name in (item.name, f"fresh.{item.name}")]
        return (*scores, SHARE) if len(self.objectives) > 1 else tuple(scores)

    @cached_property
    def spreads(self) -> pd.DataFrame:
        """How far the runs of a setting lie apart.

        Columns ``setting``, ``measure`` (a column of `runs`), ``runs`` (that have a value),
        ``lowest``, ``median`` and ``highest``.
        """
        rows = []
        for measure in self.measures:
            for setting, values in self._measured(measure).items():
                finite = [value for value in values if np.isfinite(value)]
                summary = np.quantile(finite, [0, 0.5, 1]) if finite else [np.nan] * 3
                rows.append([setting, measure, len(finite), *summary])
        columns = ["setting", "measure", "runs", "lowest", "median", "highest"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def tests(self) -> Mapping[str, tuple[RankTest, ...]]:
        """Rank tests of the settings in each measure; none of a setting with a single run."""
        signs = {SHARE: -1}  # the larger, the better
        return {
            measure: rank_tests(
                {
                    name: [signs.get(measure, 1) * value for value in values]
                    for name, values in self._measured(measure).items()
                }
            )
            for measure in self.measures
        }

    @cached_property
    def reference(self) -> tuple[float, ...] | None:
        """The point up to which all hypervolumes are measured; None without a completed trial.

        A tenth beyond the worst completed trial of all runs, on the scales on which trials are
        compared.
        """
        points = np.concatenate([each.fitnesses for each in self.contenders])
        finite = points[np.isfinite(points).all(axis=1)]
        return reference_point(finite.tolist()) if finite.size else None

    @property
    def _experiments(self) -> "list[Experiment]":
        return [each.findings.experiment for each in self.contenders]

    @cached_property
    def _whole(self) -> float:
        """The hypervolume of what all runs found together."""
        return self._hypervolume(np.concatenate([each.front_fitnesses for each in self.contenders]))

    def _hypervolume(self, fitnesses: Numbers) -> float:
        return np.nan if self.reference is None else hypervolume(fitnesses, self.reference)

    def _share(self, volume: float) -> float:
        return volume / self._whole if self.reference is not None else np.nan

    def _measured(self, measure: str) -> dict[str, list[float]]:
        columns = self.runs.groupby("setting", sort=False)[measure]
        return {str(name): column.tolist() for name, column in columns}


def _stacked(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]
