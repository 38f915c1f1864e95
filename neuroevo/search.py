"""The one loop: ask, evaluate, record, tell. Leaves a run folder; draws and prints nothing."""

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from neuroevo.errors import StorageError
from neuroevo.evaluation import OBJECTIVES, TRAINING_GENES, Workers
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evolution import Evolution
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.runs import (
    Champion,
    Journal,
    RunFolder,
    Trial,
    best_toml,
    environment,
    write_atomically,
    write_champions,
    write_checkpoint,
)
from neuroevo.space import Genome, Value
from neuroevo.tasks import Baseline

Phase = Literal["compiling", "baselines", "searching", "rescoring", "finished"]

CHECKPOINT_SCHEMA = 1

_SEARCH_SEEDS, _FRESH_SEEDS = 0, 1  # second part of the seed of all starting weights and orders


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come."""

    experiment: Experiment
    phase: Phase
    folder: RunFolder | None = None  # none before there is anything to store
    generation: int = 0  # the one in hand
    trials: int = 0  # finished, baselines included
    networks: int = 0  # trainings finished
    front: tuple[Trial, ...] = ()  # after the last generation told, best first
    baselines: tuple[Trial, ...] = ()
    seconds: float = 0.0  # since the first training began

    @property
    def expected_trials(self) -> int:
        """How many trials there will be: as many as asked for, or as the space holds."""
        evolution = self.experiment.evolution
        asked = evolution.population * evolution.generations
        baselines = len(self.experiment.task.baselines)
        return baselines + int(min(asked, self.experiment.space.size))


Observer = Callable[[Progress], None]


def search(
    experiment: Experiment,
    results: Path,
    *,
    workers: Workers | None = None,
    initial: Sequence[Mapping[str, Value]] = (),
    observer: Observer | None = None,
) -> RunFolder:
    """Search for the best networks and leave a run folder.

    Parameters
    ----------
    experiment
        What to search.
    results
        Where run folders lie.
    workers
        Who trains; changes no result. One thread a core by default.
    initial
        Genomes that the first generation holds.
    observer
        Is told how far the search has come whenever something has finished.

    Returns
    -------
    The folder of the finished run.

    Raises
    ------
    UsageError, DataError
        Before anything is written, if the arguments or the task's data can't be.
    StorageError
        If the run can't be stored.
    """
    observer = observer or _nobody
    settings = experiment.evolution
    evolution = Evolution(
        experiment.space,
        ["minimize"] * len(settings.objectives),
        population_size=settings.population,
        seed=experiment.seed,
        initial=initial,
    )
    data = experiment.task.data_set()
    stream = _stream(experiment, data, _SEARCH_SEEDS)
    observer(Progress(experiment, "compiling"))
    with Evaluator(experiment.training.precision, workers or Workers()) as evaluator:
        folder = _new_folder(experiment, results)
        with Journal(folder.journal_file) as journal:
            progress = Progress(experiment, "baselines", folder)
            search = _Search(
                experiment,
                data,
                stream,
                folder,
                evolution,
                evaluator,
                journal,
                observer,
                progress,
                started=time.monotonic(),
            )
            search.evaluate_baselines()
            search.evolve()
            search.rescore()
    return folder


def _nobody(_: Progress) -> None:
    """Observe nothing."""


def _stream(experiment: Experiment, data: DataSet, seeds: int) -> SampleStream:
    return sample_stream(data, experiment.training, (experiment.seed, seeds))


def _new_folder(experiment: Experiment, results: Path) -> RunFolder:
    """Make the run's folder with what is known before the search, or leave nothing."""
    folder = RunFolder.create(results, experiment.name, moment=datetime.now().astimezone())
    try:
        write_atomically(folder.experiment_file, experiment.to_toml())
        write_atomically(folder.environment_file, json.dumps(environment(), indent=2) + "\n")
    except StorageError:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    return folder


@dataclass(slots=True)
class _Search:
    """A search under way: numbers trials, writes them down and keeps the observer informed."""

    experiment: Experiment
    data: DataSet
    stream: SampleStream  # of the search's seeds
    folder: RunFolder
    evolution: Evolution
    evaluator: Evaluator
    journal: Journal
    observer: Observer
    progress: Progress
    started: float  # on the monotonic clock
    evolved: dict[str, Trial] = field(default_factory=dict)  # by the genome's key

    def evaluate_baselines(self) -> None:
        """Evaluate what was picked by hand, with the settings of all other trials."""
        baselines = self.experiment.task.baselines
        births = [
            _Birth(self._genome(baseline), "baseline", name=baseline.name) for baseline in baselines
        ]
        self._report(baselines=tuple(self._evaluate(births)))

    def _genome(self, baseline: Baseline) -> dict[str, Value]:
        """Leave out of a baseline what is the same for all trials: settings that are no genes."""
        space, training = self.experiment.space.genes, self.experiment.training
        return {
            name: value
            for name, value in baseline.configuration.items()
            if name in space or name not in TRAINING_GENES or value != getattr(training, name)
        }

    def evolve(self) -> None:
        """Evaluate generation after generation."""
        self._report(phase="searching")
        for generation in range(self.experiment.evolution.generations):
            self._report(generation=generation)
            genomes = self.evolution.ask()
            if not genomes:
                break
            trials = self._evaluate([self._birth(genome) for genome in genomes])
            self.evolved.update(zip((genome.key for genome in genomes), trials, strict=True))
            self.evolution.tell(genomes, [_fitness(trial) for trial in trials])
            self._report(front=self._front())
            self._write_checkpoint("searching")

    def rescore(self) -> None:
        """Train the front and the baselines again for their weights, and on fresh seeds."""
        self._report(phase="rescoring")
        trials = [*self.progress.front, *self.progress.baselines]
        genomes = [trial.genome for trial in trials]
        known = dict(self._evaluations(genomes, self.stream))
        fresh_stream = _stream(self.experiment, self.data, _FRESH_SEEDS)
        fresh = dict(self._evaluations(genomes, fresh_stream))
        champions = [
            _champion(trial, known[index], fresh[index]) for index, trial in enumerate(trials)
        ]
        write_champions(self.folder.champions_file, champions)
        if self.progress.front:
            best = best_toml(self.experiment, self.progress.front[0], self.folder.id)
            write_atomically(self.folder.best_file, best)
        self._write_checkpoint("finished")
        self._report(phase="finished")

    def _evaluate(self, births: Sequence["_Birth"]) -> list[Trial]:
        """Evaluate and record genomes; the trials come in the order of the genomes."""
        first = self.progress.trials
        genomes = [birth.genome for birth in births]
        trials: dict[int, Trial] = {}
        for index, evaluation in self._evaluations(genomes, self.stream):
            trial = births[index].trial(first + index, self.progress.generation, evaluation)
            self.journal.append(trial)
            trials[index] = trial
            replicates = self.experiment.training.replicates
            self._report(trials=first + len(trials), networks=(first + len(trials)) * replicates)
        return [trials[index] for index in range(len(births))]

    def _birth(self, genome: Genome) -> "_Birth":
        origin = self.evolution.origin(genome)
        parents = tuple(self.evolved[parent.key].number for parent in origin.parents)
        return _Birth(genome, origin.operator, parents)

    def _front(self) -> tuple[Trial, ...]:
        return tuple(self.evolved[individual.genome.key] for individual in self.evolution.front)

    def _evaluations(
        self, genomes: Sequence[Mapping[str, Value]], stream: SampleStream
    ) -> Iterator[tuple[int, Evaluation]]:
        settings = self.experiment.evolution
        scoring = Scoring(settings.objectives, settings.reduction)
        return self.evaluator.evaluate(genomes, stream, scoring)

    def _write_checkpoint(self, phase: Phase) -> None:
        state = {
            "schema": CHECKPOINT_SCHEMA,
            "phase": phase,
            "trials": self.progress.trials,
            "seconds": self.progress.seconds,
            "evolution": self.evolution.state(),
        }
        write_checkpoint(self.folder.checkpoint_file, state)

    def _report(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Progress
        seconds = time.monotonic() - self.started
        self.progress = replace(self.progress, seconds=seconds, **changes)
        self.observer(self.progress)


@dataclass(frozen=True, slots=True)
class _Birth:
    """A genome that is to become a trial, and where it comes from."""

    genome: Mapping[str, Value]
    operator: str
    parents: tuple[int, ...] = ()
    name: str = ""

    def trial(self, number: int, generation: int, evaluation: Evaluation) -> Trial:
        """Make the trial, now that it is known what the genome is worth."""
        diverged = not all(map(math.isfinite, evaluation.objectives.values()))
        replicates = len(evaluation.curves)
        return Trial(
            number=number,
            generation=generation,
            operator=self.operator,
            parents=self.parents,
            genome=self.genome,
            objectives=evaluation.objectives,
            curve=evaluation.median_curve,
            state="diverged" if diverged else "complete",
            diverged=evaluation.diverged,
            seconds=round(evaluation.seconds, 6),
            name=self.name,
            cause=f"{evaluation.diverged} of {replicates} replicates diverged" if diverged else "",
        )


def _fitness(trial: Trial) -> list[float]:
    """Bring a trial's objectives to the scales on which they are compared; NaN stays NaN."""
    return [
        OBJECTIVES[name].fitness(value) if math.isfinite(value) else math.nan
        for name, value in trial.objectives.items()
    ]


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
