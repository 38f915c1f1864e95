"""The search loop: ask, train, record, tell. Does not know how a run starts or is resumed."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self

from neuroevo.errors import NeuroevoError
from neuroevo.evaluation import TRAINING_GENES
from neuroevo.evolution import Candidate, Individual, costs_of, front_of
from neuroevo.experiment import Experiment
from neuroevo.learning import UNKNOWN_COLUMNS
from neuroevo.runs import (
    Champion,
    HeldOutScores,
    RescoredTrial,
    Trial,
    TrialOrigin,
    best_toml,
    champion_first,
    champions_in,
    environment,
    fresh_scores,
    is_measured,
    trained_networks,
    trial_excesses,
    trial_violation,
)
from neuroevo.search.beginning import NOTHING, Beginning
from neuroevo.search.early_stopping import EarlyStopping
from neuroevo.search.outcomes import fitness_of, variance_of
from neuroevo.search.progress import Observer, Phase, Progress, StoppedError
from neuroevo.search.record import Record
from neuroevo.search.rescoring import rescored_trials, with_training_curves
from neuroevo.search.stopping import (
    ENDS,
    EXHAUSTED,
    STOPPED,
    End,
    Stagnation,
    end_of,
    time_is_over,
)
from neuroevo.search.testing import held_out_scores
from neuroevo.search.trainer import Trainer
from neuroevo.space import SearchSpace, Value
from neuroevo.strategies import STRATEGIES, Options, Strategy
from neuroevo.tasks import Baseline

_SHARE_OF_SAVING = 0.05  # of the time, at most: an earlier checkpoint and the journal are enough


def ends_of(experiment: Experiment) -> dict[str, Any]:
    """Return the settings that only decide when a search ends, as plain JSON values."""
    return experiment.evolution.model_dump(mode="json", include=set(ENDS))


@dataclass(slots=True, eq=False)
class SearchState:
    """The state of a search: all that its next step depends on, besides its trials.

    Attributes
    ----------
    strategy
        Chooses the candidates; it has received the results of the first `evaluated` trials.
    evaluated
        Number of trials whose results the strategy has received or that are baselines; their
        numbers are the lowest.
    front
        The front of all complete generations, best first.
    newest
        Trials evaluated since the last complete generation.
    stagnation
        For how long the front has not improved.
    seconds
        How long the search took before this process.
    early_stopping
        Decides which trials go on from a rung, after it has received the results of the first
        `evaluated` trials; None if all do.
    """

    strategy: Strategy
    evaluated: int = 0
    front: list[Trial] = field(default_factory=list)
    newest: list[Trial] = field(default_factory=list)
    stagnation: Stagnation = field(default_factory=Stagnation)
    seconds: float = 0.0
    early_stopping: EarlyStopping | None = None

    @classmethod
    def at_first(
        cls,
        experiment: Experiment,
        beginning: Beginning = NOTHING,
        seconds: float = 0.0,
        space: SearchSpace | None = None,
    ) -> Self:
        """Return the state at the start.

        Parameters
        ----------
        experiment
            The experiment.
        beginning
            What the search is given besides.
        seconds
            How long the search took already.
        space
            The space that is searched, see `Trainer.space`; by default without a restriction.
        """
        space = space or experiment.space
        evolution, baselines = experiment.evolution, len(experiment.task.baselines)
        options = Options(
            evolution.population,
            experiment.seed,
            tuple(filter(space.allows, beginning.genomes)),
            baselines,
            look_ahead=evolution.look_ahead or 1,
            effort=evolution.effort or "medium",
            earlier=beginning.individuals(experiment),
        )
        strategy = STRATEGIES[evolution.strategy](space, options)
        early_stopping = _early_stopping(experiment, strategy)
        return cls(strategy, seconds=seconds, early_stopping=early_stopping)

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON values, without the seconds."""
        return {
            "strategy": self.strategy.state(),
            "evaluated": self.evaluated,
            "front": [trial.number for trial in self.front],
            "newest": [trial.number for trial in self.newest],
            "stagnation": self.stagnation.state(),
        }

    def end(self, experiment: Experiment, seconds: float) -> End | None:
        """Return why the search ends after so many seconds; None if it goes on."""
        generations = self.strategy.generation
        return end_of(experiment, generations, self.front, self.stagnation, seconds)

    @classmethod
    def from_values(
        cls,
        experiment: Experiment,
        values: Mapping[str, Any],
        trials: Mapping[int, Trial],
        space: SearchSpace | None = None,
    ) -> Self:
        """Restore a state from its values and ``seconds``; `trials` are the evaluated ones.

        The space is that of `at_first`.

        Raises
        ------
        UsageError, KeyError, TypeError, ValueError, AttributeError
            If the values are no state of this search.
        """
        known = STRATEGIES[experiment.evolution.strategy]
        strategy = known.from_state(space or experiment.space, values["strategy"])
        evaluated = int(values["evaluated"])
        early_stopping = _early_stopping(experiment, strategy)
        if early_stopping is not None:
            for number in range(len(experiment.task.baselines), evaluated):
                early_stopping.receive(trials[number])
        return cls(
            strategy,
            evaluated,
            [trials[number] for number in values["front"]],
            [trials[number] for number in values["newest"]],
            Stagnation.from_state(values["stagnation"]),
            float(values["seconds"]),
            early_stopping,
        )


def _early_stopping(experiment: Experiment, strategy: Strategy) -> EarlyStopping | None:
    if not experiment.rungs:
        return None
    return EarlyStopping(experiment, strategy.look_ahead)


class Search:
    """A search that goes on from a state.

    Parameters
    ----------
    trainer
        Trains candidates of the experiment.
    record
        Stores trials; those that it holds are not trained again.
    state
        Where the search goes on.
    observer
        Receives all progress.
    stop
        Returns whether the search shall stop before its end.
    """

    def __init__(
        self,
        trainer: Trainer,
        record: Record,
        state: SearchState,
        observer: Observer,
        stop: Callable[[], bool],
    ) -> None:
        self._trainer, self._record, self._state = trainer, record, state
        self._observer, self._stop = observer, stop
        self._experiment = trainer.experiment
        self._objectives = trainer.experiment.objectives
        self._start = time.monotonic() - state.seconds
        self._phase: Phase = "baselines"
        self._reason = ""  # why the search ends; empty while it goes on
        self._stopped = ""  # why it was stopped before
        self._best = ""  # the text of best.toml, at the end
        self._known = frozenset(record.trials)
        self._finished, self._networks = record.finished
        self._baselines: tuple[Trial, ...] = ()
        self._front = champion_first(state.front, self._experiment, {})
        self._asked: dict[int, Candidate] = {}  # and not yet evaluated
        self._early: dict[int, Trial] = {}  # finished before one with a lower number
        self._generation = state.strategy.generation  # that is evaluated
        self._begun = begun_generations(state, record.trials.values())
        self._saved, self._cost_of_saving = -math.inf, 0.0  # when, and how many seconds it took

    def run(self) -> None:
        """Go on to the end.

        Raises
        ------
        StoppedError
            If it was asked to stop before.
        StorageError
            If the run can't be stored, or its journal is that of another search.
        """
        try:
            self._evaluate_baselines()
            self._evolve()
            self._rescore()
        except StoppedError:
            raise
        except NeuroevoError as error:
            self._stopped = f"failed: {error.problems[0]}"
            with suppress(NeuroevoError):  # the error itself matters more
                self.save()
            raise

    def _evaluate_baselines(self) -> None:
        if self._experiment.task.baselines:
            self._report()
        candidates = deque(
            Candidate(number, self._genome(baseline), 0, "baseline", name=baseline.name)
            for number, baseline in enumerate(self._experiment.task.baselines)
        )
        count = len(candidates)
        trials = []
        for trial in self._trainer.trials(candidates, self._record, self._is_to_stop):
            trials.append(trial)
            self._count(trial)
        if self._stop() and len(trials) < count:
            self._halt()
        self._baselines = tuple(sorted(trials, key=lambda trial: trial.number))
        if len(trials) == count:
            self._state.evaluated = max(self._state.evaluated, count)

    def _genome(self, baseline: Baseline) -> dict[str, Value]:
        """Return a baseline's genome, without settings that are no genes and not its own."""
        space, training = self._experiment.space.genes, self._experiment.training
        return {
            name: value
            for name, value in baseline.configuration.items()
            if name in space or name not in TRAINING_GENES or value != getattr(training, name)
        }

    def _evolve(self) -> None:
        """Ask, evaluate and tell until there is a reason to end.

        The strategy receives results in the order of trial numbers, and is asked as soon as fewer
        candidates than its look-ahead are asked and not yet evaluated. So nothing depends on
        which candidate is finished first.
        """
        self._phase = "searching"
        self._reason = self._reason_to_end()
        self._report()
        candidates: deque[Candidate] = deque()
        self._ask(candidates)
        verdicts = self._state.early_stopping
        for trial in self._trainer.trials(candidates, self._record, self._is_to_stop, verdicts):
            self._early[trial.number] = trial
            self._count(trial)
            while self._state.evaluated in self._early:
                self._tell(self._early.pop(self._state.evaluated))
                self._ask(candidates)
        if self._reason:
            return
        if not self._asked:
            self._reason = EXHAUSTED
            return
        if self._stop():
            self._halt()
        # The time was over before these were evaluated.
        self._reason = self._time_is_over()
        early = [self._early[number] for number in sorted(self._early)]
        self._extend_front([*self._state.newest, *early])

    def _ask(self, candidates: deque[Candidate]) -> None:
        """Ask for as many candidates as the look-ahead allows, if the search goes on."""
        if self._reason:
            return
        evolution, strategy = self._experiment.evolution, self._state.strategy
        first = self._state.evaluated + len(self._asked)
        left = evolution.population * evolution.generations + len(self._baselines) - first
        new = strategy.ask(min(strategy.look_ahead - len(self._asked), left))
        self._asked |= {candidate.number: candidate for candidate in new}
        candidates.extend(new)
        oldest = next(iter(self._asked.values()), None)
        if oldest is not None and oldest.generation != self._generation:
            self._generation = oldest.generation
            self._report()

    def _tell(self, trial: Trial) -> None:
        state = self._state
        generation = state.strategy.generation
        genome = self._experiment.space.genome(self._asked.pop(trial.number).genome)
        state.newest.append(trial)
        if state.early_stopping is not None:
            fitness, excesses = state.early_stopping.receive(trial)
        else:
            fitness = self._fitness(trial)
            excesses = trial_excesses(trial, self._experiment.constraints)
        price = self._experiment.evolution.price
        known = math.nan if price is None else trial.quantity(price)
        variance = variance_of(trial, self._experiment)
        state.strategy.tell([Individual(trial.number, genome, fitness, excesses, known, variance)])
        state.evaluated += 1
        if state.strategy.generation > generation:
            self._end_generation()

    def _end_generation(self) -> None:
        state, trials = self._state, self._state.newest
        state.newest = []
        self._extend_front(trials)
        state.stagnation = state.stagnation.after(
            self._feasible_costs(trials),
            self._feasible_costs(state.front),
            min(map(self._violation, state.front), default=math.inf),
        )
        if self._seconds() - self._saved >= self._cost_of_saving / _SHARE_OF_SAVING:
            self.save()
        self._reason = self._reason_to_end()

    def _extend_front(self, trials: Sequence[Trial]) -> None:
        self._state.front = front_of([*self._state.front, *trials], self._costs, self._violation)
        self._front = champion_first(self._state.front, self._experiment, {})
        self._report()

    def _reason_to_end(self) -> str:
        end = self._state.end(self._experiment, self._searched_seconds())
        return end.reason if end else ""

    def _time_is_over(self) -> str:
        end = time_is_over(self._experiment.evolution, self._searched_seconds())
        return end.reason if end else ""

    def _searched_seconds(self) -> float:
        """Return the seconds that a time limit counts: 0 until a first trial is finished."""
        has_trials = self._finished > len(self._experiment.task.baselines)
        return self._seconds() if has_trials else 0.0

    def _is_to_stop(self) -> bool:
        return self._stop() or bool(self._time_is_over())

    def _rescore(self) -> None:
        """Evaluate the front and the baselines on fresh seeds; networks are also trained again."""
        if not self._experiment.fresh_replicates:
            self._finish(None)
            return
        self._phase = "rescoring"
        self._report()
        trials = [*self._state.front, *self._baselines]
        trials = [trial for trial in trials if trial.state != "failed"]
        scored = self._rescored(trials)
        reduction = self._experiment.evolution.reduction
        again = {number: fresh_scores(each, reduction) for number, each in scored.items()}
        self._front = champion_first(self._state.front, self._experiment, again)
        rescored = [
            scored[trial.number]
            for trial in (*self._front, *self._baselines)
            if trial.number in scored
        ]
        self._finish(self._with_training_curves(rescored, trials))

    def _rescored(self, trials: Sequence[Trial]) -> Mapping[int, RescoredTrial]:
        scored = rescored_trials(self._trainer, trials, self._stop)
        if scored is None:
            self._halt()
        return scored

    def _finish(self, rescored: Sequence[RescoredTrial] | None) -> None:
        scores = self._tested(rescored or ())
        if self._front:
            best = self._front[0]
            origin = self._origin(rescored or (), scores).of(best)
            self._best = best_toml(self._experiment, best, origin)
        self._record.finish(rescored, self._best, scores)
        self._phase = "finished"
        self.save()
        self._report()

    def _origin(
        self, rescored: Sequence[RescoredTrial], scores: HeldOutScores | None
    ) -> TrialOrigin:
        folder, data = self._record.folder, self._trainer.data
        return TrialOrigin(
            self._experiment.name if folder is None else folder.id,
            environment(),
            self._trainer.fingerprint,
            UNKNOWN_COLUMNS if data is None else data.columns,
            {each.number: each for each in rescored},
            scores,
            self._objectives,
        )

    def _with_training_curves(
        self, rescored: Sequence[RescoredTrial], trials: Sequence[Trial]
    ) -> Sequence[RescoredTrial]:
        """Add the curves on training samples to the first one, if there is a test part."""
        data, first = self._trainer.data, next(iter(rescored), None)
        if data is None or data.test_inputs is None or not isinstance(first, Champion):
            return rescored
        [trial] = [each for each in trials if each.number == first.number]
        found = with_training_curves(self._trainer, first, trial, self._stop)
        if found is None:
            self._halt()
        return [found, *rescored[1:]]

    def _tested(self, rescored: Sequence[RescoredTrial]) -> HeldOutScores | None:
        """Score the champions and reference models on the test part, if there is one."""
        data = self._trainer.data
        if data is None or data.test_inputs is None:
            return None
        self._phase = "testing"
        self._report()
        scores = held_out_scores(self._experiment, data, champions_in(rescored), self._stop)
        if scores is None:
            self._halt()
        return scores

    def _halt(self) -> NoReturn:
        """Save the state and stop the search."""
        self._stopped = STOPPED
        self.save()
        folder = self._record.folder
        if folder is None:
            raise StoppedError(f"{self._experiment.name}: stopped before its end")
        raise StoppedError(f"{folder.id}: stopped before its end; it can be resumed")

    def save(self) -> None:
        """Save the state of the search as a checkpoint."""
        start = self._seconds()
        state = {
            "phase": self._phase,
            "reason": self._reason if self._phase == "finished" else self._stopped,
            "ends": ends_of(self._experiment),
            "generation": self._state.strategy.generation,
            "trials": self._finished,
            "best": self._best,
            "seconds": start,
            **self._state.values(),
        }
        self._record.checkpoint(state)
        self._saved = self._seconds()
        self._cost_of_saving = self._saved - start

    def _count(self, trial: Trial) -> None:
        if trial.number not in self._known:
            self._finished += 1
            self._networks += trained_networks(trial, self._experiment)
        self._begun = max(self._begun, begun_generations(self._state, [trial]))
        self._report()

    def _report(self) -> None:
        progress = Progress(
            self._experiment,
            self._phase,
            self._record.folder,
            generation=self._generation,
            begun=self._begun,
            trials=self._finished,
            networks=self._networks,
            front=self._front,
            baselines=self._baselines,
            seconds=self._seconds(),
        )
        self._observer(progress)

    def _seconds(self) -> float:
        """Return how long the search has taken, earlier processes included."""
        return time.monotonic() - self._start

    def _fitness(self, trial: Trial) -> tuple[float, ...]:
        return fitness_of(trial, self._objectives)

    def _costs(self, trial: Trial) -> tuple[float, ...] | None:
        if not is_measured(trial, self._experiment.constraints):
            return None
        return costs_of(self._fitness(trial))

    def _violation(self, trial: Trial) -> float:
        return trial_violation(trial, self._experiment.constraints)

    def _feasible_costs(self, trials: Iterable[Trial]) -> list[tuple[float, ...]]:
        feasible = (trial for trial in trials if self._violation(trial) == 0)
        return [cost for cost in map(self._costs, feasible) if cost is not None]


def begun_generations(state: SearchState, trials: Iterable[Trial]) -> int:
    """Return the number of generations that have finished trials: complete ones, or in these."""
    searched = (trial.generation + 1 for trial in trials if trial.operator != "baseline")
    return max(state.strategy.generation, *searched, 0)
