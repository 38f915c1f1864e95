"""What a run may be asked afterwards: is random search as good, and which gene brought what.

Trains as the run did, and keeps each answer in a journal of its own. Knows neither fronts nor
figures: whoever asks says which trials to go from and to.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from neuroevo.errors import StorageError
from neuroevo.evaluation import TRAINING_GENES, is_read
from neuroevo.evolution import Candidate
from neuroevo.experiment import Experiment
from neuroevo.learning import TrainingSettings
from neuroevo.runs import Journal, RunFolder, RunLock, Trial, read_experiment, read_start
from neuroevo.search.beginning import bench_of, recovered
from neuroevo.search.bench import Bench
from neuroevo.search.outcomes import checked, fitness_of
from neuroevo.search.record import JournalRecord, StudyRecord
from neuroevo.space import Value
from neuroevo.strategies import Options
from neuroevo.strategies.random_search import RandomSearch
from neuroevo.workers import Workers

Counter = Callable[[int, int], None]
"""Is told how many trials are finished, and of how many."""

_DRAWING_SEED = 2  # second part of the seed: not that of the search's own draws


def count_nothing(_finished: int, _of: int) -> None:
    """Count nothing."""


def random_search(
    bench: Bench, record: StudyRecord, trials: int, counter: Counter = count_nothing
) -> None:
    """Train random configurations of a run's search space, for comparison with evolution.

    They are drawn as the first generation of a search is, all distinct, and trained from the same
    starting weights on the same samples. Those that an earlier call trained are kept.

    Parameters
    ----------
    bench
        The run's.
    record
        Of this study, see `study`.
    trials
        How many; fewer where the space holds no more.
    counter
        Is told how far it has come.

    Raises
    ------
    StorageError
        If a file can't be written.
    """
    candidates = _drawn(bench.experiment, trials)
    _forget_others(record, candidates)
    _train(bench, record, candidates, lambda finished: counter(finished, len(candidates)))


def ablate(
    bench: Bench, record: StudyRecord, source: Trial, target: Trial, counter: Counter
) -> None:
    """Go from one trial's configuration to another's, one gene at a time, the most useful first.

    In each round every gene that still differs is changed alone, and the best change is kept: by
    the first objective, ties by the next. Fawcett & Hoos 2016, "Analysing differences between
    algorithm configurations through ablation". The trials of a round have its number as their
    generation and the changed gene as their name; round 0 is the source itself. What their parent
    is was kept in the round before.

    Parameters
    ----------
    bench, record, counter
        As for `random_search`.
    source, target
        Two of the run's trials.

    Raises
    ------
    StorageError
        As for `random_search`.
    """
    left = _changes(source.genome, target.genome, bench.experiment.training)
    trials = 1 + len(left) * (len(left) + 1) // 2
    candidates = [Candidate(0, source.genome, 0, "ablation", name=source.name)]
    while candidates:
        _forget_others(record, candidates)
        tried = _train(bench, record, candidates, _counter_from(candidates[0], trials, counter))
        kept = min(tried, key=_costs)
        left.pop(kept.name, None)
        candidates = _changed(kept, left, number=tried[-1].number + 1)


def _counter_from(first: Candidate, trials: int, counter: Counter) -> Callable[[int], None]:
    return lambda finished: counter(first.number + finished, trials)


@contextmanager
def study(folder: RunFolder, path: Path, workers: Workers) -> Iterator[tuple[Bench, JournalRecord]]:
    """Open the bench of a run, and a journal beside the run's own.

    Parameters
    ----------
    folder
        A run that nobody writes to.
    path
        The journal's file; it is made when it does not exist.
    workers
        Who trains.

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
        bench = bench_of(read_experiment(folder, start), start, workers)
        trials, _ = recovered(path, path.with_suffix(".damaged.jsonl"))
        with bench, Journal(path) as journal:
            yield bench, JournalRecord(journal, trials)


def _forget_others(record: StudyRecord, candidates: Sequence[Candidate]) -> None:
    """Forget all that is recorded if it is not of these candidates."""
    try:
        for candidate in candidates:
            if candidate.number in record.trials:
                checked(candidate, record.trials[candidate.number])
    except StorageError:
        record.clear()


def _train(
    bench: Bench,
    record: StudyRecord,
    candidates: Sequence[Candidate],
    count: Callable[[int], None],
) -> list[Trial]:
    """Train candidates; give their trials in the order of their numbers."""
    known = {candidate.number for candidate in candidates} & record.trials.keys()
    trials = []
    count(len(known))
    for trial in bench.trials(deque(candidates), record):
        trials.append(trial)
        if trial.number not in known:
            count(len(trials))
    return sorted(trials, key=lambda trial: trial.number)


def _drawn(experiment: Experiment, trials: int) -> list[Candidate]:
    """Draw random genomes as the first generation of a search is drawn."""
    sequence = np.random.SeedSequence((experiment.seed, _DRAWING_SEED))
    options = Options(
        population_size=max(trials, 4), seed=int(sequence.generate_state(1, np.uint64)[0])
    )
    return RandomSearch(experiment.space, options).ask(trials)


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


def _changed(kept: Trial, left: Mapping[str, Value], number: int) -> list[Candidate]:
    """Change each gene that is left alone, as the next round; numbers go on from this one."""
    return [
        Candidate(
            place,
            {**kept.genome, gene: value},
            kept.generation + 1,
            "ablation",
            (kept.number,),
            gene,
        )
        for place, (gene, value) in enumerate(left.items(), start=number)
    ]


def _costs(trial: Trial) -> tuple[float, ...]:
    """Order trials from best to worst."""
    return tuple(math.inf if math.isnan(cost) else cost for cost in fitness_of(trial))
