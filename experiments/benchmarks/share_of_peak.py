"""The speed of the kernel on networks of several sizes, as a share of the core's peak."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from experiments.benchmarks.cases import ACTIVATIONS, Case, cases
from experiments.benchmarks.conclusions import Promise
from experiments.benchmarks.exercise import exercise_of, kernel_training
from experiments.benchmarks.markdown import Table, at_least
from experiments.benchmarks.measuring import interleaved, median_ratio, nanoseconds, say
from experiments.benchmarks.peak import peak
from neuroevo.learning import Precision

_SHARES = {"2-6-2": 0.25, "2-16-16-2": 0.45, "2-32-32-2": 0.45, "8-64-64-1": 0.4}
_NOTE = (
    "Nanoseconds a network-sample (one sample learned by one network), and the share of the core's "
    "peak: multiply-adds that the training needs (forward, backward, update of weights by plain "
    "SGD; no biases, no activations, nothing of what Adam does beyond), not those that the "
    "processor does. The peak is measured in the same rounds: fused multiply-adds on lanes that "
    "stay in registers."
)


@dataclass(frozen=True, slots=True)
class ShareOfPeak:
    """The share of the peak that the kernel reaches."""

    case: Case
    nanoseconds: float  # a network-sample
    multiply_adds: float  # that the training needs, a second
    peak: float  # multiply-adds that the core can do, a second
    share: float  # of the peak in the same round


def measure(rounds: int) -> tuple[ShareOfPeak, ...]:
    """Run all measurements of this kind."""
    return tuple(share_of_peak(case, rounds) for case in cases())


def share_of_peak(case: Case, rounds: int) -> ShareOfPeak:
    """Measure the kernel on one case, and the peak in the same rounds."""
    say(f"kernel: {case.name}")
    exercise = exercise_of(case)
    measurements = {
        "kernel": partial(nanoseconds, kernel_training(exercise), exercise.network_samples),
        "peak": partial(peak, case.precision),
    }
    interleaved(measurements, 1)  # to warm up
    times = interleaved(measurements, rounds)
    rates = [case.multiply_adds * 1e9 / time for time in times["kernel"]]
    return ShareOfPeak(
        case,
        median(times["kernel"]),
        median(rates),
        median(times["peak"]),
        median_ratio(rates, times["peak"]),
    )


def table(shares: Sequence[ShareOfPeak]) -> Table:
    """Return the measurements as a table."""
    rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for measured in shares:
        case = measured.case
        cell = f"{measured.nanoseconds:,.1f} ns, {measured.share:.0%}"
        rows[case.optimizer, case.network, case.precision].append(cell)
    return Table(
        "Kernel: sample by sample, one core",
        ("optimizer", "network", "precision", *ACTIVATIONS),
        tuple((*which, *cells) for which, cells in rows.items()),
        (_NOTE, peak_note((measured.case.precision, measured.peak) for measured in shares)),
    )


def peak_note(measured: Iterable[tuple[Precision, float]]) -> str:
    """Return a note with the median of the peaks that were measured in each precision."""
    peaks: dict[Precision, list[float]] = defaultdict(list)
    for precision, peak_rate in measured:
        peaks[precision].append(peak_rate)
    listed = ", ".join(f"{median(rates) / 1e9:.1f} in {name}" for name, rates in peaks.items())
    return f"Peak, in billions of multiply-adds per second: {listed}."


def promises(shares: Sequence[ShareOfPeak]) -> Iterator[Promise]:
    """Compare the measurements with their targets: linear and relu, float32, SGD."""
    for network, least in _SHARES.items():
        measured = {
            share.case.name: share.share
            for share in shares
            if share.case.network == network and share.case.is_plain
        }
        yield Promise(f"share of the peak on {network}", at_least(least), measured, ".0%")
