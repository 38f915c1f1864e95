"""Measures on one core, in interleaved rounds; results are medians."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TypeVar

from threadpoolctl import threadpool_limits

Measured = TypeVar("Measured")


@contextmanager
def pinned() -> Iterator[None]:
    """Keep all threads of this process on one core for a while, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    _keep_threads_on({max(cores)})
    try:
        with threadpool_limits(limits=1):  # threads of BLAS would only wait for each other
            yield
    finally:
        _keep_threads_on(cores)


def _keep_threads_on(cores: set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():  # those of BLAS are there from its import on
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), cores)


def interleaved(
    measurements: Mapping[str, Callable[[], Measured]], rounds: int
) -> dict[str, list[Measured]]:
    """Run every measurement once per round, so that slow moments of the machine affect all of them.

    Returns
    -------
    For each name what was measured, in the order of the rounds.
    """
    taken = [{name: measure() for name, measure in measurements.items()} for _ in range(rounds)]
    return {name: [measured[name] for measured in taken] for name in measurements}


def nanoseconds(action: Callable[[], object], parts: float) -> float:
    """Return the time of one call, divided by the number of parts of its work."""
    start = time.perf_counter_ns()
    action()
    return (time.perf_counter_ns() - start) / parts


def median_ratio(measured: Sequence[float], to: Sequence[float]) -> float:
    """Compare two measurements round by round, as both are slow in the same rounds."""
    return median(one / other for one, other in zip(measured, to, strict=True))


def say(text: str) -> None:
    """Write a line of progress to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
