"""Who worked when: a bar for each stretch of time in which a worker trained."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.report.drawing import Specification, nothing, rounded
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings

ROW_HEIGHT = 34
MOST_ROWS = 24
UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3600.0), ("days", 86400.0))
LONG = 300  # of a unit, from which on the next one is used
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
class WorkersData:
    """What the time line shows.

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


def data(findings: "Findings") -> WorkersData:
    """Collect who worked when; empty for a run that did not note it."""
    works = sorted(
        {work for trial in findings.trials for work in trial.work},
        key=attrgetter("began", "worker"),
    )
    if not works:
        return WorkersData((), 0.0)
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
    return WorkersData(kept, seconds, len(rows) - len(kept), busy)


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


def draw(workers: WorkersData) -> Specification:
    """Draw a row of bars for each worker, the first on top."""
    if not workers.rows:
        return nothing("The run did not note who worked when.")
    fitting = (each for each in UNITS if workers.seconds <= LONG * each[1])
    unit, length = next(fitting, UNITS[-1])
    return {
        "data": [_bars(row, place, length) for place, row in enumerate(workers.rows)],
        "layout": {
            "height": ROW_HEIGHT * len(workers.rows) + 110,
            "hovermode": "closest",
            "showlegend": False,
            "barmode": "overlay",
            "bargap": 0.35,
            "xaxis": {
                "title": {"text": f"{unit} from the first training on"},
                "range": [0, rounded([workers.seconds / length])[0]],
            },
            "yaxis": {
                "range": [len(workers.rows) - 0.4, -0.6],
                "tickvals": list(range(len(workers.rows))),
                "ticktext": [
                    f"{wording.plain(row.name, 24)}  {row.busy:.0%}" for row in workers.rows
                ],
                "showgrid": False,
                "ticks": "",
            },
        },
    }


def caption(workers: WorkersData) -> str:
    """Say how busy the workers were."""
    if not workers.rows:
        return ""
    count = len(workers.rows) + workers.left_out
    who = "One worker trained" if count == 1 else f"{count:,} workers trained"
    left_out = ""
    if workers.left_out:
        left_out = f" The {len(workers.rows):,} that worked longest are drawn."
    return (
        f"{who} for {wording.duration(workers.seconds)}, {workers.busy:.0%} of the time; gaps are "
        f"idle, and what two do at the same time stands in two rows.{left_out}"
    )


def _bars(row: Row, place: int, length: float) -> dict[str, Any]:
    """Return the bars of a row, on an axis whose unit has a length in seconds."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": rounded(since / length for since, _ in row.stretches),
        "x": rounded((to - since) / length for since, to in row.stretches),
        "y": [place] * len(row.stretches),
        "customdata": [
            [wording.duration(to - since), wording.duration(since)] for since, to in row.stretches
        ],
        "meta": wording.plain(row.name, 60),
        "marker": {"color": LIGHT["category-1"], "line": {"width": 0}},
        "hovertemplate": "<b>%{meta}</b><br>%{customdata[0]}, from %{customdata[1]} on"
        "<extra></extra>",
    }
