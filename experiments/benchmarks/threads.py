"""Two threads, each training a bundle, against one thread."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from experiments.benchmarks.cases import Case
from experiments.benchmarks.conclusions import Promise
from experiments.benchmarks.exercise import Training, exercise_of, kernel_training
from experiments.benchmarks.machine import this_machine
from experiments.benchmarks.markdown import Table, at_least
from experiments.benchmarks.measuring import interleaved, median_ratio, nanoseconds, say

_CASES = (
    Case((2, 6, 2), "relu", "float32", "sgd"),
    Case((2, 32, 32, 2), "relu", "float32", "sgd"),
)
_TRAININGS = 8  # one after the other in each thread, so that starting it counts little
_SPEEDUP = at_least(1.9)
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Speedup:
    """The speedup by a second thread."""

    case: Case
    ratio: float  # of what two threads train in a time to what one does, in the same round


def measure(rounds: int) -> tuple[Speedup, ...]:
    """Run all measurements of this kind; none if there is one core only."""
    if this_machine().cores < _THREADS:
        return ()
    return tuple(_measure(case, rounds) for case in _CASES)


def _measure(case: Case, rounds: int) -> Speedup:
    say(f"kernel: {case.name} in two threads")
    training = kernel_training(exercise_of(case))
    with ThreadPoolExecutor(_THREADS) as threads:
        measurements = {
            "one": partial(nanoseconds, partial(_train, training, threads, 1), 1),
            "two": partial(nanoseconds, partial(_train, training, threads, _THREADS), _THREADS),
        }
        interleaved(measurements, 1)  # to warm up
        times = interleaved(measurements, rounds)
    return Speedup(case, median_ratio(times["one"], times["two"]))


def _train(training: Training, threads: ThreadPoolExecutor, count: int) -> None:
    """Train equally often in each of some threads."""
    list(threads.map(partial(_repeat, training), range(count)))


def _repeat(training: Training, _: int) -> None:
    for _ in range(_TRAININGS):
        training()


def table(speedups: Sequence[Speedup]) -> Table:
    """Return the measurements as a table."""
    rows = tuple((measured.case.name, f"{measured.ratio:.2f} times") for measured in speedups)
    note = "What two threads train in the time in which one trains one; not pinned."
    only = "There is one core only, so this was not measured."
    return Table("Kernel: two threads", ("", "two to one"), rows, (note if speedups else only,))


def promises(speedups: Sequence[Speedup]) -> Iterator[Promise]:
    """Compare the measurements with their targets."""
    ratios = {measured.case.name: measured.ratio for measured in speedups}
    yield Promise("times as much trained by two threads", _SPEEDUP, ratios, ".2f")
