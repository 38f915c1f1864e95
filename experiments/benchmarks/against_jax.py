"""The kernel against jax.vmap over lax.scan, on networks of several sizes, on one core."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from experiments.benchmarks.agreement import agreement, difference
from experiments.benchmarks.cases import ACTIVATIONS, Case, cases
from experiments.benchmarks.conclusions import Promise, others, plain
from experiments.benchmarks.exercise import NETWORKS, exercise_of, kernel_training
from experiments.benchmarks.markdown import Table, at_least
from experiments.benchmarks.measuring import interleaved, median_ratio, nanoseconds, say
from experiments.benchmarks.peers import installed, jax_training

_TIMES = {"2-6-2": 10, "2-32-32-2": 3}  # target: how many times as fast the kernel is
_MANY = 256  # networks of which jax needs fewer nanoseconds each
_SHORTER = 10  # the part of the kernel's network-samples that jax is given, as it takes longer
_NOTE = (
    "jax.vmap over networks of lax.scan over samples, under jit, in nanoseconds a network-sample, "
    "and how many times as long as the kernel takes for 16 networks in the same rounds. jax "
    "compiles for each topology, activation, precision, number of networks and number of samples; "
    "that is not in these times but in the last column."
)


@dataclass(frozen=True, slots=True)
class JaxComparison:
    """The kernel and jax in one training."""

    case: Case
    networks: int  # that jax trains at once
    nanoseconds: float  # a network-sample, of jax
    ratio: float  # to the kernel's time in the same round
    compile_seconds: float
    difference: float  # greatest of a trained parameter from the kernel's


def measure(rounds: int) -> tuple[JaxComparison, ...]:
    """Run all measurements of this kind; none if jax is not installed."""
    if not installed("jax"):
        return ()
    usual = [_compare(case, NETWORKS, rounds) for case in cases()]
    many = [_compare(case, _MANY, rounds) for case in cases([(2, 6, 2)])]
    return (*usual, *many)


def _compare(case: Case, networks: int, rounds: int) -> JaxComparison:
    say(f"kernel: {case.name} against jax with {networks} networks")
    exercise = exercise_of(case)
    samples = math.ceil(exercise.network_samples / _SHORTER / networks)
    for_jax = replace(exercise.first(samples), networks=networks)
    jax = jax_training(for_jax)
    measurements = {
        "kernel": partial(nanoseconds, kernel_training(exercise), exercise.network_samples),
        "jax": partial(nanoseconds, jax.train, for_jax.network_samples),
    }
    interleaved(measurements, 1)  # to warm up
    times = interleaved(measurements, rounds)
    return JaxComparison(
        case,
        networks,
        median(times["jax"]),
        median_ratio(times["jax"], times["kernel"]),
        jax.seconds,
        difference("jax", jax.train, for_jax),
    )


def table(comparisons: Sequence[JaxComparison]) -> Table:
    """Return the measurements as a table."""
    rows: dict[tuple[str, ...], list[JaxComparison]] = defaultdict(list)
    for measured in comparisons:
        case = measured.case
        rows[case.optimizer, case.network, case.precision, str(measured.networks)].append(measured)
    same = agreement((measured.case.precision, measured.difference) for measured in comparisons)
    return Table(
        "Kernel and jax: sample by sample, one core",
        ("optimizer", "network", "precision", "networks", *ACTIVATIONS, "compiling"),
        tuple((*which, *_cells(row)) for which, row in rows.items()),
        (_NOTE, same) if comparisons else ("jax is not installed, so it is left out.",),
    )


def _cells(row: Sequence[JaxComparison]) -> Iterator[str]:
    for measured in row:
        yield f"{measured.nanoseconds:,.0f} ns, {measured.ratio:.1f} times"
    yield f"{median(measured.compile_seconds for measured in row):.1f} s"


def promises(comparisons: Sequence[JaxComparison]) -> Iterator[Promise]:
    """Compare the measurements with their targets."""
    for network, times in _TIMES.items():
        ratios = {
            measured.case: measured.ratio
            for measured in comparisons
            if (measured.case.network, measured.networks) == (network, NETWORKS)
        }
        what = f"times as fast as jax on {network}"
        yield Promise(what, at_least(times), plain(ratios), ".1f", others(ratios))
