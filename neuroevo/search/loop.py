"""The one loop: ask, train, record, tell. Does not know how a run begins or is found again."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self

from neuroevo.evaluation import TRAINING_GENES
from neuroevo.evaluation.evaluator import Evaluation
from neuroevo.evolution import Candidate, Individual, costs_of, extended_front
from neuroevo.experiment import Experiment
from neuroevo.runs import Champion, Trial, best_toml
from neuroevo.search.bench import FRESH_SEEDS, SEARCH_SEEDS, Bench
from neuroevo.search.outcomes import fitness_of
from neuroevo.search.progress import Observer, Phase, Progress, StoppedError
from neuroevo.search.record import RunRecord
from neuroevo.search.stopping import ENDS, EXHAUSTED, Stagnation, reason_to_end, time_is_over
from neuroevo.space import Genome, Value
from neuroevo.strategies import STRATEGIES, Options, Strategy
from neuroevo.tasks import Baseline

_SHARE_OF_SAVING = 0.05  # of the time, at most: an earlier checkpoint and the journal do as well


def ends_of(experiment: Experiment) -> dict[str, Any]:
    """Give the settings that only say when a search ends, as plain JSON values."""
    return experiment.evolution.model_dump(mode="json", include=set(ENDS))


@dataclass(slots=True, eq=False)
class SearchState:
    """Where a search stands: all that its next step depends on, besides its trials.

    Attributes
    ----------
    strategy
        What chooses the candidates, told of all trials before `told`.
    told
        How many trials, baselines included, were told: all whose numbers are below.
    front
        The front of all complete generations, best first.
    newest
        What was told since the last complete generation.
    stagnation
        How long the front has gained nothing.
    seconds
        How long the search took before this process.
    """

    strategy: Strategy
    told: int = 0
    front: list[Trial] = field(default_factory=list)
    newest: list[Trial] = field(default_factory=list)
    stagnation: Stagnation = field(default_factory=Stagnation)
    seconds: float = 0.0

    @classmethod
    def at_first(
        cls, experiment: Experiment, initial: Sequence[Genome] = (), seconds: float = 0.0
    ) -> Self:
        """Return where a search begins.

        Parameters
        ----------
        experiment
            What is searched.
        initial
            Genomes that its strategy asks for first.
        seconds
            How long the search took before it had to begin again.
        """
        evolution, baselines = experiment.evolution, len(experiment.task.baselines)
        options = Options(evolution.population, experiment.seed, tuple(initial), baselines)
        strategy = STRATEGIES[evolution.strategy](experiment.space, options)
        return cls(strategy, seconds=seconds)

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON values, but for the time."""
        return {
            "strategy": self.strategy.state(),
            "told": self.told,
            "front": [trial.number for trial in self.front],
            "newest": [trial.number for trial in self.newest],
            "stagnation": self.stagnation.state(),
        }

    @classmethod
    def from_values(
        cls, experiment: Experiment, values: Mapping[str, Any], trials: Mapping[int, Trial]
    ) -> Self:
        """Return what `values` was taken of.

        Parameters
        ----------
        experiment
            What is searched.
        values
            What `values` returned, and ``seconds``.
        trials
            All trials that were told, by number.

        Raises
        ------
        UsageError, KeyError, TypeError, ValueError, AttributeError
            If they are something else.
        """
        strategy = STRATEGIES[experiment.evolution.strategy]
        return cls(
            strategy.from_state(experiment.space, values["strategy"]),
            int(values["told"]),
            [trials[number] for number in values["front"]],
            [trials[number] for number in values["newest"]],
            Stagnation.from_state(values["stagnation"]),
            float(values["seconds"]),
        )


class Search:
    """A search under way.

    Parameters
    ----------
    bench
        Trains, for the experiment that is searched.
    record
        Where trials are written down; those that it holds are not trained again.
    state
        Where the search stands.
    observer
        Is informed of all progress.
    stop
        Tells whether somebody wants the search to stop.
    """

    def __init__(
        self,
        bench: Bench,
        record: RunRecord,
        state: SearchState,
        observer: Observer,
        stop: Callable[[], bool],
    ) -> None:
        self._bench, self._record, self._state = bench, record, state
        self._observer, self._stop = observer, stop
        self._experiment = bench.experiment
        self._clock = _Clock(state.seconds)
        self._phase: Phase = "baselines"
        self._reason = ""  # why the search ends; empty while it goes on
        self._best = ""  # the text of best.toml, once it is known
        self._known = frozenset(record.trials)
        self._finished = len(self._known)
        self._baselines: tuple[Trial, ...] = ()
        self._asked: dict[int, Candidate] = {}  # and not told
        self._untold: dict[int, Trial] = {}  # finished, but one with a lower number is not
        self._generation = state.strategy.generation  # that is evaluated
        self._saved, self._cost_of_saving = -math.inf, 0.0  # when, and how long it took

    def run(self) -> None:
        """Go on to the end.

        Raises
        ------
        StoppedError
            If it was asked to stop before.
        StorageError
            If the run can't be stored, or its journal is that of another search.
        """
        self._evaluate_baselines()
        self._evolve()
        self._rescore()

    def _evaluate_baselines(self) -> None:
        """Evaluate what was picked by hand, with the settings of all other trials."""
        self._report()
        candidates = deque(
            Candidate(number, self._genome(baseline), 0, "baseline", name=baseline.name)
            for number, baseline in enumerate(self._experiment.task.baselines)
        )
        count = len(candidates)
        trials = []
        for trial in self._bench.trials(candidates, self._record, self._is_to_stop):
            trials.append(trial)
            self._count(trial)
        if self._stop() and len(trials) < count:
            self._halt()
        self._baselines = tuple(sorted(trials, key=lambda trial: trial.number))
        if len(trials) == count:
            self._state.told = max(self._state.told, count)

    def _genome(self, baseline: Baseline) -> dict[str, Value]:
        """Leave out of a baseline what is the same for all trials: settings that are no genes."""
        space, training = self._experiment.space.genes, self._experiment.training
        return {
            name: value
            for name, value in baseline.configuration.items()
            if name in space or name not in TRAINING_GENES or value != getattr(training, name)
        }

    def _evolve(self) -> None:
        """Ask, evaluate and tell until there is a reason to end.

        Trials are told in the order of their numbers, and candidates asked as soon as fewer than
        the strategy's look-ahead are asked and not told, so that nothing depends on which of them
        is finished first.
        """
        self._phase = "searching"
        self._reason = self._reason_to_end()
        self._report()
        candidates: deque[Candidate] = deque()
        self._ask(candidates)
        for trial in self._bench.trials(candidates, self._record, self._is_to_stop):
            self._untold[trial.number] = trial
            self._count(trial)
            while self._state.told in self._untold:
                self._tell(self._untold.pop(self._state.told))
                self._ask(candidates)
        if self._reason:
            return
        if self._stop():
            self._halt()
        if self._asked:  # the time was over before these were
            self._reason = self._time_is_over()
            untold = [self._untold[number] for number in sorted(self._untold)]
            self._extend_front([*self._state.newest, *untold])
        else:
            self._reason = EXHAUSTED

    def _ask(self, candidates: deque[Candidate]) -> None:
        """Ask for as many candidates as may be known at a time, if the search goes on."""
        if self._reason:
            return
        evolution, strategy = self._experiment.evolution, self._state.strategy
        first = self._state.told + len(self._asked)
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
        state.strategy.tell([Individual(trial.number, genome, fitness_of(trial))])
        state.told += 1
        if state.strategy.generation > generation:
            self._end_generation()

    def _end_generation(self) -> None:
        state, trials = self._state, self._state.newest
        state.newest = []
        self._extend_front(trials)
        state.stagnation = state.stagnation.after(_all_costs(trials), _all_costs(state.front))
        if self._clock.seconds() - self._saved >= self._cost_of_saving / _SHARE_OF_SAVING:
            self.save()
        self._reason = self._reason_to_end()

    def _extend_front(self, trials: Sequence[Trial]) -> None:
        self._state.front = extended_front(self._state.front, trials, _costs)
        self._report()

    def _reason_to_end(self) -> str:
        state = self._state
        settings, generations = self._experiment.evolution, state.strategy.generation
        return (
            reason_to_end(settings, generations, state.front, state.stagnation)
            or self._time_is_over()
        )

    def _time_is_over(self) -> str:
        return time_is_over(self._experiment.evolution, self._clock.seconds())

    def _is_to_stop(self) -> bool:
        return self._stop() or bool(self._time_is_over())

    def _rescore(self) -> None:
        """Train the front and the baselines again for their weights, and on fresh seeds."""
        self._phase = "rescoring"
        self._report()
        trials = [*self._state.front, *self._baselines]
        trials = [trial for trial in trials if trial.state != "failed"]
        known = self._scored_again(trials, SEARCH_SEEDS)
        fresh = self._scored_again(trials, FRESH_SEEDS)
        champions = [
            _champion(trial, known[trial.number], fresh[trial.number])
            for trial in trials
            if trial.number in known and trial.number in fresh
        ]
        if self._state.front:
            folder = self._record.folder
            identity = "" if folder is None else folder.id
            self._best = best_toml(self._experiment, self._state.front[0], identity)
        self._record.finish(champions, self._best)
        self._phase = "finished"
        self.save()
        self._report()

    def _scored_again(self, trials: Sequence[Trial], seeds: int) -> dict[int, Evaluation]:
        """Evaluate trials again; those whose evaluation fails now are left out."""
        outcomes = self._bench.evaluations(trials, seeds, self._stop)
        if len(outcomes) < len(trials):
            self._halt()
        return {
            number: outcome
            for number, outcome in outcomes.items()
            if isinstance(outcome, Evaluation)
        }

    def _halt(self) -> NoReturn:
        """Write down where the search stands, and leave it."""
        self.save()
        folder = self._record.folder
        if folder is None:
            raise StoppedError(f"{self._experiment.name}: stopped before its end")
        raise StoppedError(f"{folder.id}: stopped before its end; it can be resumed")

    def save(self) -> None:
        """Write down where the search stands."""
        start = self._clock.seconds()
        state = {
            "phase": self._phase,
            "reason": self._reason if self._phase == "finished" else "",
            "ends": ends_of(self._experiment),
            "generation": self._state.strategy.generation,
            "trials": self._finished,
            "best": self._best,
            "seconds": start,
            **self._state.values(),
        }
        self._record.checkpoint(state)
        self._saved = self._clock.seconds()
        self._cost_of_saving = self._saved - start

    def _count(self, trial: Trial) -> None:
        """Count a trial as finished, unless it was before."""
        self._finished += trial.number not in self._known
        self._report()

    def _report(self) -> None:
        self._observer(self.progress)

    @property
    def progress(self) -> Progress:
        """How far the search has come."""
        return Progress(
            self._experiment,
            self._phase,
            self._record.folder,
            generation=self._generation,
            trials=self._finished,
            front=tuple(self._state.front),
            baselines=self._baselines,
            seconds=self._clock.seconds(),
        )


class _Clock:
    """How long a search has taken, in this process and in those before it."""

    def __init__(self, earlier: float) -> None:
        self._start = time.monotonic() - earlier

    def seconds(self) -> float:
        return time.monotonic() - self._start


def _costs(trial: Trial) -> tuple[float, ...] | None:
    return costs_of(fitness_of(trial))


def _all_costs(trials: Iterable[Trial]) -> list[tuple[float, ...]]:
    """Give the costs of those trials that did not fail."""
    return [cost for cost in map(_costs, trials) if cost is not None]


def _champion(trial: Trial, known: Evaluation, fresh: Evaluation) -> Champion:
    return Champion(
        number=trial.number,
        name=trial.name,
        architecture=known.architecture,
        precision=known.precision,
        objectives=trial.objectives,
        fresh_objectives=fresh.objectives,
        parameters=known.parameters,
        curves=known.curves,
        fresh_curves=fresh.curves,
    )
