"""Importance of the table's columns for the champion's kept network, with their extremes."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.column_importance import ColumnImportances, is_certain
from neuroevo.evaluation.diagnosis import REPEATS, ColumnImportance
from neuroevo.report.drawing import (
    Specification,
    empty_figure,
    interval_bars,
    rounded,
    row_axis,
)
from neuroevo.report.held_out_texts import metric_text
from neuroevo.report.theme import LIGHT

ROW_HEIGHT = 30
MOST_NAMED = 3


def draw(found: ColumnImportances | None) -> Specification:
    """Draw a mean and its extremes for each column, the most important one on top."""
    if found is None:
        return empty_figure("The importance of the columns is unknown.")
    columns = found.columns
    low = min([0.0, *(each.low for each in columns)])
    high = max([0.0, *(each.high for each in columns)])
    room = 0.04 * (high - low) or 0.1
    means, lows, highs = zip(
        *((each.decrease, each.low, each.high) for each in columns), strict=True
    )
    colour = LIGHT["category-1"]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(means),
        "y": list(range(len(columns))),
        "error_x": interval_bars(means, lows, highs, colour),
        "marker": {
            "size": 10,
            "color": [colour if is_certain(each) else LIGHT["ground"] for each in columns],
            "line": {"color": colour, "width": 2},
        },
        "hovertext": [_hover(found, each) for each in columns],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    layout = {
        "height": ROW_HEIGHT * len(columns) + 100,
        "margin": {"t": 12, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": f"decrease of {found.metric.label}"},
            "range": rounded([low - room, high + room]),
            "zeroline": True,
            "zerolinecolor": LIGHT["muted"],
            "nticks": 6,
            **({"tickformat": ".2~%"} if found.metric.is_share else {}),
        },
        "yaxis": row_axis([wording.plain(each.column, 24) for each in columns], margin=0.6)
        | {"showgrid": False},
    }
    return {"data": [trace], "layout": layout}


def caption(found: ColumnImportances | None) -> str:
    """Name the most important columns, and explain the method."""
    if found is None:
        return ""
    label, value = found.metric.label, metric_text(found.metric, found.value)
    method = (
        f"Method: in {wording.counted(found.samples, 'test row')} the values of one column are "
        f"permuted {REPEATS} times, and the {label} of the champion’s kept network is compared "
        f"with its {value} without. A dot is the mean decrease; lines span all {REPEATS} (hollow: "
        "not all of them are decreases). A column may have little importance because another one "
        "has the same information."
    )
    return " ".join(filter(None, [_most_important(found), _not_shown(found), method]))


def _most_important(found: ColumnImportances) -> str:
    label, certain = found.metric.label, [each for each in found.columns if is_certain(each)]
    if not certain:
        return f"No column decreases {label} in every permutation: none is certainly important."
    first, *others = certain
    low, high = _number(found, first.low), _number(found, first.high)
    names = [wording.visible(each.column) for each in others[: MOST_NAMED - 1]]
    then = f", followed by {wording.listed(names)}" if names else ""
    return (
        f"The network relies most on {wording.visible(first.column)}: {label} decreases by "
        f"{_change(found, first.decrease)} ({low} to {high}) if its values are permuted{then}."
    )


def _not_shown(found: ColumnImportances) -> str:
    """Return a sentence on the columns that are not drawn."""
    if not found.others:
        return ""
    largest = max(each.decrease for each in found.others)
    count = len(found.others)
    columns = f"{wording.counted(count, 'more column')} {'is' if count == 1 else 'are'} not shown"
    if largest <= 0:
        return f"{columns}; on average they decrease it by nothing."
    return f"{columns}; they decrease it by at most {_change(found, largest)}."


def _change(found: ColumnImportances, value: float) -> str:
    """Return a change of the metric; that of a share in percentage points."""
    return _number(found, value) + " percentage points" * found.metric.is_share


def _number(found: ColumnImportances, value: float) -> str:
    text = f"{100 * value:.1f}" if found.metric.is_share else wording.number(value)
    return text.replace("-", "−")


def _hover(found: ColumnImportances, each: ColumnImportance) -> str:
    low, high = _number(found, each.low), _number(found, each.high)
    return (
        f"<b>{wording.plain(each.column, 40)}</b><br>{found.metric.label} decreases by<br>"
        f"{_change(found, each.decrease)}, {low} to {high}"
    )
