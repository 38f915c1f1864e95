"""The time to compile the kernel, and to load it in the next process."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

from experiments.benchmarks import child
from experiments.benchmarks.conclusions import Promise
from experiments.benchmarks.markdown import Table, at_most
from experiments.benchmarks.measuring import say
from neuroevo.learning import Precision

_COLD, _WARM = at_most(8.0), at_most(0.5)  # seconds
_ROUNDS = 3  # at most, as each takes long
_NOTE = (
    "Medians of processes on one core; imports are counted apart, numba's among them. One kernel "
    "for all topologies, activations and optimizers."
)


@dataclass(frozen=True, slots=True)
class Loading:
    """The time until the kernel is ready; medians."""

    import_seconds: float  # numba and whatever else is needed
    seconds: float  # after that
    cpu_seconds: float  # of the same


@dataclass(frozen=True, slots=True)
class Compiling:
    """The kernel of one precision."""

    precision: Precision
    cold: Loading  # with an empty cache of machine code
    warm: Loading


def measure(rounds: int) -> tuple[Compiling, ...]:
    """Run all measurements of this kind."""
    return tuple(_measure(precision, min(rounds, _ROUNDS)) for precision in get_args(Precision))


def _measure(precision: Precision, rounds: int) -> Compiling:
    say(f"kernel: compiling for {precision}")
    cold, warm = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            environment = {"NUMBA_CACHE_DIR": cache}
            cold.append(_load(precision, environment))
            warm.append(_load(precision, environment))
    return Compiling(precision, _median(cold), _median(warm))


def _load(precision: Precision, environment: Mapping[str, str]) -> Loading:
    command = (sys.executable, "-m", "experiments.benchmarks.load_kernel", precision)
    return Loading(**json.loads(child.run(command, environment).output))


def _median(taken: Sequence[Loading]) -> Loading:
    return Loading(
        median(loading.import_seconds for loading in taken),
        median(loading.seconds for loading in taken),
        median(loading.cpu_seconds for loading in taken),
    )


def table(compiling: Sequence[Compiling]) -> Table:
    """Return the measurements as a table."""
    rows = tuple(
        (
            *(measured.precision, what, f"{loading.seconds:.2f} s"),
            *(f"{loading.cpu_seconds:.2f} s", f"{loading.import_seconds:.2f} s"),
        )
        for measured in compiling
        for what, loading in (("compile", measured.cold), ("load", measured.warm))
    )
    columns = ("precision", "to", "takes", "CPU time", "imports before")
    return Table("Kernel: compiling and loading", columns, rows, (_NOTE,))


def promises(compiling: Sequence[Compiling]) -> Iterator[Promise]:
    """Compare the measurements with their targets."""
    cold: dict[str, float] = {measured.precision: measured.cold.seconds for measured in compiling}
    warm: dict[str, float] = {measured.precision: measured.warm.seconds for measured in compiling}
    yield Promise("seconds to compile the kernel", _COLD, cold, ".1f")
    yield Promise("seconds to load it from the cache", _WARM, warm, ".2f")
