"""The kernel on networks for tables, in batches, beside its peers and the core's peak."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import median
from typing import TYPE_CHECKING, get_args

from experiments.benchmarks import conclusions
from experiments.benchmarks.cases import OPTIMIZERS, Case
from experiments.benchmarks.conclusions import Promise
from experiments.benchmarks.exercise import (
    FEWEST_BATCHES,
    Exercise,
    Training,
    exercise_of,
    kernel_training,
)
from experiments.benchmarks.markdown import Table, at_least, at_most
from experiments.benchmarks.measuring import (
    interleaved,
    median_ratio,
    nanoseconds,
    pinned,
    say,
)
from experiments.benchmarks.peak import peak
from experiments.benchmarks.peers import LOOPS, installed, jax_training, vmap_training
from experiments.benchmarks.share_of_peak import peak_note
from neuroevo.learning import Precision

if TYPE_CHECKING:
    from neuroevo.learning.architecture import Output

_NETWORKS = ((10, 32, 1), (10, 32, 32, 1), (10, 64, 64, 1), (20, 100, 1), (30, 128, 64, 10))
_CLASSES = 10  # outputs of the network that has softmax outputs
_BATCHES = (1, 32, 200)
_SHARES = {
    ("10-32-1", "sgd"): 0.40,
    ("10-32-1", "adam"): 0.35,
    ("wider", "sgd"): 0.55,
    ("wider", "adam"): 0.45,
}
_TIMES = {
    ("10-64-64-1", 200): {"scikit-learn": 5.5, "PyTorch": 7.0},
    ("10-32-32-1", 32): {"scikit-learn": 40.0, "PyTorch": 100.0},
}
_SHORTER = 10  # the part of the kernel's samples that peers are given, as they take longer
_MOST_VALIDATION = 0.5  # of the time of a training sample
_NOTE = (
    "Nanoseconds a network-sample; the kernel, PyTorch's vmap and jax train 16 networks at once, "
    "scikit-learn and PyTorch one. In parentheses how many times as long as the kernel a peer "
    "takes in the same rounds. Peak: the share of the core's multiply-adds that the training "
    "needs, not those that the processor does. Validation: the time of a validation sample as a "
    "share of that of a training sample. relu, and softmax with cross-entropy for 10 outputs."
)


@dataclass(frozen=True, slots=True)
class TableTime:
    """The speed of one training."""

    case: Case
    nanoseconds: float  # a network-sample, of the kernel
    peak: float  # multiply-adds that the core can do, a second
    share: float  # of the peak
    validation: float  # of a validation sample, as a share of a training sample
    peers: Mapping[str, float]  # nanoseconds of a network-sample
    ratios: Mapping[str, float]  # to the kernel, in the same rounds


@dataclass(frozen=True, slots=True)
class TablesResult:
    """All of this part."""

    times: tuple[TableTime, ...]
    conclusions: tuple[conclusions.Conclusion, ...]


def measure(rounds: int) -> TablesResult:
    """Take all measurements of this part, on one core."""
    with pinned():
        times = tuple(_measure(case, rounds) for case in cases())
    return TablesResult(times, tuple(promise.conclusion() for promise in promises(times)))


def cases() -> Iterator[Case]:
    """Return all trainings."""
    for optimizer, sizes, batch, precision in product(
        OPTIMIZERS, _NETWORKS, _BATCHES, get_args(Precision)
    ):
        output: Output = "softmax" if sizes[-1] == _CLASSES else "linear"
        yield Case(sizes, "relu", precision, optimizer, batch, output)


def peers(exercise: Exercise) -> dict[str, tuple[Training, int]]:
    """Return what peers do, where they are installed, and for how many network-samples."""
    found: dict[str, tuple[Training, int]] = {
        loop.name: (loop.training(exercise), exercise.samples)
        for loop in LOOPS
        if loop.name != "NumPy" and loop.installed
    }
    if installed("torch"):
        found["PyTorch vmap"] = vmap_training(exercise), exercise.network_samples
    if installed("jax"):
        found["jax vmap"] = jax_training(exercise).train, exercise.network_samples
    return found


def _measure(case: Case, rounds: int) -> TableTime:
    say(f"tables: {case.name}")
    exercise = exercise_of(case)
    batches = max(FEWEST_BATCHES, exercise.samples // case.batch_size // _SHORTER)
    few = exercise.first(batches * case.batch_size)
    validated_training = kernel_training(exercise, exercise.samples)
    measurements = {
        "kernel": partial(nanoseconds, kernel_training(exercise), exercise.network_samples),
        "validated": partial(nanoseconds, validated_training, exercise.network_samples),
        "peak": partial(peak, case.precision),
        **{
            name: partial(nanoseconds, training, network_samples)
            for name, (training, network_samples) in peers(few).items()
        },
    }
    interleaved(measurements, 1)  # to warm up
    times = interleaved(measurements, rounds)
    kernel = times.pop("kernel")
    rates = [case.multiply_adds * 1e9 / time for time in kernel]
    validated, peaks = median_ratio(times.pop("validated"), kernel) - 1, times.pop("peak")
    return TableTime(
        case,
        median(kernel),
        median(peaks),
        median_ratio(rates, peaks),
        validated,
        {name: median(each) for name, each in times.items()},
        {name: median_ratio(each, kernel) for name, each in times.items()},
    )


def tables(result: TablesResult) -> list[Table]:
    """Return the measurements as tables, and last the conclusions."""
    names = list(dict.fromkeys(name for time in result.times for name in time.peers))
    rows = tuple(
        (
            *(time.case.optimizer, time.case.network, str(time.case.batch_size)),
            *(time.case.precision, f"{time.nanoseconds:,.0f} ns", f"{time.share:.0%}"),
            f"{time.validation:.0%}",
            *(f"{time.peers[name]:,.0f} ns ({time.ratios[name]:,.1f}×)" for name in names),
        )
        for time in result.times
    )
    peaks = peak_note((time.case.precision, time.peak) for time in result.times)
    columns = ("optimizer", "network", "batch", "precision", "kernel", "peak", "validation", *names)
    return [
        Table("Kernel: networks for tables, one core", columns, rows, (_NOTE, peaks)),
        conclusions.table(result.conclusions),
    ]


def promises(times: tuple[TableTime, ...]) -> Iterator[Promise]:
    """Compare the measurements with their targets: batches of 32 and more, float32."""
    batches = [
        time for time in times if time.case.batch_size > 1 and time.case.precision == "float32"
    ]
    for (network, optimizer), least in _SHARES.items():
        measured = {
            time.case.name: time.share
            for time in batches
            if time.case.optimizer == optimizer
            and (time.case.network == "10-32-1") == (network == "10-32-1")
        }
        yield Promise(f"share of the peak, {network}", at_least(least), measured, ".0%")
    for (network, batch), bounds in _TIMES.items():
        for peer, least in bounds.items():
            measured = {
                time.case.name: time.ratios[peer]
                for time in batches
                if (time.case.network, time.case.batch_size) == (network, batch)
                and peer in time.ratios
            }
            yield Promise(f"times as fast as {peer}", at_least(least), measured, ".1f")
    for peer in ("PyTorch vmap", "jax vmap"):
        ahead = {time.case.name: time.ratios[peer] for time in batches if peer in time.ratios}
        yield Promise(f"ahead of {peer}", at_least(1.0), ahead, ".1f")
    validation = {time.case.name: time.validation for time in batches}
    yield Promise("validation sample", at_most(_MOST_VALIDATION), validation, ".0%")
