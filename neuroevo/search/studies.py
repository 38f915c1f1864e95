"""Random search and ablation for a finished run.

Trains as the run did, and keeps the trials of each study in a journal of its own. The caller says
between which trials an ablation goes.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuroevo.errors import StorageError
from neuroevo.evaluation import TRAINING_GENES
from neuroevo.evolution import Candidate
from neuroevo.experiment import Experiment
from neuroevo.learning import TrainingSettings, is_read
from neuroevo.runs import Journal, RunFolder, RunLock, Trial, read_experiment, read_start
from neuroevo.search.outcomes import checked, fitness_of
from neuroevo.search.progress import ignore_progress
from neuroevo.search.record import JournalRecord, Record
from neuroevo.search.start_and_resume import recovered, trainer_of
from neuroevo.search.trainer import Trainer
from neuroevo.space import Value
from neuroevo.strategies import Options
from neuroevo.strategies.random_search import RandomSearch
from neuroevo.workers import Workers

if TYPE_CHECKING:
    import pandas as pd

Counter = Callable[[int, int], None]
"""Receives the number of finished trials, and the number of all trials."""

_RANDOM_SEED = 2  # second part of the seed: not that of the search's own draws


def random_search(
    trainer: Trainer, record: Record, trials: int, counter: Counter = ignore_progress
) -> None:
    """Train random configurations of a run's search space, for comparison with evolution.

    They are drawn as the first generation of a search is, all distinct, and trained from the same
    starting weights on the same samples. Trials of an earlier call are kept.

    Parameters
    ----------
    trainer
        The trainer of the run.
    record
        The record of this study, see `study`.
    trials
        How many; fewer if the space holds fewer.
    counter
        Receives the progress.

    Raises
    ------
    StorageError
        If a file can't be written.
    """
    candidates = _drawn(trainer, trials)
    _train(trainer, record, candidates, counter, len(candidates))


def ablate(
    trainer: Trainer, record: Record, source: Trial, target: Trial, counter: Counter
) -> None:
    """Go from one trial's configuration to another's, one gene at a time, the best change first.

    In each round every gene that still differs is changed alone, and the best change is kept: by
    the first objective, ties by the next. Fawcett & Hoos 2016, "Analysing differences between
    algorithm configurations through ablation". The trials of a round have its number as their
    generation, the changed gene as their name, and the trial kept in the round before as their
    parent; round 0 is the source itself.

    Parameters
    ----------
    trainer, record, counter
        As for `random_search`.
    source, target
        Two of the run's trials.

    Raises
    ------
    StorageError
        As for `random_search`.
    """
    left = _changes(source.genome, target.genome, trainer.experiment.training)
    total = 1 + len(left) * (len(left) + 1) // 2
    candidates = [Candidate(0, source.genome, 0, "ablation", name=source.name)]
    while candidates:
        trials = _train(trainer, record, candidates, counter, total)
        kept = min(trials, key=lambda trial: _order(trial, trainer.experiment))
        left.pop(kept.name, None)
        candidates = _changed(kept, left, number=trials[-1].number + 1)


@contextmanager
def study(
    folder: RunFolder, path: Path, workers: Workers, data: "str | Path | pd.DataFrame | None" = None
) -> Iterator[tuple[Trainer, Record]]:
    """Open the trainer of a run and the record of a study.

    Parameters
    ----------
    folder
        A run that nobody writes to.
    path
        The journal of the study; it is made if it does not exist.
    workers
        Who trains.
    data
        As for `neuroevo.search.resume`.

    Raises
    ------
    BusyError
        If another process writes to the run.
    DataError
        If the task's data are not those of the run.
    StorageError
        If a file is damaged, or can't be read or written.
    """
    with RunLock(folder):
        start = read_start(folder.start_file)
        trainer = trainer_of(read_experiment(folder, start), start, workers, data)
        trials, _ = recovered(path, path.with_suffix(".damaged.jsonl"))
        with trainer, Journal(path) as journal:
            yield trainer, JournalRecord(journal, trials)


def _train(
    trainer: Trainer,
    record: Record,
    candidates: Sequence[Candidate],
    counter: Counter,
    total: int,
) -> list[Trial]:
    """Train candidates; return their trials by number. Trials of other candidates are removed."""
    known = [candidate for candidate in candidates if candidate.number in record.trials]
    try:
        for candidate in known:
            checked(candidate, record.trials[candidate.number])
    except StorageError:
        record.clear()
        known = []
    before = candidates[0].number if candidates else 0
    counter(before + len(known), total)
    trials: list[Trial] = []
    for trial in trainer.trials(deque(candidates), record):
        trials.append(trial)
        if len(trials) > len(known):  # those that are known come first
            counter(before + len(trials), total)
    return sorted(trials, key=lambda trial: trial.number)


def _drawn(trainer: Trainer, trials: int) -> list[Candidate]:
    """Draw random genomes as the first generation of a search is drawn."""
    sequence = np.random.SeedSequence((trainer.experiment.seed, _RANDOM_SEED))
    options = Options(
        population_size=max(trials, 4), seed=int(sequence.generate_state(1, np.uint64)[0])
    )
    return RandomSearch(trainer.space, options).ask(trials)


def _changes(
    source: Mapping[str, Value], target: Mapping[str, Value], training: TrainingSettings
) -> dict[str, Value]:
    """Return the genes of the target that differ from the source and are read."""
    settings: dict[str, Value] = {name: getattr(training, name) for name in TRAINING_GENES}
    before, after = settings | dict(source), settings | dict(target)
    return {
        name: value
        for name, value in after.items()
        if before.get(name) != value and is_read(name, after)
    }


def _changed(kept: Trial, left: Mapping[str, Value], number: int) -> list[Candidate]:
    """Return the candidates of the next round, in each of which one gene is changed."""
    generation, parents = kept.generation + 1, (kept.number,)
    return [
        Candidate(place, {**kept.genome, gene: value}, generation, "ablation", parents, gene)
        for place, (gene, value) in enumerate(left.items(), start=number)
    ]


def _order(trial: Trial, experiment: Experiment) -> tuple[float, ...]:
    """Order trials from best to worst."""
    costs = fitness_of(trial, experiment.objectives)
    return tuple(math.inf if math.isnan(cost) else cost for cost in costs)
