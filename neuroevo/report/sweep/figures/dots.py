"""Each setting as a row: its median with intervals, and a panel for each objective."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.sweep_results import quantiles
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    configuration_text,
    interval_bars,
    objective_axis,
    panel_domain,
    rounded,
    row_axis,
)
from neuroevo.report.sweep.texts import estimate_text, lost, setting_name
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SweepResults
    from neuroevo.evaluation import Objective

ROW, LINE, ROOM = 10, 15, 76  # pixels: between rows, of a line, and of the axis of a panel
LABEL = 34  # characters in a line
MOST_ROWS = 100


def draw(results: "SweepResults") -> Specification:
    """Draw a panel for each objective, with a row for each of the first settings."""
    shown = results.settings[:MOST_ROWS]
    count = len(results.objectives)
    names = [wording.plain(setting_name(results, each), 100) for each in shown]
    labels = [wording.wrapped(name, LABEL) for name in names]
    lines = max(label.count("<br>") + 1 for label in labels)
    panel = (ROW + LINE * lines) * len(shown)
    height = count * (panel + ROOM)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height + 20, "hovermode": "closest"}
    for index, item in enumerate(results.objectives):
        suffix = axis_suffix(index)
        drawn, values = _panel(results, item)
        traces += [trace | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for trace in drawn]
        layout[f"xaxis{suffix}"] = objective_axis(item, values) | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = row_axis(labels) | {
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, count, ROOM / height),
            "showgrid": False,
        }
    return {"data": traces, "layout": layout}


def caption(results: "SweepResults") -> str:
    """Say what points and lines are."""
    unit = "champions of all seeds" if results.searches else "replicates"
    left_out = len(results.settings) - MOST_ROWS
    more = f" {left_out:,} more settings are in the table." if left_out > 0 else ""
    return (
        f"Each point is the median of the {unit} of a setting; the thick line is its 95% "
        "interval, and the thin one reaches from the 5th to the 95th percentile. Settings that "
        f"{lost(results)}, or did not reach the target, have none.{more}"
    )


def _panel(results: "SweepResults", item: "Objective") -> tuple[list[dict[str, Any]], list[float]]:
    shown = results.settings[:MOST_ROWS]
    medians = [results.median(each, item) for each in shown]
    ends = [
        tuple(min(end, item.limit) for end in quantiles(each.scores[item.name])) for each in shown
    ]
    middle = [item.reached(each.value) for each in medians]
    shared = {"type": "scatter", "mode": "markers", "showlegend": False}
    rows = list(range(len(shown)))
    lowest, highest = ([pair[side] for pair in ends] for side in (0, 1))
    thin = interval_bars(middle, lowest, highest, LIGHT["faint"]) | {"thickness": 1}
    high = [min(each.high, item.limit) for each in medians]
    thick = interval_bars(middle, [each.low for each in medians], high, LIGHT["positive"])
    points = {
        "x": rounded(middle),
        "y": rows,
        "marker": {
            "size": 9,
            "color": [
                LIGHT["negative"] if each.is_baseline else LIGHT["positive"] for each in shown
            ],
        },
        "customdata": [
            [
                configuration_text(setting_name(results, each)),
                f"{item.label} {estimate_text(found, item)}",
            ]
            for each, found in zip(shown, medians, strict=True)
        ],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        "error_x": thick | {"thickness": 3},
    }
    line = {"x": rounded(middle), "y": rows, "marker": {"size": 1}, "hoverinfo": "skip"}
    values = [*middle, *(end for pair in ends for end in pair)]
    return [shared | line | {"error_x": thin}, shared | points], values
