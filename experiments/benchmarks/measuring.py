"""How things are measured: on one core, in interleaved rounds, told by their medians.

Knows nothing of what is measured.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

Measured = TypeVar("Measured")


@contextmanager
def pinned() -> Iterator[None]:
    """Keep this process on one core for a while, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def interleaved(
    measurements: Mapping[str, Callable[[], Measured]], rounds: int
) -> dict[str, list[Measured]]:
    """Take every measurement once a round, so that a slow moment of the machine meets them all.

    Returns
    -------
    For each name what was measured, in the order of the rounds.
    """
    taken = [{name: measure() for name, measure in measurements.items()} for _ in range(rounds)]
    return {name: [measured[name] for measured in taken] for name in measurements}


def say(text: str) -> None:
    """Write a line of progress to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
