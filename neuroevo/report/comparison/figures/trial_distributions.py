"""The empirical distribution of all trials of each run, a panel for each objective."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.report.comparison.figures.marks import legend_name, marks
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    empty_figure,
    number_texts,
    objective_axis,
    panel_domain,
    rounded,
)

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 300
ROOM = 80  # for a panel's axis


def draw(comparison: "Comparison") -> Specification:
    """Draw a line a run: the share of its trials that are as good as a value or better."""
    table = comparison.distributions
    if table.empty:
        return empty_figure("No run has a completed trial in an objective that all of them have.")
    count = len(comparison.objectives)
    height = PANEL_HEIGHT * count + 60
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height, "hovermode": "closest"}
    for index, item in enumerate(comparison.objectives):
        suffix = axis_suffix(index)
        rows = table[table["objective"] == item.name]
        for label in comparison.labels:
            name = legend_name(comparison, label)
            traces.append(
                _line(comparison, label, item, rows[rows["run"] == label])
                | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
                | {"name": name, "showlegend": index == 0 and bool(name)}
            )
        layout[f"xaxis{suffix}"] = objective_axis(item, rows["value"]) | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {
            "title": {"text": "share of all trials"},
            "tickformat": ".0%",
            "range": [0, 1.02],
            "domain": panel_domain(index, count, ROOM / height),
            "anchor": f"x{suffix}",
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say what to see, and what half of the trials reach."""
    start = (
        "How good all trials of a search were, not only the best: the further left and the higher "
        "a line, the more of them were good. A line that ends below 100% is of a run in which "
        "trials failed."
    )
    sentences = [_halves(comparison, item) for item in comparison.objectives]
    return " ".join([start, *filter(None, sentences)])


def _line(
    comparison: "Comparison", label: str, item: "Objective", rows: pd.DataFrame
) -> dict[str, Any]:
    look = marks(comparison)[label]
    values = [*rows["value"][:1], *rows["value"]]  # rises from 0
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(values),
        "y": [0, *(round(share, 4) for share in rows["share"])],
        "meta": f"<b>{look.name}</b>",
        "customdata": number_texts(values, item.unit),
        "hovertemplate": "%{meta}<br>%{y:.1%} of all trials have "
        f"{item.label} %{{customdata}} or lower<extra></extra>",
        "line": {
            "color": look.colour,
            "width": 1.5 if comparison.is_grouped else 2.5,
            "dash": look.dash,
            "shape": "hv",
        },
    }


def _halves(comparison: "Comparison", item: "Objective") -> str:
    """Say what half of the trials of the best and of the worst run reach."""
    halves = {}
    for each, column in (
        (each, each.scores[:, comparison.objectives.index(item)])
        for each in comparison.contenders
        if len(each.scores)
    ):
        filled = np.where(np.isfinite(column), column, np.inf)
        halves[each.label] = float(np.sort(filled)[(len(filled) - 1) // 2])
    if len(halves) < 2 or not np.isfinite(min(halves.values())):  # noqa: PLR2004 - to compare
        return ""
    low, high = min(halves, key=halves.__getitem__), max(halves, key=halves.__getitem__)
    if wording.shown(halves[low], item.unit) == wording.shown(halves[high], item.unit):
        return ""
    end = (
        f"of {high} {wording.measured(halves[high], item.unit)}"
        if np.isfinite(halves[high])
        else f"less than half of {high} was completed"
    )
    return (
        f"Half of the trials of {low} have {item.label} "
        f"{wording.measured(halves[low], item.unit)} or lower; {end}."
    )
