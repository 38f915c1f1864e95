"""Who worked when: the stretches of time in which each worker trained; knows no figure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

MOST_ROWS = 24
FINEST = 1_000  # parts of the whole time, below which a gap can't be seen
Stretch = tuple[float, float]  # from, to


@dataclass(frozen=True, slots=True)
class Row:
    """One who does one thing at a time.

    Parameters
    ----------
    name
        The worker's, with a number where it does several things at a time.
    stretches
        From when to when it worked, in seconds from the first training on; apart from each other.
    busy
        Share of the whole time in which it did.
    """

    name: str
    stretches: tuple[Stretch, ...]
    busy: float


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """Who worked when.

    Parameters
    ----------
    rows
        The workers, in the order in which they began; those that worked longest where they are
        too many.
    seconds
        From the first training to the end of the last.
    left_out
        How many rows there are beyond those.
    busy
        Mean share of all rows.
    """

    rows: tuple[Row, ...]
    seconds: float
    left_out: int = 0
    busy: float = 0.0


def worker_times(findings: "Findings") -> WorkerTimes:
    """Collect who worked when; empty for a run that did not note it."""
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
    """Deal stretches of time, by their beginnings, to as few rows as hold them without overlap.

    What a worker does at the same time, it does with several threads.
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
    """Join neighbours whose gap is too short to be seen."""
    whole: list[Stretch] = []
    for since, to in stretches:
        if whole and since - whole[-1][1] <= gap:
            whole[-1] = (whole[-1][0], max(whole[-1][1], to))
        else:
            whole.append((since, to))
    return whole
