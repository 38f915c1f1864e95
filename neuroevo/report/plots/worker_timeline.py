"""Who worked when: a bar for each stretch of time in which a worker trained."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.worker_times import Row, WorkerTimes
from neuroevo.report.drawing import Specification, nothing, rounded
from neuroevo.report.theme import LIGHT

ROW_HEIGHT = 34
UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3600.0), ("days", 86400.0))
LONG = 300  # of a unit, from which on the next one is used


def draw(workers: WorkerTimes) -> Specification:
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


def caption(workers: WorkerTimes) -> str:
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
