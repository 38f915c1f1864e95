"""The intervals of time in which each worker trained."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

MOST_ROWS = 24
FINEST = 1_000  # a gap below a thousandth of the whole time can't be seen
Stretch = tuple[float, float]  # an interval of time: from, to


@dataclass(frozen=True, slots=True)
class Row:
    """A worker, or one of several trainings that it runs at the same time."""

    name: str  # of the worker, with a number if it has several rows
    stretches: tuple[Stretch, ...]  # in seconds from the first training; they don't overlap
    busy: float  # share of the whole time


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """When each worker trained."""

    rows: tuple[Row, ...]  # in the order of their beginnings; of many, those that trained longest
    seconds: float  # from the beginning of the first training to the end of the last
    left_out: int = 0  # number of rows that are left out
    busy: float = 0.0  # mean share of all rows


def worker_times(findings: "Findings") -> WorkerTimes:
    """Collect when each worker trained; empty if the run did not record it."""
    works = sorted(
        {work for trial in findings.trials for work in trial.work},
        key=attrgetter("began", "worker"),
    )
    if not works:
        return WorkerTimes((), 0.0)
    start, end = works[0].began, max(work.began + work.seconds for work in works)
    seconds = max(end - start, 1e-9)
    stretches: defaultdict[str, list[Stretch]] = defaultdict(list)
    for work in works:
        began = work.began - start
        stretches[work.worker].append((began, began + work.seconds))
    rows = [
        Row(
            f"{name} · {place}" if len(packed) > 1 else name,
            tuple(joined(own, seconds / FINEST)),
            sum(to - since for since, to in own) / seconds,
        )
        for name, all_of_it in stretches.items()
        for packed in [side_by_side(all_of_it)]
        for place, own in enumerate(packed, start=1)
    ]
    longest = sorted(rows, key=lambda row: -row.busy)[:MOST_ROWS]
    kept = tuple(row for row in rows if row in longest)
    busy = sum(row.busy for row in rows) / len(rows)
    return WorkerTimes(kept, seconds, len(rows) - len(kept), busy)


def side_by_side(stretches: Sequence[Stretch]) -> list[list[Stretch]]:
    """Divide intervals, sorted by their beginnings, into as few rows without overlaps as possible.

    Intervals of a worker overlap if it uses several threads.
    """
    rows: list[list[Stretch]] = []
    for stretch in stretches:
        free = next((row for row in rows if row[-1][1] <= stretch[0]), None)
        if free is None:
            rows.append([stretch])
        else:
            free.append(stretch)
    return rows


def joined(stretches: Sequence[Stretch], gap: float) -> list[Stretch]:
    """Join intervals whose gap is too short to be seen."""
    whole: list[Stretch] = []
    for since, to in stretches:
        if whole and since - whole[-1][1] <= gap:
            whole[-1] = (whole[-1][0], max(whole[-1][1], to))
        else:
            whole.append((since, to))
    return whole
