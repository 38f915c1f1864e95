"""What runs lose when everything around them fails, in small numbers; `make torture` has the large.

Each fault is a real one: a process killed, a call of the system that fails, a file cut.
"""

import sys

import pytest

from experiments.torture.clock import clock
from experiments.torture.damage import damage
from experiments.torture.fitness import fitness
from experiments.torture.full_disk import full_disk
from experiments.torture.kills import kills
from experiments.torture.long import long
from experiments.torture.readers import readers
from experiments.torture.rows import Row
from experiments.torture.signals import signals
from experiments.torture.workers import workers

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are watched in /proc"
)


def assert_nothing_is_lost(rows: list[Row]) -> None:
    """Fail with the rows in which something was lost or has come out otherwise."""
    assert rows
    assert [row for row in rows if row.lost or row.differing] == []


def test_kills() -> None:
    """What is killed at any instant, twice or in the middle of a write, is resumed and the same."""
    rows = kills(5)
    assert sum(row.times for row in rows) >= 5
    assert_nothing_is_lost(rows)


def test_full_disk() -> None:
    """A run that finds the disk full at some call can be resumed when there is space."""
    assert_nothing_is_lost(full_disk(2))


def test_damage() -> None:
    """What was cut or flipped is recovered from or named, and never read as if it were right."""
    assert_nothing_is_lost(damage(2))


def test_readers() -> None:
    """Who reads while a run writes sees no half of anything, and disturbs nobody."""
    assert_nothing_is_lost(readers(50))


def test_workers() -> None:
    """Workers that die cost no result, and none outlives its parent."""
    assert_nothing_is_lost(workers(1))


def test_signals() -> None:
    """Signals end a run so that it can be resumed; of two commands one waits or is refused."""
    assert_nothing_is_lost(signals(1))


def test_fitness() -> None:
    """NaN and infinities are worst, and a run with them is resumed as any other."""
    assert_nothing_is_lost(fitness(1))


def test_clock() -> None:
    """Nothing depends on the time of day."""
    assert_nothing_is_lost(clock(1))


def test_long() -> None:
    """Neither memory nor open files grow with generations."""
    assert_nothing_is_lost(long(120))
