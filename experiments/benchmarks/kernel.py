"""The kernel: compared with peers and with the core's peak, in two threads, and its start."""

from dataclasses import dataclass

from experiments.benchmarks import (
    against_jax,
    against_loops,
    compiling,
    conclusions,
    share_of_peak,
    threads,
)
from experiments.benchmarks.markdown import Table
from experiments.benchmarks.measuring import pinned


@dataclass(frozen=True, slots=True)
class KernelResult:
    """All measurements of this part."""

    against_loops: tuple[against_loops.LoopComparison, ...]
    against_jax: tuple[against_jax.JaxComparison, ...]
    shares: tuple[share_of_peak.ShareOfPeak, ...]
    speedups: tuple[threads.Speedup, ...]
    compiling: tuple[compiling.Compiling, ...]
    conclusions: tuple[conclusions.Conclusion, ...]


def measure(rounds: int) -> KernelResult:
    """Take all measurements of this part, all on one core but those of threads.

    The peers come last, for they leave threads of their own behind.
    """
    speedups = threads.measure(rounds)
    with pinned():
        compiled = compiling.measure(rounds)
        shares = share_of_peak.measure(rounds)
        vmapped = against_jax.measure(rounds)
        loops = against_loops.measure(rounds)
    promises = (
        *against_loops.promises(loops),
        *against_jax.promises(vmapped),
        *share_of_peak.promises(shares),
        *threads.promises(speedups),
        *compiling.promises(compiled),
    )
    concluded = tuple(promise.conclusion() for promise in promises)
    return KernelResult(loops, vmapped, shares, speedups, compiled, concluded)


def tables(result: KernelResult) -> list[Table]:
    """Return the measurements as tables, and the conclusions at the end."""
    return [
        against_loops.table(result.against_loops),
        against_jax.table(result.against_jax),
        share_of_peak.table(result.shares),
        threads.table(result.speedups),
        compiling.table(result.compiling),
        conclusions.table(result.conclusions),
    ]
