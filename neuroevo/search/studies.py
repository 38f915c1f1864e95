"""What a run may be asked afterwards: is random search as good, and which gene brought what.

Trains as the run did, and keeps each answer in a journal of its own. Knows neither fronts nor
figures: whoever asks says which trials to go from and to.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neuroevo.errors import StorageError
from neuroevo.evaluation import TRAINING_GENES, is_read
from neuroevo.evaluation.evaluator import Evaluator
from neuroevo.evolution import Evolution
from neuroevo.experiment import Experiment
from neuroevo.learning import TrainingSettings
from neuroevo.learning.training import SampleStream
from neuroevo.runs import (
    Journal,
    RunFolder,
    RunLock,
    Trial,
    read_experiment,
    read_start,
)
from neuroevo.search.beginning import check_data, recovered
from neuroevo.search.births import Birth, fitness
from neuroevo.search.loop import SEARCH_SEEDS, scoring_of, streams_of
from neuroevo.space import Value
from neuroevo.workers import Workers

Counter = Callable[[int, int], None]
"""Is told how many trials are finished, and of how many."""

_DRAWING_SEED = 2  # second part of the seed: not that of the search's own draws


def count_nothing(_finished: int, _of: int) -> None:
    """Count nothing."""


def random_search(
    folder: RunFolder, trials: int, workers: Workers, counter: Counter = count_nothing
) -> None:
    """Train random configurations of a run's search space, for comparison with evolution.

    They are drawn as the first generation of a search is, all distinct, and trained from the same
    starting weights on the same samples. Those that an earlier call trained are kept.

    Parameters
    ----------
    folder
        A run that nobody writes to.
    trials
        How many; fewer where the space holds no more.
    workers
        Who trains.
    counter
        Is told how far it has come.

    Raises
    ------
    BusyError
        If another process writes to the run.
    DataError
        If the task's data are not those of the run.
    StorageError
        If a file is damaged, or can't be read or written.
    """
    with _study(folder, folder.random_file, workers) as study:
        births = [
            Birth(number, 0, genome, "random")
            for number, genome in enumerate(_drawn(study.experiment, trials))
        ]
        study.keep(births)
        study.evaluate(births, lambda finished: counter(finished, len(births)))


def ablate(
    folder: RunFolder, source: Trial, target: Trial, workers: Workers, counter: Counter
) -> None:
    """Go from one trial's configuration to another's, one gene at a time, the most useful first.

    In each round every gene that still differs is changed alone, and the best change is kept: by
    the first objective, ties by the next. Fawcett & Hoos 2016, "Analysing differences between
    algorithm configurations through ablation". The trials of a round have its number as their
    generation and the changed gene as their name; round 0 is the source itself. What their parent
    is was kept in the round before.

    Parameters
    ----------
    folder
        A run that nobody writes to.
    source, target
        Two of its trials.
    workers, counter
        As for `random_search`.

    Raises
    ------
    BusyError, DataError, StorageError
        As for `random_search`.
    """
    with _study(folder, folder.ablation_file, workers) as study:
        left = _changes(source.genome, target.genome, study.experiment.training)
        trials = 1 + len(left) * (len(left) + 1) // 2
        births = [Birth(0, 0, source.genome, "ablation", name=source.name)]
        while births:
            study.keep(births)
            first = births[0].number
            tried = study.evaluate(births, lambda finished: counter(first + finished, trials))  # noqa: B023 - called within the round
            kept = min(tried, key=_costs)
            left.pop(kept.name, None)
            births = _changed(kept, left, number=first + len(births))


@dataclass(frozen=True, slots=True)
class _Study:
    """Trials that are trained and written down beside those of a run."""

    experiment: Experiment
    stream: SampleStream
    evaluator: Evaluator
    journal: Journal
    recorded: dict[int, Trial]

    def keep(self, births: Sequence[Birth]) -> None:
        """Forget all that was recorded if it answers another question than these births do."""
        try:
            for birth in births:
                if birth.number in self.recorded:
                    birth.check(self.recorded[birth.number])
        except StorageError:
            self.recorded.clear()
            self.journal.clear()

    def evaluate(self, births: Sequence[Birth], told: Callable[[int], None]) -> list[Trial]:
        """Evaluate and record what was not before; give all trials in the order of the births."""
        missing = [birth for birth in births if birth.number not in self.recorded]
        finished = len(births) - len(missing)
        told(finished)
        scoring, points = scoring_of(self.experiment), len(self.stream.samples_seen)
        genomes = [birth.genome for birth in missing]
        for place, outcome in self.evaluator.evaluate(genomes, self.stream, scoring):
            trial = missing[place].trial(outcome, scoring.objectives, points)
            self.journal.append(trial)
            self.recorded[trial.number] = trial
            finished += 1
            told(finished)
        return [self.recorded[birth.number] for birth in births]


@contextmanager
def _study(folder: RunFolder, path: Path, workers: Workers) -> Iterator[_Study]:
    with RunLock(folder):
        start = read_start(folder.start_file)
        experiment = read_experiment(folder, start)
        data = experiment.task.data_set()
        check_data(data, start)
        stream = streams_of(experiment, data)(SEARCH_SEEDS)
        trials, _ = recovered(path, path.with_suffix(".damaged.jsonl"))
        recorded = {trial.number: trial for trial in trials}
        with (
            Evaluator(experiment.training.precision, workers) as evaluator,
            Journal(path) as journal,
        ):
            yield _Study(experiment, stream, evaluator, journal, recorded)


def _drawn(experiment: Experiment, trials: int) -> Sequence[Mapping[str, Value]]:
    """Draw random genomes as evolution draws its first generation."""
    sequence = np.random.SeedSequence((experiment.seed, _DRAWING_SEED))
    first_generation = Evolution(
        experiment.space,
        ["minimize"] * len(experiment.evolution.objectives),
        population_size=max(trials, 4),
        seed=int(sequence.generate_state(1, np.uint64)[0]),
    )
    return first_generation.ask()[:trials]


def _changes(
    source: Mapping[str, Value], target: Mapping[str, Value], training: TrainingSettings
) -> dict[str, Value]:
    """Give the genes in which a configuration differs from another one and which it reads."""
    settings: dict[str, Value] = {name: getattr(training, name) for name in TRAINING_GENES}
    before, after = settings | dict(source), settings | dict(target)
    return {
        name: value
        for name, value in after.items()
        if before.get(name) != value and is_read(name, after)
    }


def _changed(kept: Trial, left: Mapping[str, Value], number: int) -> list[Birth]:
    """Change each gene that is left alone, as the next round; numbers go on from this one."""
    return [
        Birth(
            place,
            kept.generation + 1,
            {**kept.genome, gene: value},
            "ablation",
            (kept.number,),
            gene,
        )
        for place, (gene, value) in enumerate(left.items(), start=number)
    ]


def _costs(trial: Trial) -> tuple[float, ...]:
    """Order trials from best to worst."""
    return tuple(math.inf if math.isnan(cost) else cost for cost in fitness(trial))
