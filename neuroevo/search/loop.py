"""The one loop: ask, evaluate, record, tell. Does not know how a run begins or is found again."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NoReturn

from neuroevo.evaluation import TRAINING_GENES
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evolution import Evolution, Individual
from neuroevo.evolution.front import extended_front
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.runs import (
    Champion,
    Journal,
    RunFolder,
    Trial,
    best_toml,
    write_atomically,
    write_champions,
    write_checkpoint,
)
from neuroevo.search.births import Birth, fitness
from neuroevo.search.progress import Observer, Phase, Progress, StoppedError
from neuroevo.search.stopping import ENDS, EXHAUSTED, Stagnation, reason_to_end, time_is_over
from neuroevo.space import Genome, Value
from neuroevo.tasks import Baseline
from neuroevo.workers.pool import Failure

SEARCH_SEEDS, FRESH_SEEDS = 0, 1  # second part of the seed of all starting weights and orders

_SHARE_OF_SAVING = 0.05  # of the time, at most: an earlier checkpoint and the journal do as well


Streams = Callable[[int], SampleStream]
"""The samples that all networks of a run see, for its search or for fresh scores."""


def streams_of(experiment: Experiment, data: DataSet) -> Streams:
    """Give the streams of an experiment by their seeds; each is made once, when first asked for.

    Raises
    ------
    DataError
        By what is returned, if no network of the experiment can learn the data.
    """
    return cache(lambda seeds: sample_stream(data, experiment.training, (experiment.seed, seeds)))


def scoring_of(experiment: Experiment) -> Scoring:
    """Say what the networks of an experiment are trained for."""
    return Scoring(experiment.evolution.objectives, experiment.evolution.reduction)


def living(evolution: Evolution, trials: Mapping[str, Trial]) -> dict[str, Trial]:
    """Give the trials that may have children or are on the front, by the keys of their genomes."""
    named = (*evolution.population, *evolution.front)
    return {individual.genome.key: trials[individual.genome.key] for individual in named}


def ends_of(experiment: Experiment) -> dict[str, Any]:
    """Give the settings that only say when a search ends, as plain JSON values."""
    return experiment.evolution.model_dump(mode="json", include=set(ENDS))


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a search stands between two generations, which its trials lead to.

    Attributes
    ----------
    evolution
        Told of as many generations as are complete.
    trials
        The trials so far, by number; those of the baselines and of these generations at least.
    living
        Those of them that evolution may still name, see `living`.
    stagnation
        How long its front has gained nothing.
    told
        How many trials there are in these generations, baselines included.
    seconds
        How long it took.
    """

    evolution: Evolution
    trials: Mapping[int, Trial] = field(default_factory=dict)
    living: Mapping[str, Trial] = field(default_factory=dict)
    stagnation: Stagnation = field(default_factory=Stagnation)
    told: int = 0
    seconds: float = 0.0

    def progress(self, experiment: Experiment, phase: Phase, folder: RunFolder) -> Progress:
        """Tell how far the search has come."""
        count = len(self.trials)
        return Progress(
            experiment,
            phase,
            folder,
            self.evolution.generation,
            count,
            count * experiment.training.replicates,
            seconds=self.seconds,
        )


class Search:
    """A search under way: numbers trials, writes them down and keeps the observer informed.

    Parameters
    ----------
    experiment, streams
        What is searched, on what.
    standing
        Where it stands; trials that are there already are not evaluated again.
    folder, journal
        Where it is written down.
    evaluator
        Who trains.
    observer
        Is told of all progress.
    stop
        Tells whether somebody wants it to stop.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all that a search works with
        self,
        experiment: Experiment,
        streams: Streams,
        standing: Standing,
        folder: RunFolder,
        journal: Journal,
        evaluator: Evaluator,
        observer: Observer,
        stop: Callable[[], bool],
    ) -> None:
        self._experiment = experiment
        self._streams = streams
        self._stream = streams(SEARCH_SEEDS)
        self._folder = folder
        self._journal = journal
        self._evaluator = evaluator
        self._observer = observer
        self._stop = stop
        self._evolution = standing.evolution
        self._recorded = standing.trials
        self._stagnation = standing.stagnation
        self._living = dict(standing.living)
        self._told = standing.told
        self._clock = _Clock(standing.seconds)
        self._saved, self._cost_of_saving = -math.inf, 0.0  # when, and how long it took
        self._best = ""  # the text of best.toml, once it is known
        self._progress = standing.progress(experiment, "baselines", folder)

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
        reason = self._evolve()
        self._rescore(reason)

    def _evaluate_baselines(self) -> None:
        """Evaluate what was picked by hand, with the settings of all other trials."""
        births = [
            Birth(number, 0, self._genome(baseline), "baseline", name=baseline.name)
            for number, baseline in enumerate(self._experiment.task.baselines)
        ]
        trials = self._evaluate(births)
        if len(trials) == len(births):
            self._told = max(self._told, len(births))
        self._report(baselines=tuple(trials))

    def _genome(self, baseline: Baseline) -> dict[str, Value]:
        """Leave out of a baseline what is the same for all trials: settings that are no genes."""
        space, training = self._experiment.space.genes, self._experiment.training
        return {
            name: value
            for name, value in baseline.configuration.items()
            if name in space or name not in TRAINING_GENES or value != getattr(training, name)
        }

    def _evolve(self) -> str:
        """Evaluate generation after generation; return why there is no other."""
        self._report(phase="searching", front=self._trials_of(self._evolution.front))
        while not (reason := self._reason_to_end()):
            if self._stop():
                self._halt()
            self._report(generation=self._evolution.generation)
            genomes = self._evolution.ask()
            if not genomes:
                return EXHAUSTED
            births = [self._birth(self._told + place, each) for place, each in enumerate(genomes)]
            trials = self._evaluate(births)
            born = [(genomes[trial.number - self._told], trial) for trial in trials]
            individuals = [Individual(genome, fitness(trial)) for genome, trial in born]
            self._living |= {genome.key: trial for genome, trial in born}
            if len(trials) == len(births):
                self._tell(individuals)
            else:  # the time was over before the generation was
                goals = ("minimize",) * len(self._experiment.evolution.objectives)
                front = extended_front(self._evolution.front, individuals, goals)
                self._report(front=self._trials_of(front))
        return reason

    def _tell(self, individuals: Sequence[Individual]) -> None:
        """Tell evolution of a whole generation, and write down where the search stands then."""
        self._evolution.tell(
            [each.genome for each in individuals], [each.fitness for each in individuals]
        )
        self._told += len(individuals)
        self._living = living(self._evolution, self._living)
        self._stagnation = self._stagnation.after(individuals, self._evolution.front)
        self._report(front=self._trials_of(self._evolution.front))
        if self._clock.seconds() - self._saved >= self._cost_of_saving / _SHARE_OF_SAVING:
            self.save("searching")

    def _reason_to_end(self) -> str:
        settings = self._experiment.evolution
        return reason_to_end(
            settings, self._evolution.generation, self._progress.front, self._stagnation
        ) or time_is_over(settings, self._clock.seconds())

    def _rescore(self, reason: str) -> None:
        """Train the front and the baselines again for their weights, and on fresh seeds."""
        self._report(phase="rescoring")
        trials = [*self._progress.front, *self._progress.baselines]
        trials = [trial for trial in trials if trial.state != "failed"]
        known = self._scored_again(trials, self._stream)
        fresh = self._scored_again(trials, self._streams(FRESH_SEEDS))
        champions = [
            _champion(trial, known[trial.number], fresh[trial.number])
            for trial in trials
            if trial.number in known and trial.number in fresh
        ]
        write_champions(self._folder.champions_file, champions)
        if self._progress.front:
            self._best = best_toml(self._experiment, self._progress.front[0], self._folder.id)
            write_atomically(self._folder.best_file, self._best)
        self.save("finished", reason)
        self._report(phase="finished")

    def _scored_again(self, trials: Sequence[Trial], stream: SampleStream) -> dict[int, Evaluation]:
        """Evaluate trials again; those whose evaluation fails now are left out."""
        genomes = [trial.genome for trial in trials]
        outcomes = dict(self._outcomes(genomes, stream, self._stop))
        if len(outcomes) < len(trials):
            self._halt()
        return {
            trials[place].number: outcome
            for place, outcome in outcomes.items()
            if isinstance(outcome, Evaluation)
        }

    def _evaluate(self, births: Sequence[Birth]) -> list[Trial]:
        """Evaluate and record what was not before; give all trials, by number.

        There are fewer trials than births only when the time is over.
        """
        trials = {
            birth.number: birth.check(self._recorded[birth.number])
            for birth in births
            if birth.number in self._recorded
        }
        missing = [birth for birth in births if birth.number not in trials]
        earlier = births[0].number if births else 0
        self._report_finished(earlier + len(trials))
        objectives, points = self._experiment.evolution.objectives, len(self._stream.samples_seen)
        genomes = [birth.genome for birth in missing]
        for place, outcome in self._outcomes(genomes, self._stream, self._is_to_stop):
            trial = missing[place].trial(outcome, objectives, points)
            self._journal.append(trial)
            trials[trial.number] = trial
            self._report_finished(earlier + len(trials))
        if self._stop() and len(trials) < len(births):
            self._halt()
        return [trials[number] for number in sorted(trials)]

    def _birth(self, number: int, genome: Genome) -> Birth:
        origin = self._evolution.origin(genome)
        parents = tuple(self._living[parent.key].number for parent in origin.parents)
        return Birth(number, self._evolution.generation, genome, origin.operator, parents)

    def _trials_of(self, individuals: Sequence[Individual]) -> tuple[Trial, ...]:
        return tuple(self._living[individual.genome.key] for individual in individuals)

    def _outcomes(
        self,
        genomes: Sequence[Mapping[str, Value]],
        stream: SampleStream,
        stop: Callable[[], bool],
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        return self._evaluator.evaluate(genomes, stream, scoring_of(self._experiment), stop)

    def _is_to_stop(self) -> bool:
        return self._stop() or bool(time_is_over(self._experiment.evolution, self._clock.seconds()))

    def _halt(self) -> NoReturn:
        """Write down where the search stands, and leave it."""
        self.save(self._progress.phase)
        raise StoppedError(f"{self._folder.id}: stopped before its end; it can be resumed")

    def save(self, phase: Phase, reason: str = "") -> None:
        """Write down where the search stands; the reason is why it has ended."""
        start = self._clock.seconds()
        state = {
            "phase": phase,
            "reason": reason,
            "ends": ends_of(self._experiment),
            "generation": self._evolution.generation,
            "trials": self._progress.trials,
            "told": self._told,
            "best": self._best,
            "seconds": start,
            "stagnation": self._stagnation.state(),
            "evolution": self._evolution.state(),
        }
        write_checkpoint(self._folder, state)
        self._saved = self._clock.seconds()
        self._cost_of_saving = self._saved - start

    def _report_finished(self, finished: int) -> None:
        finished = max(finished, self._progress.trials)
        replicates = self._experiment.training.replicates
        self._report(trials=finished, networks=finished * replicates)

    def _report(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Progress
        self._progress = replace(self._progress, seconds=self._clock.seconds(), **changes)
        self._observer(self._progress)


class _Clock:
    """How long a search has taken, in this process and in those before it."""

    def __init__(self, earlier: float) -> None:
        self._start = time.monotonic() - earlier

    def seconds(self) -> float:
        return time.monotonic() - self._start


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
