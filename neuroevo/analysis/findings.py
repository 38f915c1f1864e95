"""The results of a run in memory: its trials, front, baselines and champions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo.analysis.features import Feature, features
from neuroevo.analysis.gene_importance import Importances, importances
from neuroevo.errors import NeuroevoError
from neuroevo.evaluation import layers_of, phenotype_of
from neuroevo.evolution.front import nondominated
from neuroevo.learning import UNKNOWN_COLUMNS, Columns, Network, samples_seen
from neuroevo.runs import (
    Champion,
    TrialOrigin,
    best_toml,
    champion_first,
    champions_in,
    fresh_scores,
    is_measured,
    latest_environment,
    trained_networks,
    trial_violation,
)

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.evaluation.diagnosis import Diagnosis
    from neuroevo.evolution import Constraint
    from neuroevo.experiment import Experiment, Origin
    from neuroevo.runs import EarlierRun, HeldOutScores, RescoredTrial, Trial
    from neuroevo.space import Value

EXCERPT = 10  # trials of the front, where not all of them are shown


@dataclass(frozen=True, eq=False, repr=False)
class Findings:
    """An experiment with the results of its run.

    Parameters
    ----------
    experiment
        The experiment.
    trials
        All trials, with the baselines, by number.
    rescored
        What was scored on fresh seeds: the front and the baselines, with their trained networks;
        nothing while the run is running.
    columns
        The columns of the data.
    kept
        What the task's own page needs of its data, see `neuroevo.tasks.Task.kept`.
    environment
        The environment of the run, see `neuroevo.runs.environment`.
    identity
        The run's id.
    seconds
        Elapsed time of the search; NaN if it is unknown.
    finished
        Whether the search is complete.
    reason
        Why it ended or was interrupted; empty while it is running, and if it is unknown.
    initial, initial_from
        The genomes of the first generation that were given, and where they were taken from, see
        `neuroevo.runs.Start`.
    earlier_runs
        Trials of earlier runs from which the model of the strategy learned.
    random
        Trials of a random search in the same space, in their order, if there was one.
    preparation
        How raw rows are turned into inputs, see `neuroevo.tasks.TaskData`.
    held_out
        The scores on the test part; None without one, and while the run is not finished.
    ablation
        Trials of an ablation, see `neuroevo.search.ablate`, if there was one.
    fingerprint
        A description of each array of the data, see `neuroevo.runs.Start`.
    """

    experiment: "Experiment"
    trials: "tuple[Trial, ...]"
    rescored: "tuple[RescoredTrial, ...]" = ()
    columns: Columns = UNKNOWN_COLUMNS
    kept: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    identity: str = ""
    seconds: float = math.nan
    finished: bool = True
    random: "tuple[Trial, ...]" = ()
    ablation: "tuple[Trial, ...]" = ()
    preparation: Mapping[str, Any] = field(default_factory=dict)
    held_out: "HeldOutScores | None" = None
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    initial: "tuple[Mapping[str, Value], ...]" = ()
    initial_from: str = ""
    earlier_runs: "tuple[EarlierRun, ...]" = ()

    def __repr__(self) -> str:
        counts = f"{len(self.trials)} trials, front of {len(self.front)}"
        return f"Findings({self.identity or self.experiment.name!r}: {counts})"

    @cached_property
    def objectives(self) -> "tuple[Objective, ...]":
        """The objectives of the search, in the experiment's order."""
        return self.experiment.objectives

    @cached_property
    def searched(self) -> "tuple[Trial, ...]":
        """The trials of the search: all except the baselines."""
        return tuple(trial for trial in self.trials if trial.operator != "baseline")

    @property
    def stopped(self) -> int:
        """Number of trials of the search that were stopped early, and had not diverged by then."""
        return sum(trial.state == "stopped" for trial in self.searched)

    @cached_property
    def baselines(self) -> "tuple[Trial, ...]":
        """The baselines' trials."""
        return tuple(trial for trial in self.trials if trial.operator == "baseline")

    @cached_property
    def rivals(self) -> "tuple[Trial, ...]":
        """The baselines' trials with which the champion is compared: those that are feasible."""
        return tuple(trial for trial in self.baselines if self.is_feasible(trial))

    @cached_property
    def complete(self) -> "tuple[Trial, ...]":
        """The trials of the search whose objectives are all finite, and quantities with bounds."""
        return tuple(trial for trial in self.searched if self.is_complete(trial))

    @cached_property
    def feasible(self) -> "tuple[Trial, ...]":
        """The complete trials that keep all constraints."""
        return tuple(trial for trial in self.complete if self.is_feasible(trial))

    @cached_property
    def constraints(self) -> "tuple[Constraint, ...]":
        """The constraints of the search, in the experiment's order."""
        return self.experiment.constraints

    @cached_property
    def by_generation(self) -> "Mapping[int, tuple[Trial, ...]]":
        """The trials of the search by their generation, from the first to the last."""
        trials: dict[int, list[Trial]] = {}
        for trial in self.searched:
            trials.setdefault(trial.generation, []).append(trial)
        return {generation: tuple(trials[generation]) for generation in sorted(trials)}

    @cached_property
    def front(self) -> "tuple[Trial, ...]":
        """The Pareto front of the search: the champion, then the others, best first.

        A trial is on it if no other is as good in every objective and better in one; of trials
        with equal objectives, the first. With constraints, only trials that keep them are on it; if
        none does, it is the trial that is nearest to it. The champion is chosen by
        `neuroevo.runs.champion_first`; the others are sorted by the first objective, ties by the
        following.
        """
        points = [self.costs(trial) for trial in self.complete]
        violations = [trial_violation(trial, self.constraints) for trial in self.complete]
        kept = np.flatnonzero(nondominated(points, violations))
        front = sorted((self.complete[index] for index in kept), key=self.costs)
        reduction = self.experiment.evolution.reduction
        # Those of a run that goes on after its end know only its earlier front.
        rescored = self.rescored if self.finished else ()
        fresh = {each.number: fresh_scores(each, reduction) for each in rescored}
        return champion_first(front, self.experiment, fresh)

    def excerpt(self, most: int = EXCERPT) -> tuple[int, ...]:
        """Return ranks of the front: all, or at most ``most`` (2 or more), evenly spaced."""
        last = len(self.front) - 1
        if last < most:
            return tuple(range(1, last + 2))
        return tuple(1 + round(place * last / (most - 1)) for place in range(most))

    @cached_property
    def generations(self) -> int:
        """Number of generations that have trials."""
        return max((trial.generation for trial in self.searched), default=-1) + 1

    def samples_seen(self, points: int) -> NDArray[np.int64]:
        """Return the samples seen at each point of a learning curve that has so many of them."""
        return samples_seen(self.experiment.training.samples, points)

    def configuration_file(self, trial: "Trial") -> str:
        """Return a trial's configuration as an experiment file; of the best one, best.toml."""
        return best_toml(self.experiment, trial, self.origin(trial))

    def origin(self, trial: "Trial") -> "Origin":
        """Return where a trial's configuration comes from, with its scores."""
        known = TrialOrigin(
            self.identity,
            latest_environment(self.environment),
            self.fingerprint,
            self.columns,
            self._rescored,
            self.held_out,
            self.objectives,
        )
        return known.of(trial)

    @cached_property
    def genes(self) -> tuple[str, ...]:
        """The genes' names: those of the search space, then those that only a baseline has."""
        names = dict.fromkeys(self.experiment.space.genes)
        for trial in self.trials:
            names.update(dict.fromkeys(trial.genome))
        return tuple(names)

    @cached_property
    def traits(self) -> tuple[str, ...]:
        """The genes' names, and ``activation`` if hidden layers have activations of their own."""
        layers = (layer for trial in self.trials for layer in layers_of(trial.genome))
        own = any(layer.activation for layer in layers)
        return tuple(dict.fromkeys([*self.genes, *["activation"] * own]))

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The features that vary among the complete trials."""
        return features(self.experiment.space.genes, self.complete)

    @cached_property
    def importances(self) -> Importances:
        """The importance of each feature; computing it takes a second.

        What a trial that was stopped early would have reached is not known, so it is left out.
        """
        ended = [trial for trial in self.searched if trial.state != "stopped"]
        genes = self.experiment.space.genes
        return importances(self.objectives, genes, ended, self.fitnesses(ended))

    @property
    def diagnosis(self) -> "Diagnosis | None":
        """What the champion's kept network does on the test part; None if it is unknown."""
        # It is of the first network that was scored: without a front, that is a baseline's.
        if self.held_out is None or not (self.front and self.held_out.models):
            return None
        is_champion = self.held_out.models[0].number == self.front[0].number
        return self.held_out.diagnosis if is_champion else None

    @property
    def weighs_test_rows(self) -> bool:
        """Whether test rows have weights, which count in scores."""
        return "test_weights" in self.fingerprint

    @cached_property
    def champions(self) -> tuple[Champion, ...]:
        """The trained networks of the front and of the baselines; none while the run is running."""
        return tuple(champions_in(self.rescored))

    @property
    def networks(self) -> int:
        """Number of networks that were trained for the trials; 0 if a function was searched."""
        return sum(trained_networks(trial, self.experiment) for trial in self.trials)

    def scores(self, trial: "Trial") -> tuple[float, ...]:
        """Return a trial's objectives in the experiment's order, NaN if it lacks one."""
        objectives = trial.objectives
        return tuple([objectives.get(name, math.nan) for name in self._objective_names])

    def costs(self, trial: "Trial") -> tuple[float, ...]:
        """Return a trial's scores so that less is better: infinite if they are not finite."""
        return tuple(
            item.cost(score) if math.isfinite(score) else math.inf
            for item, score in zip(self.objectives, self.scores(trial), strict=True)
        )

    def score_table(self, trials: "Sequence[Trial]") -> NDArray[np.float64]:
        """Return the scores of some trials, array (trials, objectives)."""
        rows = np.array([self.scores(trial) for trial in trials], dtype=np.float64)
        return rows.reshape(len(trials), len(self.objectives))

    def fitnesses(self, trials: "Sequence[Trial]") -> NDArray[np.float64]:
        """Return the scores on the scales on which a search compares them, where less is better.

        Returns
        -------
        numpy.ndarray
            Array (trials, objectives), NaN if a value is not finite.
        """
        rows = self.score_table(trials)
        logarithmic = [item.logarithmic for item in self.objectives]
        with np.errstate(divide="ignore", invalid="ignore"):
            rows[:, logarithmic] = np.log10(rows[:, logarithmic])
        rows *= [-1 if item.maximised else 1 for item in self.objectives]
        rows[~np.isfinite(rows)] = np.nan
        return rows

    def is_complete(self, trial: "Trial") -> bool:
        """Whether all of a trial's objectives are finite, and quantities with bounds."""
        finite = all(math.isfinite(score) for score in self.scores(trial))
        return finite and is_measured(trial, self.constraints)

    def is_feasible(self, trial: "Trial") -> bool:
        """Whether a trial keeps all constraints; without constraints each does."""
        return trial_violation(trial, self.constraints) == 0

    def feasibility(self, trial: "Trial") -> bool | None:
        """Return whether a trial keeps all constraints; None if that is not known of it."""
        return self.is_feasible(trial) if self.is_complete(trial) else None

    @property
    def lacks_feasible(self) -> bool:
        """Whether some trials are complete, but none of them keeps the constraints."""
        return bool(self.complete) and not self.feasible

    def rescored_of(self, trial: "Trial") -> "RescoredTrial | None":
        """Return the scores of a trial on fresh seeds, None if it has none."""
        return self._rescored.get(trial.number)

    def champion_of(self, trial: "Trial") -> Champion | None:
        """Return the trained networks of a trial, None if they were not kept."""
        found = self.rescored_of(trial)
        return found if isinstance(found, Champion) else None

    def layer_sizes(self, trial: "Trial") -> tuple[int, ...]:
        """Return the sizes of a trial's layers; inputs and outputs only if they are known."""
        champion = self.champion_of(trial)
        if champion is not None:
            return tuple(champion.architecture.layer_sizes)
        hidden = tuple(layer.width for layer in layers_of(trial.genome))
        if self._layer_ends is None:
            return hidden
        try:
            phenotype = phenotype_of(trial.genome, self._layer_ends, self.experiment.training)
        except (NeuroevoError, KeyError):  # a genome that does not describe a network
            return (self._layer_ends[0], *hidden, self._layer_ends[1])
        return tuple(phenotype.architecture.layer_sizes)

    def network(self, trial: "Trial") -> Network | None:
        """Return the network of a trial that is kept, see `Champion.kept`, if there is one."""
        return next(iter(self.networks_of(trial)), None)

    def networks_of(self, trial: "Trial") -> tuple[Network, ...]:
        """Return the networks of a trial that have not diverged, the best one first.

        See `Champion.best_replicates`; the first is that of `network`.
        """
        champion = self.champion_of(trial)
        if champion is None:
            return ()
        return tuple(
            Network(champion.architecture, champion.parameters[place], self.columns)
            for place in champion.best_replicates
        )

    @cached_property
    def _objective_names(self) -> tuple[str, ...]:
        return tuple(item.name for item in self.objectives)

    @cached_property
    def _layer_ends(self) -> tuple[int, int] | None:
        """The numbers of inputs and outputs, None if they are unknown."""
        if self.champions:
            architecture = self.champions[0].architecture
            return architecture.inputs, architecture.outputs
        ends = len(self.columns.inputs), len(self.columns.outputs)
        return ends if all(ends) else None

    @cached_property
    def _rescored(self) -> "dict[int, RescoredTrial]":
        return {each.number: each for each in self.rescored}
