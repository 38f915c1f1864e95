"""Timeline of the workers: a bar for each span of time in which a worker trained."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.worker_times import Row, WorkerTimes
from neuroevo.report.drawing import Specification, empty_figure, rounded, row_axis
from neuroevo.report.theme import LIGHT

ROW_HEIGHT = 34
UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3600.0), ("days", 86400.0))
LONG = 300  # of a unit; longer runs use the next unit


def draw(workers: WorkerTimes) -> Specification:
    """Draw a row of bars for each worker, the first on top."""
    if not workers.rows:
        return empty_figure("The run has no times of its workers.")
    fitting = (each for each in UNITS if workers.seconds <= LONG * each[1])
    unit, length = next(fitting, UNITS[-1])
    labels = [f"{wording.plain(row.name, 24)}  {row.busy:.0%}" for row in workers.rows]
    return {
        "data": [_bars(row, place, length) for place, row in enumerate(workers.rows)],
        "layout": {
            "height": ROW_HEIGHT * len(workers.rows) + 110,
            "hovermode": "closest",
            "showlegend": False,
            "barmode": "overlay",
            "bargap": 0.35,
            "xaxis": {
                "title": {"text": f"{unit} from the first trial on"},
                "range": [0, rounded([workers.seconds / length])[0]],
            },
            "yaxis": row_axis(labels, margin=0.6) | {"showgrid": False},
        },
    }


def caption(workers: WorkerTimes) -> str:
    """Give the share of time in which the workers trained."""
    if not workers.rows:
        return ""
    count = len(workers.rows) + workers.left_out
    subject = "One worker" if count == 1 else f"{count:,} workers"
    span = f"the {wording.duration(workers.seconds)} from the first trial to the end of the last"
    drawn = f" The {len(workers.rows):,} busiest are drawn." if workers.left_out else ""
    return (
        f"{subject} evaluated trials for {workers.busy:.0%} of {span}. Gaps are idle times; trials "
        f"that a worker evaluates at the same time have rows of their own.{drawn}"
    )


def _bars(row: Row, place: int, length: float) -> dict[str, Any]:
    """Return the bars of a row; `length` is the axis unit in seconds."""
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
