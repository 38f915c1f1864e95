"""Small numbers of the faults of `make torture`: nothing that a run has stored is lost.

All faults are real: killed processes, failing system calls, damaged files.
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
from experiments.torture.tables import tables
from experiments.torture.workers import workers

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are watched in /proc"
)


def assert_nothing_is_lost(rows: list[Row]) -> None:
    """Check that no row has lost or different results."""
    assert rows
    assert [row for row in rows if row.lost or row.differing] == []


def test_kills() -> None:
    """A run that is killed, also twice or during a write, is resumed with equal results."""
    rows = kills(5)
    assert sum(row.times for row in rows) >= 5
    assert_nothing_is_lost(rows)


def test_tables() -> None:
    """A run of a table that is killed is resumed with equal trials and equal test scores."""
    assert_nothing_is_lost(tables(2))


def test_full_disk() -> None:
    """A run that finds the disk full at any write can be resumed when there is space."""
    assert_nothing_is_lost(full_disk(2))


def test_damage() -> None:
    """Damaged files are recovered or reported, and never read as if they were right."""
    assert_nothing_is_lost(damage(1))


def test_readers() -> None:
    """Reading while a run writes gives consistent data, and does not disturb the run."""
    assert_nothing_is_lost(readers(18))


def test_workers() -> None:
    """Workers that die cost no result, and exit with their parent."""
    assert_nothing_is_lost(workers(1))


def test_signals() -> None:
    """After a signal a run can be resumed; a second command for it waits or is refused."""
    assert_nothing_is_lost(signals(1, pairs=2))  # one of them is slow, one is not


def test_fitness() -> None:
    """NaN and infinities rank last, and a run with them can be resumed."""
    assert_nothing_is_lost(fitness(1))


def test_clock() -> None:
    """Results do not depend on the system clock."""
    assert_nothing_is_lost(clock(1))


def test_long() -> None:
    """Neither memory nor the number of open files grows with generations."""
    assert_nothing_is_lost(long(60))
