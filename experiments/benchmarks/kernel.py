"""The kernel on one core: against its peers on 2-6-2, and alone on larger networks."""

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import median
from typing import get_args

import numpy as np

from experiments.benchmarks.exercise import Exercise, Layers, train_lanes, trained_layers
from experiments.benchmarks.measuring import interleaved, pinned, say
from experiments.benchmarks.peers import PEERS, Peer
from experiments.benchmarks.tables import Table, at_least
from neuroevo.errors import NeuroevoError
from neuroevo.learning import Activation, Architecture, Precision
from neuroevo.tasks.mouse import MouseTask

_ACTIVATIONS: tuple[Activation, ...] = ("linear", "tanh", "relu")
_TOPOLOGIES = ((2, 6, 2), (2, 6, 6, 6, 2), (2, 16, 16, 2), (2, 32, 32, 2), (8, 64, 64, 1))
_KERNEL_SAMPLES = 100_000  # of one measurement against peers
_KERNEL_STEPS = 10_000_000  # samples × parameters of one measurement of the kernel alone
_COMPARISON_NOTE = (
    "Nanoseconds a network-sample: one sample learned by one network. The kernel trains 16 "
    "networks at once (8 in float64), a peer one. Same samples, same starting weights, biases on; "
    "medians of interleaved rounds in one process."
)
_TOPOLOGY_NOTE = (
    "Nanoseconds a network-sample, and thousand millions of multiply-adds a second: those that the "
    "training needs (forward, backward, update of weights), not those that the processor does."
)
_TOLERANCES = {"float32": 1e-3, "float64": 1e-9}  # of weights of size 1, after thousands of steps


@dataclass(frozen=True, slots=True)
class PeerTime:
    """How long a peer takes for the same training."""

    name: str
    nanoseconds: float  # a network-sample
    ratio: float  # to the kernel's time in the same round
    target: float
    difference: float  # greatest difference of a trained weight from the kernel's


@dataclass(frozen=True, slots=True)
class Comparison:
    """The kernel and its peers in one training of 2-6-2."""

    activation: str
    precision: Precision
    nanoseconds: float  # a network-sample, of the kernel
    peers: tuple[PeerTime, ...]


@dataclass(frozen=True, slots=True)
class TopologyTime:
    """How long the kernel takes for a network."""

    layer_sizes: tuple[int, ...]
    activation: str
    precision: Precision
    nanoseconds: float  # a network-sample
    multiply_adds: float  # a second


@dataclass(frozen=True, slots=True)
class KernelResult:
    """All of this part."""

    comparisons: tuple[Comparison, ...]
    topologies: tuple[TopologyTime, ...]
    missing: tuple[str, ...]  # peers that are not installed


class DifferentTrainingError(NeuroevoError):
    """A peer did not train what the kernel trained, so comparing their times says nothing."""


def measure(rounds: int) -> KernelResult:
    """Take all measurements of this part, on one core."""
    peers = [peer for peer in PEERS if peer.installed]
    missing = tuple(peer.name for peer in PEERS if not peer.installed)
    with pinned():
        comparisons = tuple(
            _compare(exercise, peers, rounds) for exercise in _mouse_exercises(_KERNEL_SAMPLES)
        )
        topologies = tuple(_topology_times(rounds))
    return KernelResult(comparisons, topologies, missing)


def tables(result: KernelResult) -> list[Table]:
    """Write the measurements as tables."""
    return [_comparison_table(result), _topology_table(result)]


def _mouse_exercises(samples: int) -> Iterator[Exercise]:
    data = MouseTask(count=samples).data_set()
    for precision, activation in product(get_args(Precision), _ACTIVATIONS):
        yield Exercise(
            Architecture(inputs=2, hidden=(6,), outputs=2, activation=activation),
            precision,
            0.05,
            data.training_inputs.astype(precision),
            data.training_targets.astype(precision),
        )


def _compare(exercise: Exercise, peers: list[Peer], rounds: int) -> Comparison:
    [activation] = exercise.architecture.activations
    say(f"kernel: 2-6-2 {activation} {exercise.precision} and {len(peers)} peers")
    differences = {peer.name: _check(peer, exercise.first(peer.samples)) for peer in peers}
    measurements = {"kernel": partial(_time_kernel, exercise)} | {
        peer.name: partial(_time_peer, peer, exercise.first(peer.samples)) for peer in peers
    }
    interleaved(measurements, 1)  # to warm up
    times = interleaved(measurements, rounds)
    return Comparison(
        activation,
        exercise.precision,
        median(times["kernel"]),
        tuple(
            PeerTime(
                peer.name,
                median(times[peer.name]),
                median(map(_ratio, times[peer.name], times["kernel"])),
                peer.target,
                differences[peer.name],
            )
            for peer in peers
        ),
    )


def _ratio(time_of_peer: float, time_of_kernel: float) -> float:
    return time_of_peer / time_of_kernel


def _time_kernel(exercise: Exercise) -> float:
    """Nanoseconds a network-sample of the kernel."""
    start = time.perf_counter_ns()
    train_lanes(exercise)
    return (time.perf_counter_ns() - start) / (exercise.samples * exercise.lanes)


def _time_peer(peer: Peer, exercise: Exercise) -> float:
    """Nanoseconds a network-sample of a peer, which trains one network."""
    train = peer.prepare(exercise)
    start = time.perf_counter_ns()
    train()
    return (time.perf_counter_ns() - start) / exercise.samples


def _check(peer: Peer, exercise: Exercise) -> float:
    """Train with the kernel and with a peer, and give the greatest difference of a parameter."""
    ours, theirs = _vector(trained_layers(exercise)), _vector(peer.prepare(exercise)())
    difference = float(np.abs(ours - theirs).max())
    tolerance = _TOLERANCES[exercise.precision]
    if not difference <= tolerance:
        raise DifferentTrainingError(
            f"{peer.name}: the trained weights must agree with the kernel's to {tolerance:g}, "
            f"but got a difference of {difference:g} ({exercise.architecture.activation}, "
            f"{exercise.precision})"
        )
    return difference


def _vector(layers: Layers) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    parts = [part.ravel().astype(np.float64) for layer in layers for part in layer]
    return np.concatenate(parts)


def _topology_times(rounds: int) -> Iterator[TopologyTime]:
    for layer_sizes, precision in product(_TOPOLOGIES, get_args(Precision)):
        say(f"kernel: {_dashed(layer_sizes)} {precision}")
        exercises: dict[str, Exercise] = {
            name: _plain_exercise(layer_sizes, name, precision) for name in _ACTIVATIONS
        }
        measurements = {
            name: partial(_time_kernel, exercise) for name, exercise in exercises.items()
        }
        interleaved(measurements, 1)  # to warm up
        for activation, times in interleaved(measurements, rounds).items():
            nanoseconds = median(times)
            multiply_adds = exercises[activation].multiply_adds * 1e9 / nanoseconds
            yield TopologyTime(layer_sizes, activation, precision, nanoseconds, multiply_adds)


def _plain_exercise(
    layer_sizes: tuple[int, ...], activation: Activation, precision: Precision
) -> Exercise:
    """Give a network of any size something to learn in which it does not diverge."""
    inputs, *hidden, outputs = layer_sizes
    architecture = Architecture(
        inputs=inputs, hidden=tuple(hidden), outputs=outputs, activation=activation
    )
    samples = math.ceil(_KERNEL_STEPS / architecture.parameter_count)
    seen = np.random.default_rng(0).uniform(-1, 1, (samples, inputs)).astype(precision)
    targets = np.ascontiguousarray(seen[:, :outputs])
    return Exercise(architecture, precision, 0.01, seen, targets, starting_weights="glorot")


def _comparison_table(result: KernelResult) -> Table:
    peers = (
        f"{peer.name}, {at_least(peer.target).text()} times" for peer in PEERS if peer.installed
    )
    return Table(
        "Kernel and peers: 2-6-2, online SGD, one core",
        ("activation", "precision", "kernel", *peers),
        tuple(map(_comparison_row, result.comparisons)),
        (_COMPARISON_NOTE, _agreement(result), *_left_out(result)),
    )


def _comparison_row(comparison: Comparison) -> tuple[str, ...]:
    peers = (
        f"{peer.nanoseconds:,.0f} ns, {peer.ratio:,.0f} times: "
        f"{at_least(peer.target).verdict(peer.ratio)}"
        for peer in comparison.peers
    )
    kernel = f"{comparison.nanoseconds:.1f} ns"
    return (comparison.activation, comparison.precision, kernel, *peers)


def _agreement(result: KernelResult) -> str:
    """Say how well the trained weights agree."""
    differences: dict[str, float] = {}
    for comparison in result.comparisons:
        known = differences.get(comparison.precision, 0.0)
        found = (peer.difference for peer in comparison.peers)
        differences[comparison.precision] = max(known, *found)
    said = ", ".join(f"{value:.0e} in {precision}" for precision, value in differences.items())
    return f"The same training: trained weights differ from the kernel's by at most {said}."


def _left_out(result: KernelResult) -> tuple[str, ...]:
    missing = ", ".join(result.missing)
    return (f"Not installed, so left out: {missing}.",) if missing else ()


def _topology_table(result: KernelResult) -> Table:
    rows: dict[tuple[str, str], list[TopologyTime]] = defaultdict(list)
    for time_taken in result.topologies:
        rows[_dashed(time_taken.layer_sizes), time_taken.precision].append(time_taken)
    return Table(
        "Kernel alone: online SGD, one core",
        ("network", "precision", *_ACTIVATIONS),
        tuple((*which, *map(_topology_cell, times)) for which, times in rows.items()),
        (_TOPOLOGY_NOTE,),
    )


def _topology_cell(time_taken: TopologyTime) -> str:
    return f"{time_taken.nanoseconds:,.1f} ns, {time_taken.multiply_adds / 1e9:.1f}"


def _dashed(layer_sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, layer_sizes))
