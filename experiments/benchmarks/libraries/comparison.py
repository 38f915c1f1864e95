"""Measures libraries of networks in JavaScript beside the kernel, in the same trainings."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from experiments.benchmarks.exercise import Floats, vectors
from experiments.benchmarks.libraries.node import Run, programs, versions
from experiments.benchmarks.libraries.trainings import (
    COMPARED_AFTER,
    TRAININGS,
    Training,
)
from experiments.benchmarks.measuring import interleaved, median_ratio, pinned, say
from experiments.benchmarks.mouse import Scores, scores_of
from neuroevo.errors import NeuroevoError
from neuroevo.learning.training import until

KERNEL = "neuroevo's kernel"

_EPOCHS = 20  # of the kernel's timed training, which would else be over in 2 ms


@dataclass(frozen=True, slots=True)
class Library:
    """A library in JavaScript.

    Parameters
    ----------
    name
        In tables.
    module
        The program's.
    tolerance
        How far its weights may be from the kernel's.
    activations
        Those with which its training is the kernel's.
    """

    name: str
    module: str
    tolerance: float = 1e-9
    activations: tuple[str, ...] = ("linear", "tanh")


MOUSE_PAGE = Library("the mouse page", "mouse_page")
CONVNETJS = Library("ConvNetJS", "convnetjs")
BRAIN_JS = Library("brain.js", "brain_js", tolerance=1e-3, activations=("linear",))
"""It has weights in float32, and the activation on its outputs too."""

LIBRARIES = (MOUSE_PAGE, CONVNETJS, BRAIN_JS)
"""All that are measured."""


class DifferentWeightsError(NeuroevoError):
    """A library did not train what the kernel trained."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of a training."""

    scores: Scores
    difference: float | None  # greatest of a weight from the kernel's; None: another training


@dataclass(frozen=True, slots=True)
class Measurement:
    """A library, or the kernel, in one training."""

    library: str
    microseconds: float  # of CPU time, a network-sample
    ratio: float  # to the kernel's time in the same round
    learnt: Learnt


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of them in one training."""

    training: Training
    measurements: tuple[Measurement, ...]


@dataclass(frozen=True, slots=True)
class LibrariesResult:
    """All of this part."""

    versions: Mapping[str, str]
    comparisons: tuple[Comparison, ...]
    own: Mapping[str, Scores]  # by library, of the first network with the library's defaults


def measure(rounds: int) -> LibrariesResult:
    """Measure all libraries on one core, their packages installed for that time.

    Raises
    ------
    NodeError
        If there is no Node or npm, or the packages can't be installed.
    DifferentWeightsError
        If a library's weights differ from the kernel's by more than rounding explains.
    """
    with programs() as run, pinned():
        comparisons = tuple(_compare(training, run, rounds) for training in TRAININGS)
        own = {
            library.name: learnt_by_default(library, TRAININGS[0], run)
            for library in (CONVNETJS, BRAIN_JS)
        }
    return LibrariesResult(versions(), comparisons, own)


def learnt(library: Library, training: Training, run: Run) -> Learnt:
    """Let a library learn a training from each of its starting weights.

    Raises
    ------
    DifferentWeightsError
        If it is meant to be the kernel's training, and is not.
    """
    found = run(library.module, "learn", training.task())
    stream = training.stream("float64")
    scores = scores_of((each["curve"] for each in found), stream)
    if training.activation not in library.activations:
        return Learnt(scores, None)
    theirs = np.concatenate([_vector(each["layers"]) for each in found])
    ours = training.by_kernel(until(stream, min(COMPARED_AFTER, training.samples))).parameters
    difference = float(np.abs(theirs - ours).max())
    if not difference <= library.tolerance:  # also if NaN
        raise DifferentWeightsError(
            f"{library.name}: the trained weights must agree with the kernel's to "
            f"{library.tolerance:g}, but got a difference of {difference:g} "
            f"({training.case.network} {training.activation})"
        )
    return Learnt(scores, difference)


def learnt_by_default(library: Library, training: Training, run: Run) -> Scores:
    """Let a library learn with its own starting weights, activation and optimizer."""
    task = training.task()
    found = run(library.module, "learn", {**task, "starts": [None] * len(task["starts"])})
    return scores_of((each["curve"] for each in found), training.stream("float64"))


def _compare(training: Training, run: Run, rounds: int) -> Comparison:
    case = training.case
    say(f"libraries: {case.network} {training.activation}")
    task, results = training.task(), {KERNEL: _learnt_by_kernel(training)}
    times: dict[str, Callable[[], float]] = {KERNEL: _kernel_time(training)}
    for library in LIBRARIES:
        results[library.name] = learnt(library, training, run)
        times[library.name] = partial(run, library.module, "time", task)
    taken = interleaved(times, rounds)
    return Comparison(
        training,
        tuple(
            Measurement(
                name,
                median(taken[name]),
                median_ratio(taken[name], taken[KERNEL]),
                result,
            )
            for name, result in results.items()
        ),
    )


def _learnt_by_kernel(training: Training) -> Learnt:
    stream = training.stream("float32")
    return Learnt(scores_of(training.by_kernel(stream).curves, stream), None)


def _kernel_time(training: Training) -> Callable[[], float]:
    """Return a function that measures the microseconds of a network-sample."""
    stream = training.stream("float32")
    order = np.tile(stream.order, _EPOCHS)
    stream = replace(stream, order=order, samples_seen=np.array([len(order)]))
    network_samples = len(order) * stream.settings.replicates

    def measure() -> float:
        began = time.process_time_ns()
        training.by_kernel(stream)
        return (time.process_time_ns() - began) / 1e3 / network_samples

    measure()  # to warm up
    return measure


def _vector(layers: list[dict[str, Any]]) -> Floats:
    # Without a type, numbers that are not finite, which JSON has none of, would be objects.
    parts = [(np.array(each["weights"], float), np.array(each["biases"], float)) for each in layers]
    return vectors(parts)
