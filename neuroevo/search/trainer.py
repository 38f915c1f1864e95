"""The only place where candidates are trained, or given to a function, and become trials.

Knows an experiment and its data; does not know who asks, nor where trials are recorded.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import count
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from neuroevo.errors import DataError, UsageError
from neuroevo.evaluation import OBJECTIVES, phenotype_of
from neuroevo.evaluation.evaluator import Evaluation, Evaluator, Scoring
from neuroevo.evaluation.function_evaluator import (
    FunctionEvaluation,
    FunctionEvaluator,
    Replication,
)
from neuroevo.evaluation.rungs import NO_RUNGS, Rung, Rungs, RungValues
from neuroevo.evaluation.user_function import UserFunction
from neuroevo.evolution import Candidate, excesses_of, violation_of
from neuroevo.experiment import Experiment
from neuroevo.learning import DataSet
from neuroevo.learning.training import SampleStream, fold_streams, on_training_samples
from neuroevo.runs import Trial
from neuroevo.search.early_stopping import Verdicts
from neuroevo.search.material import fingerprint_of
from neuroevo.search.outcomes import checked, trial_of
from neuroevo.search.record import Record
from neuroevo.space import Genome, SearchSpace
from neuroevo.tasks import FunctionSource, PythonTask
from neuroevo.workers import Workers
from neuroevo.workers.pool import Failure, never

SEARCH_SEEDS, FRESH_SEEDS = 0, 1  # second part of the seed of all starting weights and orders
PARAMETERS = "parameters"  # the quantity of networks that is known without training

_NO_POINTS = np.zeros(0, dtype=np.int64)

Results = Iterator[tuple[int, Evaluation | FunctionEvaluation | Failure]]


class CandidateEvaluator(Protocol):
    """Evaluates genomes; a context, whose workers stay alive."""

    objectives: tuple[str, ...]  # names of the objectives of each trial

    def __enter__(self) -> object:
        """Make the workers ready."""

    def __exit__(self, *_: object) -> None:
        """Release them."""

    def evaluate(
        self, genomes: deque[Mapping[str, Any]], stop: Callable[[], bool], rungs: Rungs
    ) -> Results:
        """Yield the place and the result of each genome, see `Evaluator.evaluate`."""


class Trainer:
    """Trains the candidates of an experiment; a context, whose workers stay alive.

    Parameters
    ----------
    experiment
        Defines how networks are trained and scored, or which function gets the candidates.
    evaluated_on
        The data of its task, or its function.
    workers
        Who trains; changes no result.

    Raises
    ------
    UsageError
        If the experiment asks for too much memory, or for threads that call a function.
    DataError
        If no network of the experiment can learn the data, or an objective needs classes that
        they do not have.
    """

    def __init__(
        self, experiment: Experiment, evaluated_on: DataSet | FunctionSource, workers: Workers
    ) -> None:
        self.experiment = experiment
        self._evaluated_on = evaluated_on
        self._networks: _Networks | None = None
        self._function: FunctionEvaluator | None = None
        self._seen = _NO_POINTS  # samples at each point of learning curves
        if isinstance(evaluated_on, DataSet):
            self._networks = _Networks(experiment, evaluated_on, workers)
            self._evaluator: CandidateEvaluator = self._networks
            self._seen = self._networks.samples_seen
        else:
            self._function = _function_evaluator(experiment, evaluated_on, workers)
            self._evaluator = self._function
        self._rungs = _rungs(experiment, self._seen)

    @property
    def data(self) -> DataSet | None:
        """The data that networks are trained on; None if a function is called."""
        return None if self._networks is None else self._networks.data

    @cached_property
    def space(self) -> SearchSpace:
        """The search space, restricted to networks with as many parameters as constraints allow.

        That is known of a genome without training.
        """
        experiment, space = self.experiment, self.experiment.space
        bounds = [each for each in experiment.constraints if each.name == PARAMETERS]
        if self.data is None or not bounds:
            return space
        ends = self.data.size.inputs, self.data.size.outputs

        def excess(genome: Genome) -> float:
            phenotype = phenotype_of(genome, ends, experiment.training)
            count = float(phenotype.architecture.parameter_count)
            return violation_of(excesses_of(bounds, {PARAMETERS: count}))

        return space.restricted(excess)

    @property
    def fingerprint(self) -> dict[str, str]:
        """A description of the data or of the file of the function, see `fingerprint_of`."""
        return fingerprint_of(self._evaluated_on)

    def __enter__(self) -> Self:
        """Make the workers ready.

        Raises
        ------
        DataError
            If the function can't be imported.
        NeuroevoError
            If a cluster can't be reached.
        """
        self._evaluator.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._evaluator.__exit__(None, None, None)

    def trials(
        self,
        candidates: deque[Candidate],
        record: Record,
        stop: Callable[[], bool] = never,
        verdicts: Verdicts | None = None,
    ) -> Iterator[Trial]:
        """Train candidates, giving the trial of each as soon as it is finished and recorded.

        Parameters
        ----------
        candidates
            Are taken out from the left. Candidates that are appended while this iterates are
            trained too.
        record
            Trials that it holds are not trained again.
        stop
            Called before work is handed out, from any thread. Once it returns True, running
            trainings are finished, and candidates without all their trainings get no trial.
        verdicts
            Decides at each rung of the experiment which trials go on; without it all do.

        Raises
        ------
        StorageError
            If a trial can't be recorded, or a recorded trial belongs to another candidate.
        NeuroevoError
            If there are no workers any more, or none that live.
        """
        recorded: deque[Candidate] = deque()
        missing: deque[Candidate] = deque()

        def sort_candidates() -> None:
            while candidates:
                is_recorded = candidates[0].number in record.trials
                (recorded if is_recorded else missing).append(candidates.popleft())

        sort_candidates()
        while recorded or missing:
            while recorded:
                candidate = recorded.popleft()
                yield checked(candidate, record.trials[candidate.number])
                sort_candidates()
            for trial in self._trained(missing, stop, verdicts):
                record.append(trial)
                yield trial
                sort_candidates()
            if stop():
                return

    def _trained(
        self,
        candidates: deque[Candidate],
        stop: Callable[[], bool],
        verdicts: Verdicts | None,
    ) -> Iterator[Trial]:
        evaluator = self._evaluator
        places = count()
        running: dict[int, Candidate] = {}  # by the place of the genome
        genomes: deque[Mapping[str, Any]] = deque()

        def add_candidates() -> None:
            while candidates:
                candidate = candidates.popleft()
                running[next(places)] = candidate
                genomes.append(candidate.genome)

        def goes_on(place: int, values: Sequence[RungValues]) -> bool:
            return verdicts is None or verdicts.goes_on(running[place].number, values)

        add_candidates()
        rungs = NO_RUNGS if verdicts is None else Rungs(self._rungs, goes_on)
        for place, outcome in evaluator.evaluate(genomes, stop, rungs):
            candidate, verdict = running.pop(place), 0
            if verdicts is not None and not isinstance(outcome, Failure):
                verdict = verdicts.verdict(candidate.number, outcome.rungs)
            yield trial_of(candidate, outcome, evaluator.objectives, len(self._seen), verdict)
            add_candidates()

    def evaluations(
        self, trials: Sequence[Trial], seeds: int, stop: Callable[[], bool] = never
    ) -> dict[int, Evaluation | Failure]:
        """Train networks again, for their weights or from other starting weights.

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
            The result of each trial by its number, without those that were not finished.
        """
        if self._networks is None:
            return {}
        genomes = deque(trial.genome for trial in trials)
        outcomes = self._networks.trained(genomes, seeds, stop)
        return {trials[index].number: outcome for index, outcome in outcomes}

    def called_again(
        self, trials: Sequence[Trial], stop: Callable[[], bool] = never
    ) -> dict[int, FunctionEvaluation | Failure]:
        """Call the function on fresh seeds.

        Parameters
        ----------
        trials
            Any trials of the experiment.
        stop
            As for `trials`.

        Returns
        -------
        dict
            The result of each trial by its number, without those that were not finished; empty if
            networks are trained.
        """
        if self._function is None:
            return {}
        genomes = deque(trial.genome for trial in trials)
        outcomes = self._function.evaluate(genomes, stop, fresh=True)
        return {trials[index].number: outcome for index, outcome in outcomes}

    def on_training_samples(
        self, trial: Trial, stop: Callable[[], bool] = never
    ) -> Evaluation | Failure | None:
        """Train a trial of the search again, and take its curves on its training samples.

        Returns
        -------
        Its result, whose objectives are those of the training samples; None if it was stopped.
        """
        if self._networks is None:
            return None
        outcomes = dict(self._networks.on_training_samples(deque([trial.genome]), stop))
        return outcomes.get(0)

    def trained(self, configuration: Mapping[str, Any]) -> Evaluation | Failure:
        """Train all replicates of a configuration on the seeds of the search, for their weights.

        Parameters
        ----------
        configuration
            A value for each gene of the experiment.

        Raises
        ------
        UsageError
            If the experiment trains no networks.
        """
        if self._networks is None:
            raise UsageError(f"task: must train networks, but is {self.experiment.task.kind!r}")
        [(_, outcome)] = self._networks.trained(deque([configuration]), SEARCH_SEEDS, never)
        return outcome


class _Networks(CandidateEvaluator):
    """Trains networks on the data of a task."""

    def __init__(self, experiment: Experiment, data: DataSet, workers: Workers) -> None:
        experiment.check_memory(data.size)
        _check_classes(experiment, data)
        evolution, training = experiment.evolution, experiment.training
        self.data = data
        self.objectives = evolution.objectives
        self._precision, self._workers = training.precision, workers
        self._scoring = Scoring(evolution.objectives, evolution.reduction, experiment.quantities)
        self._streams: Callable[[int], tuple[SampleStream, ...]] = cache(
            lambda seeds: fold_streams(data, training, (experiment.seed, seeds))
        )
        self.samples_seen = self._streams(SEARCH_SEEDS)[0].samples_seen

    def __enter__(self) -> Self:
        """Compile the kernel, or load it."""
        self._evaluator = Evaluator(self._precision, self._workers).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._evaluator.__exit__(None, None, None)

    def evaluate(
        self,
        genomes: deque[Mapping[str, Any]],
        stop: Callable[[], bool],
        rungs: Rungs,
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        """Train networks on the seeds of the search."""
        streams = self._streams(SEARCH_SEEDS)
        return self._evaluator.evaluate(genomes, streams, self._scoring, stop, rungs)

    def trained(
        self,
        genomes: deque[Mapping[str, Any]],
        seeds: int,
        stop: Callable[[], bool],
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        """Train networks on some seeds."""
        return self._evaluator.evaluate(genomes, self._streams(seeds), self._scoring, stop)

    def on_training_samples(
        self, genomes: deque[Mapping[str, Any]], stop: Callable[[], bool]
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        """Train networks on the seeds of the search, and take curves on their training samples."""
        streams = tuple(map(on_training_samples, self._streams(SEARCH_SEEDS)))
        return self._evaluator.evaluate(genomes, streams, self._scoring, stop)


def _rungs(experiment: Experiment, seen: npt.NDArray[np.int64]) -> tuple[Rung, ...]:
    """Return the points and replicates of the experiment's rungs, each once, without the end.

    The last point is the first with so many samples; what has no learning curves has one point.
    """
    most = max(len(seen), 1)
    rungs = [
        Rung(
            int(np.searchsorted(seen, each.samples * seen[-1])) + 1 if len(seen) else most,
            each.replicates,
        )
        for each in experiment.rungs
    ]
    end = Rung(most, tuple(range(experiment.replicates)))
    return tuple(each for each in dict.fromkeys(rungs) if each != end)


def _function_evaluator(
    experiment: Experiment, source: FunctionSource, workers: Workers
) -> FunctionEvaluator:
    task = experiment.task
    if not isinstance(task, PythonTask):
        raise TypeError(f"{task.kind}: its candidates are networks")
    quantities = experiment.quantities
    function = UserFunction(source, tuple(task.objectives), task.time_limit, quantities)
    maximised = {item.name for item in experiment.objectives if item.maximised}
    lower_bounds = {each.name for each in experiment.constraints if each.most is None}
    maximised |= lower_bounds - {item.name for item in experiment.objectives}
    replication = Replication(
        experiment.replicates,
        experiment.fresh_replicates,
        experiment.evolution.reduction,
        frozenset(maximised),
    )
    return FunctionEvaluator(function, experiment.seed, workers, replication)


def _check_classes(experiment: Experiment, data: DataSet) -> None:
    """Refuse data without classes for objectives of classes: their task was expected to have some.

    Raises
    ------
    DataError
        If the data have no classes, but an objective needs them.
    """
    for name in experiment.evolution.objectives:
        if OBJECTIVES[name].of_classes and not data.columns.classes:
            raise DataError(f"columns: must have classes for the objective {name!r}, but have none")
