"""Evaluates configurations on many workers, results coming as they finish.

Knows how work is cut into groups of lanes and put together again; knows no search and no disk.
"""

import os
import platform
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evaluation.objectives import MSE_FLOORS, OBJECTIVES, LearningCurves, score
from neuroevo.evaluation.packing import LaneGroup, Replicate, pack
from neuroevo.evaluation.parcel import Parcel
from neuroevo.evaluation.phenotype import Phenotype, phenotype_of
from neuroevo.kernel.vectors import LANE_COUNTS
from neuroevo.learning import Architecture, Precision
from neuroevo.learning.training import SampleStream, compile_kernel, train
from neuroevo.workers import Work, Workers
from neuroevo.workers.crew import Crew
from neuroevo.workers.local import LocalCrew
from neuroevo.workers.pool import Failure, Job, Pool, never


@dataclass(frozen=True, slots=True)
class Scoring:
    """What counts as good: names of objectives, and how replicates' scores are reduced."""

    objectives: tuple[str, ...]
    reduction: str


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came of training a configuration from all its starting weights."""

    objectives: Mapping[str, float]  # NaN where there is no finite value
    architecture: Architecture
    curves: npt.NDArray[np.floating]  # (replicates, points) validation MSE
    parameters: npt.NDArray[np.floating]  # (replicates, vector size)
    seconds: float  # of one core
    work: tuple[Work, ...] = ()  # whoever trained any of it, in the order of time

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
    seconds: float  # its share of the group's
    work: Work  # on the group


class Evaluator:
    """Trains configurations on several cores; a context, since workers stay alive in between.

    Parameters
    ----------
    precision
        The precision whose kernel is compiled, once on a machine, before several workers would.
    workers
        Who trains.

    Raises
    ------
    NeuroevoError
        If a Dask cluster can't be reached.
    """

    def __init__(self, precision: Precision, workers: Workers) -> None:
        self._shares_memory = workers.backend == "threading"
        self._parcel: Parcel | None = None  # what was sent last
        self._pool = Pool(_crew(precision, workers), workers.trial_timeout)

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.__exit__(kind, error, traceback)

    def evaluate(
        self,
        configurations: deque[Mapping[str, Any]],
        stream: SampleStream,
        scoring: Scoring,
        stop: Callable[[], bool] = never,
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        """Evaluate configurations, giving each one's place and result as soon as it is there.

        Places count from 0 on in the order in which configurations were put in.

        Parameters
        ----------
        configurations
            Mappings from the names of network genes to values. They are taken out; those that are
            put in while results come are evaluated too.
        stream
            What they are trained on.
        scoring
            What they are trained for.
        stop
            Asked before work is handed out, from any thread. Once it says yes, running trainings
            are finished, and configurations that then lack a training have no result.

        Raises
        ------
        NeuroevoError
            If there are no workers any more, or none that live.
        """
        settings, layer_ends = stream.settings, (stream.inputs, stream.outputs)
        places = count()
        phenotypes: dict[int, Phenotype] = {}  # those in training
        groups: deque[LaneGroup] = deque()

        def take() -> None:
            new = {
                place: phenotype_of(each, layer_ends, settings)
                for each, place in zip(configurations, places, strict=False)
            }
            configurations.clear()
            phenotypes.update(new)
            groups.extend(pack(new, settings.replicates, LANE_COUNTS[settings.precision]))

        take()
        trials = _Trials(settings.replicates)
        job = Job(_train, self._sent(stream), trials.unfinished_parts)
        for group, result in self._pool.run(job, groups, stop):
            for trial, lanes in trials.add(group, result):
                architecture = phenotypes.pop(trial).architecture
                if isinstance(lanes, Failure):
                    yield trial, lanes
                else:
                    yield trial, _judge(architecture, lanes, stream, scoring)
                take()

    def _sent(self, stream: SampleStream) -> SampleStream | Parcel:
        """Wrap a stream for workers that don't see it, the same in the same wrapping."""
        if self._shares_memory:
            return stream
        if self._parcel is None or self._parcel.stream is not stream:
            self._parcel = Parcel(stream)
        return self._parcel


def _crew(precision: Precision, workers: Workers) -> Crew:
    """Find workers that have the kernel compiled."""
    prepare = partial(compile_kernel, precision)
    if workers.backend == "dask":
        from neuroevo.workers.cluster import ClusterCrew  # noqa: PLC0415 - Dask is an extra

        return ClusterCrew(str(workers.scheduler), prepare)
    prepare()
    return LocalCrew(workers)


def _train(group: LaneGroup, stream: SampleStream) -> list[_TrainedLane]:
    """Train a group of lanes; this is what workers do."""
    began, start = time.time(), time.perf_counter()
    trained = train(
        group.architecture,
        [replicate.lane for replicate in group.replicates],
        stream,
    )
    seconds = time.perf_counter() - start
    work = Work(f"{platform.node()}:{os.getpid()}", round(began, 6), round(seconds, 6))
    return [
        _TrainedLane(replicate, curve, parameters, seconds / len(group.replicates), work)
        for replicate, curve, parameters in zip(
            group.replicates, trained.curves, trained.parameters, strict=True
        )
    ]


@dataclass(slots=True)
class _Trials:
    """Puts groups of lanes apart into trials."""

    replicates: int
    lanes: defaultdict[int, list[_TrainedLane]] = field(default_factory=lambda: defaultdict(list))
    failed: set[int] = field(default_factory=set)

    def unfinished_parts(self, group: LaneGroup) -> list[LaneGroup]:
        """Split a group by trials, without those that have failed."""
        if len(group.trials) == 1 and not self.failed:
            return [group]
        return [group.of_trial(trial) for trial in group.trials if trial not in self.failed]

    def add(
        self, group: LaneGroup, result: list[_TrainedLane] | Failure
    ) -> Iterator[tuple[int, list[_TrainedLane] | Failure]]:
        """Add what came of a group; gives each trial with all its lanes, once they are there."""
        if isinstance(result, Failure):
            new = [trial for trial in group.trials if trial not in self.failed]
            self.failed.update(new)
            yield from ((trial, result) for trial in new)
            return
        for lane in result:
            trial = lane.replicate.trial
            lanes = self.lanes[trial]
            lanes.append(lane)
            if len(lanes) == self.replicates and trial not in self.failed:
                yield trial, sorted(lanes, key=lambda lane: lane.replicate.lane.replicate)
                del self.lanes[trial]


def _judge(
    architecture: Architecture,
    lanes: Sequence[_TrainedLane],
    stream: SampleStream,
    scoring: Scoring,
) -> Evaluation:
    curves = np.stack([lane.curve for lane in lanes])
    learning = LearningCurves(
        stream.samples_seen,
        np.maximum(curves, MSE_FLOORS[stream.settings.precision], dtype=np.float64),
        stream.settings.target_mse,
        architecture.parameter_count,
    )
    return Evaluation(
        {name: score(learning, OBJECTIVES[name], scoring.reduction) for name in scoring.objectives},
        architecture,
        curves,
        np.stack([lane.parameters for lane in lanes]),
        sum(lane.seconds for lane in lanes),
        tuple(sorted({lane.work for lane in lanes}, key=lambda work: (work.began, work))),
    )
