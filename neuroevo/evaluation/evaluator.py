"""Evaluates configurations on joblib's workers, results coming as they finish.

Knows how work is spread and put together again; knows no search and no disk.
"""

import functools
import itertools
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NamedTuple, Self

import joblib
import numpy as np
import numpy.typing as npt

from neuroevo.evaluation.bundles import Bundle, Replicate, pack
from neuroevo.evaluation.objectives import MSE_FLOORS, OBJECTIVES, LearningCurves, score
from neuroevo.evaluation.phenotype import phenotype_of
from neuroevo.evaluation.workers import Workers
from neuroevo.kernel.catalogue import LANE_COUNTS
from neuroevo.learning import (
    Architecture,
    DataSet,
    Precision,
    TrainingSettings,
)
from neuroevo.learning.starting_weights import Seed
from neuroevo.learning.training import Lane, SampleStream, compile_kernel, sample_stream, train
from neuroevo.tasks import Task


@dataclass(frozen=True, slots=True)
class Assignment:
    """All that decides what a configuration is worth, but for the configuration."""

    task: Task
    training: TrainingSettings
    objectives: tuple[str, ...]
    reduction: str
    seed: Seed


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came of training a configuration from all its starting weights."""

    objectives: Mapping[str, float]  # NaN where there is no finite value
    architecture: Architecture
    curves: npt.NDArray[np.floating]  # (replicates, points) validation MSE
    parameters: npt.NDArray[np.floating]  # (replicates, vector size)
    seconds: float  # of one core

    @property
    def precision(self) -> Precision:
        """The precision that was trained in."""
        return "float32" if self.parameters.dtype == np.float32 else "float64"

    @property
    def diverged(self) -> int:
        """How many replicates diverged."""
        return int(np.isinf(self.curves[:, -1]).sum())

    @property
    def median_curve(self) -> tuple[float, ...]:
        """Median over the replicates at each point of the learning curve."""
        return tuple(np.median(self.curves, axis=0).tolist())


class _TrainedLane(NamedTuple):
    """What the training of one replicate gave."""

    replicate: Replicate
    curve: npt.NDArray[np.floating]
    parameters: npt.NDArray[np.floating]
    seconds: float  # its share of the bundle's


class Evaluator:
    """Trains configurations on several cores; a context, since workers stay alive in between.

    Parameters
    ----------
    precision
        The precision whose kernel is compiled, once, before any worker would.
    workers
        Who trains.
    """

    def __init__(self, precision: Precision, workers: Workers) -> None:
        compile_kernel(precision)
        self._parallel = joblib.Parallel(
            n_jobs=workers.n_jobs,
            backend=workers.backend,
            return_as="generator_unordered",
            pre_dispatch="all",
        )

    def __enter__(self) -> Self:
        self._parallel.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._parallel.__exit__(kind, error, traceback)

    def evaluate(
        self, configurations: Sequence[Mapping[str, Any]], assignment: Assignment
    ) -> Iterator[tuple[int, Evaluation]]:
        """Evaluate configurations, giving each one's index and result as soon as it is there.

        Parameters
        ----------
        configurations
            Mappings from the names of network genes to values.
        assignment
            What they are trained on, and for.
        """
        phenotypes = [
            phenotype_of(configuration, data_set(assignment.task), assignment.training)
            for configuration in configurations
        ]
        lanes = LANE_COUNTS[assignment.training.precision]
        bundles = pack(phenotypes, assignment.training.replicates, lanes)
        parts = self._parallel(joblib.delayed(_train)(bundle, assignment) for bundle in bundles)
        for trial, lanes_of_trial in _gather(parts, assignment.training.replicates):
            yield trial, _judge(phenotypes[trial].architecture, lanes_of_trial, assignment)


@functools.lru_cache(maxsize=4)
def data_set(task: Task) -> DataSet:
    """Make the task's data, once in each process, since that is quicker than sending it there."""
    return task.data_set()


@functools.lru_cache(maxsize=4)
def _stream(task: Task, training: TrainingSettings, seed: Seed) -> SampleStream:
    return sample_stream(data_set(task), training, seed)


def _train(bundle: Bundle, assignment: Assignment) -> list[_TrainedLane]:
    """Train a bundle; this is what workers do."""
    stream = _stream(assignment.task, assignment.training, assignment.seed)
    start = time.perf_counter()
    trained = train(
        bundle.architecture,
        [Lane(replicate.number, replicate.learning_rate) for replicate in bundle.replicates],
        stream,
        starting_weights=bundle.starting_weights,
        seed=assignment.seed,
    )
    seconds = (time.perf_counter() - start) / len(bundle.replicates)
    return [
        _TrainedLane(replicate, curve, parameters, seconds)
        for replicate, curve, parameters in zip(
            bundle.replicates, trained.curves, trained.parameters, strict=True
        )
    ]


def _gather(
    parts: Iterable[list[_TrainedLane]], replicates: int
) -> Iterator[tuple[int, list[_TrainedLane]]]:
    """Put bundles apart into trials, each given with all its lanes as soon as they are there."""
    waiting: defaultdict[int, list[_TrainedLane]] = defaultdict(list)
    for lane in itertools.chain.from_iterable(parts):
        trial = lane.replicate.trial
        waiting[trial].append(lane)
        if len(waiting[trial]) == replicates:
            yield trial, sorted(waiting.pop(trial), key=lambda lane: lane.replicate.number)


def _judge(
    architecture: Architecture, lanes: Sequence[_TrainedLane], assignment: Assignment
) -> Evaluation:
    curves = np.stack([lane.curve for lane in lanes])
    learning = LearningCurves(
        _stream(assignment.task, assignment.training, assignment.seed).samples_seen,
        np.maximum(curves, MSE_FLOORS[assignment.training.precision], dtype=np.float64),
        assignment.training.target_mse,
        architecture.parameter_count,
    )
    return Evaluation(
        {
            name: score(learning, OBJECTIVES[name], assignment.reduction)
            for name in assignment.objectives
        },
        architecture,
        curves,
        np.stack([lane.parameters for lane in lanes]),
        sum(lane.seconds for lane in lanes),
    )
