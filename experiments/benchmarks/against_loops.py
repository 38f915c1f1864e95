"""The kernel against loops of NumPy, scikit-learn and PyTorch on 2-6-2, on one core."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

from experiments.benchmarks.agreement import agreement, difference
from experiments.benchmarks.cases import Case, cases
from experiments.benchmarks.conclusions import Promise, others, plain
from experiments.benchmarks.exercise import Exercise, exercise_of, kernel_training
from experiments.benchmarks.markdown import Table, at_least
from experiments.benchmarks.measuring import interleaved, median_ratio, nanoseconds, say
from experiments.benchmarks.peers import LOOPS, Loop

_NOTE = (
    "Nanoseconds a network-sample: one sample learned by one network. The kernel trains 16 "
    "networks at once (twice 8 in float64), a peer one of them. Same samples, same starting "
    "weights, biases on; medians of interleaved rounds in one process, ratios within a round."
)
_WITHOUT = (
    "scikit-learn's Adam adds epsilon before the bias of the squared gradients is corrected, not "
    "after it as Kingma & Ba, PyTorch and the kernel do: another training, so it is left out."
)


@dataclass(frozen=True, slots=True)
class LoopTime:
    """The time of a peer for the same training."""

    name: str
    nanoseconds: float  # a network-sample
    ratio: float  # to the kernel's time in the same round
    difference: float  # greatest of a trained parameter from the kernel's


@dataclass(frozen=True, slots=True)
class LoopComparison:
    """The kernel and its peers in one training."""

    case: Case
    nanoseconds: float  # a network-sample, of the kernel
    loops: tuple[LoopTime, ...]


def measure(rounds: int) -> tuple[LoopComparison, ...]:
    """Run all measurements of this kind."""
    return tuple(_compare(exercise_of(case), rounds) for case in cases([(2, 6, 2)]))


def _compare(exercise: Exercise, rounds: int) -> LoopComparison:
    case = exercise.case
    loops = [loop for loop in LOOPS if loop.installed and case.optimizer in loop.optimizers]
    say(f"kernel: {case.name} against {', '.join(loop.name for loop in loops)}")
    measurements = {loop.name: partial(_time, loop, exercise) for loop in loops}
    measurements["kernel"] = partial(
        nanoseconds, kernel_training(exercise), exercise.network_samples
    )
    interleaved(measurements, 1)  # to warm up
    times = interleaved(measurements, rounds)
    return LoopComparison(
        case,
        median(times["kernel"]),
        tuple(
            LoopTime(
                loop.name,
                median(times[loop.name]),
                median_ratio(times[loop.name], times["kernel"]),
                _difference(loop, exercise.first(loop.samples)),
            )
            for loop in loops
        ),
    )


def _time(loop: Loop, exercise: Exercise) -> float:
    """Return the nanoseconds per network-sample of a peer, which trains one network."""
    return nanoseconds(loop.training(exercise.first(loop.samples)), loop.samples)


def _difference(loop: Loop, exercise: Exercise) -> float:
    return difference(loop.name, loop.training(exercise), exercise)


def table(comparisons: tuple[LoopComparison, ...]) -> Table:
    """Return the measurements as a table."""
    loops = [loop for loop in LOOPS if loop.installed]
    missing = ", ".join(loop.name for loop in LOOPS if not loop.installed)
    differences = (
        (comparison.case.precision, time.difference)
        for comparison in comparisons
        for time in comparison.loops
    )
    return Table(
        "Kernel and loops: 2-6-2, sample by sample, one core",
        (
            *("optimizer", "precision", "activation", "kernel"),
            *(f"{loop.name}, {at_least(loop.times).text()} times" for loop in loops),
        ),
        tuple(_row(comparison, loops) for comparison in comparisons),
        (
            *(_NOTE, _WITHOUT, agreement(differences)),
            *([f"Not installed, so left out: {missing}."] if missing else []),
        ),
    )


def _row(comparison: LoopComparison, loops: list[Loop]) -> tuple[str, ...]:
    case, times = comparison.case, {time.name: time for time in comparison.loops}
    return (
        *(case.optimizer, case.precision, case.activation, f"{comparison.nanoseconds:.1f} ns"),
        *(_cell(times[loop.name]) if loop.name in times else "" for loop in loops),
    )


def _cell(time: LoopTime) -> str:
    return f"{time.nanoseconds:,.0f} ns, {time.ratio:,.0f} times"


def promises(comparisons: tuple[LoopComparison, ...]) -> Iterator[Promise]:
    """Compare the measurements with their targets."""
    for loop in LOOPS:
        ratios = {
            comparison.case: time.ratio
            for comparison in comparisons
            for time in comparison.loops
            if time.name == loop.name
        }
        what = f"times as fast as {loop.name} on 2-6-2"
        yield Promise(what, at_least(loop.times), plain(ratios), ",.0f", others(ratios))
