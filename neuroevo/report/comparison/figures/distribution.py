"""The empirical distribution of the scores of all trials of each run."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.judged_scores import shown_cost
from neuroevo.report.comparison.figures.styles import (
    NO_TRIALS,
    is_by_setting,
    legend_name,
    run_styles,
)
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    empty_figure,
    limit_line,
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
    """Draw a panel for each objective, a line for each run: the share of trials up to a score."""
    table = comparison.distributions
    if table.empty:
        return empty_figure(NO_TRIALS)
    count = len(comparison.objectives)
    height = PANEL_HEIGHT * count + 60
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height, "hovermode": "closest", "shapes": shapes}
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
        axis = objective_axis(item, rows["value"])
        shapes += limit_line(item, axis, f"x{suffix}", f"y{suffix}")
        layout[f"xaxis{suffix}"] = axis | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {
            "title": {"text": "share of all trials"},
            "tickformat": ".0%",
            "range": [0, 1.02],
            "domain": panel_domain(index, count, ROOM / height),
            "anchor": f"x{suffix}",
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Explain the lines, and compare the medians of the best and of the worst run."""
    higher = [item.label for item in comparison.objectives if item.maximised]
    but = f", but the further right for {wording.listed(higher)}" if higher else ""
    start = (
        "The scores of all trials of a search, not only of the best ones: the further left and "
        f"the higher a line, the better the trials{but}. A line that ends below 100% belongs to a "
        f"run in which some trials were not completed{_or_not_feasible(comparison)}."
    )
    sentences = [_medians(comparison, item) for item in comparison.objectives]
    table = comparison.distributions
    limits = about_limits(
        (item, table.loc[table["objective"] == item.name, "value"])
        for item in comparison.objectives
    )
    return " ".join([start, *limits, *filter(None, sentences)])


def _line(
    comparison: "Comparison", label: str, item: "Objective", rows: pd.DataFrame
) -> dict[str, Any]:
    style = run_styles(comparison)[label]
    values = [*rows["value"][:1], *rows["value"]]  # the best first; the line starts at 0
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(values),
        "y": [0, *(round(share, 4) for share in rows["share"])],
        "meta": f"<b>{style.name}</b>",
        "customdata": number_texts(values, item),
        "hovertemplate": "%{meta}<br>%{y:.1%} of all trials have "
        f"{item.label} %{{customdata}} or {item.better}<extra></extra>",
        "line": {
            "color": style.colour,
            "width": 1.5 if is_by_setting(comparison) else 2.5,
            "dash": style.dash,
            "shape": "hv",
        },
    }


def _or_not_feasible(comparison: "Comparison") -> str:
    constrained = any(each.findings.constraints for each in comparison.contenders)
    return ", or not feasible" if constrained else ""


def _verb(item: "Objective", *, constrained: bool) -> str:
    if item.has_limit:
        return "reach the target"
    return "were completed and feasible" if constrained else "were completed"


def _medians(comparison: "Comparison", item: "Objective") -> str:
    """Say up to which score half of the trials of the best and of the worst run are."""
    place = comparison.objectives.index(item)
    medians = {}
    for each in comparison.contenders:
        if len(each.scores):
            costs = each.costs[:, place]
            ordered = np.sort(np.where(np.isfinite(costs), costs, np.inf))
            medians[each.label] = float(ordered[(len(ordered) - 1) // 2])
    if len(medians) < 2 or not np.isfinite(min(medians.values())):  # noqa: PLR2004 - to compare
        return ""
    best, worst = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
    values = {label: item.cost(medians[label]) for label in (best, worst)}
    bounds = {each.label: bool(each.findings.constraints) for each in comparison.contenders}
    if shown_cost(item, values[best]) == shown_cost(item, values[worst]):
        return ""
    if item.is_penalty(values[best]):
        return f"In no run do half of the trials reach the target ({item.label})."
    end = (
        f", and {wording.measured(values[worst], item)} or {item.better} in {worst}."
        if np.isfinite(item.reached(values[worst]))
        else f"; in {worst} fewer than half of the trials {_verb(item, constrained=bounds[worst])}."
    )
    shown = wording.measured(values[best], item)
    return f"Half of the trials have {item.label} {shown} or {item.better} in {best}{end}"
