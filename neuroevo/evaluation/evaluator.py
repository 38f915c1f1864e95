"""Evaluates configurations on joblib's workers, results coming as they finish.

Knows how work is spread and put together again; knows no search and no disk.
"""

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
from neuroevo.learning import Architecture, Precision
from neuroevo.learning.training import SampleStream, compile_kernel, train


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
            max_nbytes=None,  # the kernel was compiled for arrays of memory, not of files
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
        self, configurations: Sequence[Mapping[str, Any]], stream: SampleStream, scoring: Scoring
    ) -> Iterator[tuple[int, Evaluation]]:
        """Evaluate configurations, giving each one's index and result as soon as it is there.

        Parameters
        ----------
        configurations
            Mappings from the names of network genes to values.
        stream
            What they are trained on.
        scoring
            What they are trained for.
        """
        settings, layer_ends = stream.settings, (stream.inputs, stream.outputs)
        phenotypes = [phenotype_of(each, layer_ends, settings) for each in configurations]
        bundles = pack(phenotypes, settings.replicates, LANE_COUNTS[settings.precision])
        parts = self._parallel(joblib.delayed(_train)(bundle, stream) for bundle in bundles)
        for trial, lanes in _gather(parts, settings.replicates):
            yield trial, _judge(phenotypes[trial].architecture, lanes, stream, scoring)


def _train(bundle: Bundle, stream: SampleStream) -> list[_TrainedLane]:
    """Train a bundle; this is what workers do."""
    start = time.perf_counter()
    trained = train(
        bundle.architecture,
        [replicate.lane for replicate in bundle.replicates],
        stream,
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
            yield trial, sorted(waiting.pop(trial), key=lambda lane: lane.replicate.lane.replicate)


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
    )
