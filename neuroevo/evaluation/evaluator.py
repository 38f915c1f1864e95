"""Evaluates configurations on many workers, and yields results as they finish.

Splits the work into groups of lanes, and joins the results; knows no search and no disk.
"""

import os
import platform
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from neuroevo.evaluation.objectives import (
    MSE_FLOORS,
    OBJECTIVES,
    LearningCurves,
    median,
    scored,
)
from neuroevo.evaluation.packing import LaneGroup, Replicate, pack
from neuroevo.evaluation.phenotype import Phenotype, phenotype_of
from neuroevo.evaluation.rungs import NO_RUNGS, Rung, RungPosition, Rungs, RungValues
from neuroevo.evaluation.sent_streams import SentStreams
from neuroevo.kernel.vectors import LANE_COUNTS
from neuroevo.learning import Architecture, Precision
from neuroevo.learning.training import (
    SampleStream,
    TrainingState,
    compile_kernel,
    joined_states,
    train_further,
)
from neuroevo.workers import Work, Workers
from neuroevo.workers.backends import backend_of
from neuroevo.workers.pool import Failure, Job, Pool, never


@dataclass(frozen=True, slots=True)
class Scoring:
    """The names of objectives and quantities, and of how the scores of replicates are reduced."""

    objectives: tuple[str, ...]
    reduction: str
    quantities: tuple[str, ...] = ()  # that are no objectives and computed in the same way


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The result of training the replicates of a configuration: all, unless it was stopped."""

    objectives: Mapping[str, float]  # NaN if there is no finite value
    replicates: Mapping[str, tuple[float, ...]]  # the same of each replicate that was trained
    architecture: Architecture
    curves: npt.NDArray[np.floating]  # (replicates, points) validation MSE
    class_curves: Mapping[str, npt.NDArray[np.floating]]  # the same of each class measure, if any
    parameters: npt.NDArray[np.floating]  # (replicates, vector size)
    seconds: float  # of one core
    quantities: Mapping[str, float]  # as the objectives
    rungs: tuple[RungValues, ...] = ()  # the values at each rung that it reached, see `Rungs`
    stopped: bool = False  # whether it did not go on from the last of them
    work: tuple[Work, ...] = ()  # by all workers that trained a part of it, in the order of time

    @property
    def precision(self) -> Precision:
        """The precision of the training."""
        return "float32" if self.parameters.dtype == np.float32 else "float64"

    @property
    def diverged(self) -> int:
        """Number of replicates that diverged."""
        return int(np.isinf(self.curves[:, -1]).sum())

    @property
    def median_curve(self) -> tuple[float, ...]:
        """Median over the replicates at each point of the learning curve."""
        return tuple(median(self.curves).tolist())

    @property
    def median_class_curves(self) -> dict[str, tuple[float, ...]]:
        """The same of each class measure; empty if targets are no class probabilities."""
        return {name: tuple(median(each).tolist()) for name, each in self.class_curves.items()}


class _TrainedLane(NamedTuple):
    """The result of training one replicate."""

    replicate: Replicate
    curve: npt.NDArray[np.floating]
    class_curves: Mapping[str, npt.NDArray[np.floating]]
    parameters: npt.NDArray[np.floating]
    state: TrainingState | None  # None if its training is at the end
    seconds: float  # its share of the time of its group
    work: Work  # on its group


class Evaluator:
    """Trains configurations on many workers, which stay alive between calls; a context manager.

    Parameters
    ----------
    precision
        The precision of all trainings. Its kernel is compiled once per machine, beforehand.
    workers
        The settings of the workers.

    Raises
    ------
    NeuroevoError
        If a Dask cluster can't be reached.
    """

    def __init__(self, precision: Precision, workers: Workers) -> None:
        workers = replace(workers, backend=workers.backend or "threading")
        self._shares_memory = workers.backend == "threading"
        self._sent: SentStreams | None = None  # the last ones
        self._pool = Pool(
            backend_of(workers, partial(compile_kernel, precision)), workers.trial_timeout
        )

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.__exit__(*error)

    def evaluate(
        self,
        configurations: deque[Mapping[str, Any]],
        streams: tuple[SampleStream, ...],
        scoring: Scoring,
        stop: Callable[[], bool] = never,
        rungs: Rungs = NO_RUNGS,
    ) -> Iterator[tuple[int, Evaluation | Failure]]:
        """Evaluate configurations; yields the place and the result of each as it finishes.

        Places are counted from 0 in the order in which configurations were added.

        Parameters
        ----------
        configurations
            Mappings from the names of network genes to values. They are removed; those that are
            added while results are yielded are evaluated too.
        streams
            The samples that they are trained on, of each fold, see `fold_streams`.
        scoring
            The objectives.
        stop
            Called before work is handed out, from any thread. Once it returns True, running
            trainings are finished, and configurations with missing trainings have no result.
        rungs
            At which of them trainings are judged before they go on. What does not go on is
            scored by what its curves show so far.

        Raises
        ------
        NeuroevoError
            If all workers are lost, or die without work.
        """
        settings, layer_ends = streams[0].settings, streams[0].layer_ends
        variance = _target_variance(streams)
        end = Rung(len(streams[0].samples_seen), tuple(range(settings.replicates)))
        trials = _Trials((*rungs.rungs, end))
        pack_lanes = partial(pack, lanes=LANE_COUNTS[settings.precision], folds=len(streams))
        places = count()
        phenotypes: dict[int, Phenotype] = {}  # of running trials
        groups: deque[LaneGroup] = deque()

        def take() -> None:
            new = {
                place: phenotype_of(each, layer_ends, settings)
                for each, place in zip(configurations, places, strict=False)
            }
            configurations.clear()
            phenotypes.update(new)
            trials.begin(new)
            if new or not groups:  # else those that go on wait for others to share groups with
                for points, replicates in trials.trainings(phenotypes):
                    groups.extend(pack_lanes(phenotypes, replicates, points=points))

        def end_of(trial: int, outcome: _RunningTrial | Failure) -> Evaluation | Failure | None:
            if isinstance(outcome, Failure):
                return outcome
            architecture = phenotypes[trial].architecture
            found = _evaluation(architecture, outcome, streams[0], variance, scoring)
            position = outcome.position
            return None if position.goes_on(trial, found, rungs) else position.ended(found)

        take()
        job = Job(_train, self._shared(streams), trials.unfinished_parts)
        while groups and not stop():
            for group, result in self._pool.run(job, groups, stop):
                for trial, outcome in trials.add(group, result):
                    ended = end_of(trial, outcome)
                    if ended is None:
                        trials.go_on(trial)
                    else:
                        trials.end(trial)
                        del phenotypes[trial]
                        yield trial, ended
                    take()
            take()  # those that waited for groups of which no part was needed any more

    def _shared(self, streams: tuple[SampleStream, ...]) -> tuple[SampleStream, ...] | SentStreams:
        """Wrap streams for worker processes; the same streams in the same wrapper."""
        if self._shares_memory:
            return streams
        if self._sent is None or self._sent.streams != streams:
            self._sent = SentStreams(streams)
        return self._sent


def _train(group: LaneGroup, streams: tuple[SampleStream, ...]) -> list[_TrainedLane]:
    """Train a group of lanes on the samples of its fold, in a worker."""
    began, start = time.time(), time.perf_counter()
    stream = streams[group.fold]
    lanes = [each.lane for each in group.replicates]
    states = [each.state for each in group.replicates if each.state is not None]
    state = joined_states(states, stream.settings.precision) if states else None
    trained, after = train_further(group.architecture, lanes, stream, state, group.points)
    ends = after.points == len(stream.samples_seen)
    seconds = time.perf_counter() - start
    work = Work(f"{platform.node()}:{os.getpid()}", round(began, 6), round(seconds, 6))
    return [
        _TrainedLane(
            replicate,
            trained.curves[lane],
            {name: curves[lane] for name, curves in trained.class_curves.items()},
            trained.parameters[lane],
            None if ends else after.of_lane(lane),
            seconds / len(group.replicates),
            work,
        )
        for lane, replicate in enumerate(group.replicates)
    ]


@dataclass(slots=True)
class _RunningTrial:
    """How far the trainings of a trial are.

    Attributes
    ----------
    position
        The rung up to which it is trained.
    lanes
        What was trained last of each replicate, by its number.
    missing
        Number of trainings up to that rung that are not finished.
    """

    position: RungPosition
    lanes: dict[int, _TrainedLane] = field(default_factory=dict)
    missing: int = 0
    seconds: float = 0.0
    work: set[Work] = field(default_factory=set)

    def add(self, lane: _TrainedLane) -> None:
        """Add a training."""
        self.lanes[lane.replicate.lane.replicate] = lane
        self.missing -= 1
        self.seconds += lane.seconds
        self.work.add(lane.work)


class _Trials:
    """Collects the lanes of each trial from the results of groups, rung by rung.

    Parameters
    ----------
    rungs
        All of them, the end as the last one.
    """

    def __init__(self, rungs: tuple[Rung, ...]) -> None:
        self._rungs = rungs
        self._running: dict[int, _RunningTrial] = {}
        self._waiting: list[int] = []  # whose next trainings were not handed out
        self._failed: set[int] = set()

    def begin(self, trials: Iterable[int]) -> None:
        """Add trials, none of whose trainings has begun."""
        for trial in trials:
            self._running[trial] = _RunningTrial(RungPosition(self._rungs))
            self._waiting.append(trial)

    def go_on(self, trial: int) -> None:
        """Let a trial go on to its next rung."""
        self._waiting.append(trial)

    def end(self, trial: int) -> None:
        """Forget a trial that has its result."""
        del self._running[trial]

    def trainings(
        self, phenotypes: Mapping[int, Phenotype]
    ) -> Iterator[tuple[int, list[Replicate]]]:
        """Yield what waiting trials need: numbers of points, and the trainings up to there."""
        needed: defaultdict[int, list[Replicate]] = defaultdict(list)
        for trial in self._waiting:
            running = self._running[trial]
            rung, lanes = running.position.next, running.lanes
            new = [
                replace(lane.replicate, state=lane.state)
                for lane in lanes.values()
                if lane.curve.size < rung.points
            ]
            new += [
                Replicate(trial, phenotypes[trial].lane(number))
                for number in rung.replicates
                if number not in lanes
            ]
            running.missing = len(new)
            needed[rung.points] += new
        self._waiting.clear()
        yield from needed.items()

    def unfinished_parts(self, group: LaneGroup) -> list[LaneGroup]:
        """Split a group by trial, without trials that have failed."""
        if len(group.trials) == 1 and not self._failed:
            return [group]
        return [group.of_trial(trial) for trial in group.trials if trial not in self._failed]

    def add(
        self, group: LaneGroup, result: list[_TrainedLane] | Failure
    ) -> Iterator[tuple[int, _RunningTrial | Failure]]:
        """Add the result of a group; yields each trial that failed or is now at its rung."""
        if isinstance(result, Failure):
            new = [trial for trial in group.trials if trial not in self._failed]
            self._failed.update(new)
            yield from ((trial, result) for trial in new)
            return
        for lane in result:
            trial = lane.replicate.trial
            if trial in self._failed:
                continue
            running = self._running[trial]
            running.add(lane)
            if not running.missing:
                yield trial, running


def _target_variance(streams: Sequence[SampleStream]) -> npt.NDArray[np.float64]:
    """Return the variance of the validation targets of each replicate, array (replicates,)."""
    variances = np.array([stream.target_variance for stream in streams])
    return np.resize(variances, streams[0].settings.replicates)  # repeated, see `DataSet.folds`


def _evaluation(
    architecture: Architecture,
    trial: _RunningTrial,
    stream: SampleStream,
    target_variance: npt.NDArray[np.float64],
    scoring: Scoring,
) -> Evaluation:
    """Score a trial by its curves up to its rung."""
    numbers = sorted(trial.lanes)
    lanes = [trial.lanes[number] for number in numbers]
    curves = np.stack([lane.curve for lane in lanes])
    class_curves = {
        name: np.stack([lane.class_curves[name] for lane in lanes])
        for name in lanes[0].class_curves
    }
    learning = LearningCurves(
        stream.samples_seen[: curves.shape[1]],
        np.maximum(curves, MSE_FLOORS[stream.settings.precision], dtype=np.float64),
        stream.settings.target_mse,
        architecture.parameter_count,
        target_variance[numbers],
        {name: each.astype(np.float64) for name, each in class_curves.items()},
    )
    values = {
        name: scored(learning, OBJECTIVES[name], scoring.reduction)
        for name in (*scoring.objectives, *scoring.quantities)
    }
    return Evaluation(
        {name: values[name][0] for name in scoring.objectives},
        {name: values[name][1] for name in scoring.objectives},
        architecture,
        curves,
        class_curves,
        np.stack([lane.parameters for lane in lanes]),
        trial.seconds,
        {name: values[name][0] for name in scoring.quantities},
        work=tuple(sorted(trial.work, key=lambda work: (work.began, work))),
    )
