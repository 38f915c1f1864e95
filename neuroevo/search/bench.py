"""The bench: the only place where candidates are trained and become trials.

Knows an experiment and its data; does not know who asks, nor where trials are written down.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import count
from types import TracebackType
from typing import Any, Self

from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evolution import Candidate
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.learning.training import SampleStream, sample_stream
from neuroevo.runs import Trial
from neuroevo.search.outcomes import checked, trial_of
from neuroevo.search.record import Record
from neuroevo.workers import Workers
from neuroevo.workers.pool import Failure, never

SEARCH_SEEDS, FRESH_SEEDS = 0, 1  # second part of the seed of all starting weights and orders


class Bench:
    """Trains what an experiment's candidates ask for; a context, whose workers stay alive.

    Parameters
    ----------
    experiment
        How networks are trained, and what for.
    data
        What they are trained on: the data of its task.
    workers
        Who trains; changes no result.

    Raises
    ------
    UsageError
        If the experiment asks for too much memory.
    DataError
        If no network of the experiment can learn the data.
    """

    def __init__(self, experiment: Experiment, data: DataSet, workers: Workers) -> None:
        experiment.check_memory(data.size)
        self.experiment = experiment
        self._workers = workers
        evolution = experiment.evolution
        self._scoring = Scoring(evolution.objectives, evolution.reduction)
        self._streams: Callable[[int], SampleStream] = cache(
            lambda seeds: sample_stream(data, experiment.training, (experiment.seed, seeds))
        )
        self._streams(SEARCH_SEEDS)
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Compile the kernel, or load it; NeuroevoError if a cluster can't be reached."""
        evaluator = Evaluator(self.experiment.training.precision, self._workers)
        self._evaluator = self._resources.enter_context(evaluator)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._resources.__exit__(kind, error, traceback)

    def trials(
        self, candidates: deque[Candidate], record: Record, stop: Callable[[], bool] = never
    ) -> Iterator[Trial]:
        """Train candidates, giving the trial of each as soon as it is finished and recorded.

        Parameters
        ----------
        candidates
            Are taken out from the left. Those that are appended while trials come are trained too.
        record
            Those that it holds are not trained again.
        stop
            Asked before work is handed out, from any thread. Once it says yes, running trainings
            are finished, and candidates that then lack one have no trial.

        Raises
        ------
        StorageError
            If a trial can't be recorded, or the one that is recorded is another candidate's.
        NeuroevoError
            If there are no workers any more, or none that live.
        """
        recorded: deque[Candidate] = deque()
        missing: deque[Candidate] = deque()

        def sort() -> None:
            while candidates:
                is_recorded = candidates[0].number in record.trials
                (recorded if is_recorded else missing).append(candidates.popleft())

        sort()
        while recorded or missing:
            while recorded:
                candidate = recorded.popleft()
                yield checked(candidate, record.trials[candidate.number])
                sort()
            for trial in self._trained(missing, stop):
                record.append(trial)
                yield trial
                sort()
            if stop():
                return

    def _trained(self, candidates: deque[Candidate], stop: Callable[[], bool]) -> Iterator[Trial]:
        stream = self._streams(SEARCH_SEEDS)
        objectives, points = self._scoring.objectives, len(stream.samples_seen)
        places = count()
        placed: dict[int, Candidate] = {}  # those in training
        genomes: deque[Mapping[str, Any]] = deque()

        def place() -> None:
            while candidates:
                candidate = candidates.popleft()
                placed[next(places)] = candidate
                genomes.append(candidate.genome)

        place()
        for index, outcome in self._evaluator.evaluate(genomes, stream, self._scoring, stop):
            yield trial_of(placed.pop(index), outcome, objectives, points)
            place()

    def evaluations(
        self, trials: Sequence[Trial], seeds: int, stop: Callable[[], bool] = never
    ) -> dict[int, Evaluation | Failure]:
        """Train trials again, for their weights or from other starting weights.

        Parameters
        ----------
        trials
            Any trials of the experiment.
        seeds
            `SEARCH_SEEDS`, which give the same bits again, or `FRESH_SEEDS`.
        stop
            As for `trials`.

        Returns
        -------
        dict
            What came of each trial, by its number; those are missing that were not finished.
        """
        genomes = deque(trial.genome for trial in trials)
        outcomes = self._evaluator.evaluate(genomes, self._streams(seeds), self._scoring, stop)
        return {trials[index].number: outcome for index, outcome in outcomes}
