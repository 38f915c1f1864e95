"""The Pareto fronts of all runs in one figure, with a panel for each pair of objectives."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis.thinning import thinned
from neuroevo.report.comparison.figures.styles import NO_TRIALS, Style, legend_name, run_styles
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    configuration_text,
    empty_figure,
    limit_line,
    number_texts,
    objective_axis,
    panel_domain,
    rounded,
    stairs,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 440
GAP = 0.09
MOST_MEMBERS = 400  # of a front
MOST_NAMED = 6  # runs in a sentence


def draw(comparison: "Comparison") -> Specification:
    """Draw a panel for each pair of the first objective with another one."""
    table = comparison.fronts
    if table.empty:
        return empty_figure(NO_TRIALS)
    first, *others = comparison.objectives
    if not others and len(comparison.settings) < len(comparison.contenders):
        return empty_figure("The best of each run is in the figure of the runs of each setting.")
    if not others:
        return _single_objective(comparison, first)
    styles = run_styles(comparison)
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * len(others) + 40,
        "hovermode": "closest",
        "shapes": shapes,
    }
    for index, across in enumerate(others):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        for label in comparison.labels:
            members = table[table["run"] == label]
            members = members.iloc[thinned(len(members), MOST_MEMBERS)].sort_values(across.name)
            name = legend_name(comparison, label)
            named = {"showlegend": index == 0 and bool(name), "name": name}
            trace = _points(members, across, first, styles[label], joined=len(others) == 1)
            traces.append(trace | axes | named)
        horizontal = objective_axis(across, table[across.name])
        vertical = objective_axis(first, table[first.name])
        shapes += limit_line(across, horizontal, f"x{suffix}", f"y{suffix}")
        shapes += limit_line(first, vertical, f"y{suffix}", f"x{suffix}")
        layout[f"xaxis{suffix}"] = horizontal | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = vertical | {
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, len(others), GAP),
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say which networks are not dominated by another run."""
    if comparison.fronts.empty:
        return "There is no front to draw."
    limits = about_limits((item, comparison.fronts[item.name]) for item in comparison.objectives)
    return " ".join([_not_dominated(comparison), *limits])


def _not_dominated(comparison: "Comparison") -> str:
    if len(comparison.objectives) == 1:
        better = comparison.objectives[0].better
        return f"With one objective the front of a run is its best network; {better} is better."
    start = "Lower left is better."
    if any(item.maximised for item in comparison.objectives):
        start = f"{wording.better_values(comparison.objectives)}."
    sizes = {each.label: len(each.front) for each in comparison.contenders if each.front}
    left = {label: count for label, count in comparison.unbeaten.items() if count}
    if left == sizes:
        return f"{start} No network of a front is dominated by one of another run."
    counts = [f"{label} ({count} of {sizes[label]})" for label, count in left.items()]
    if len(counts) > MOST_NAMED:
        rest = len(counts) - MOST_NAMED
        counts = [*counts[:MOST_NAMED], f"some of {rest} more runs"]
    others = "" if len(left) == len(sizes) else "; none of the other runs"
    return f"{start} Networks not dominated by another run: {wording.listed(counts)}{others}."


def _points(
    members: pd.DataFrame, across: "Objective", upward: "Objective", style: Style, *, joined: bool
) -> dict[str, Any]:
    texts = zip(
        number_texts(members[across.name], across),
        number_texts(members[upward.name], upward),
        strict=True,
    )
    return {
        "type": "scatter",
        "mode": "lines+markers" if joined else "markers",
        "cliponaxis": False,
        "x": rounded(members[across.name]),
        "y": rounded(members[upward.name]),
        "text": [configuration_text(text) for text in members["configuration"]],
        "meta": style.name,
        "customdata": [
            [int(number), *scores] for number, scores in zip(members["number"], texts, strict=True)
        ],
        "hovertemplate": "<b>%{meta}</b><br>trial %{customdata[0]}: %{text}"
        f"<br>{across.label} %{{customdata[1]}}"
        f"<br>{upward.label} %{{customdata[2]}}<extra></extra>",
        "line": {
            "color": style.colour,
            "width": 1.5,
            "shape": stairs(across),
            "dash": style.dash,
        },
        "marker": {
            "symbol": style.symbol,
            "size": 10,
            "color": style.colour,
            "line": {"color": LIGHT["ground"], "width": 1},
        },
    }


def _single_objective(comparison: "Comparison", item: "Objective") -> Specification:
    """Draw the best of each run in a row of its own."""
    table, styles = comparison.fronts, run_styles(comparison)
    traces = []
    for label in reversed(comparison.labels):
        members, style = table[table["run"] == label], styles[label]
        point = _points(members, item, item, style, joined=False)
        point |= {"y": [wording.wrapped(style.name, 18)] * len(members), "showlegend": False}
        point["hovertemplate"] = (
            "<b>%{meta}</b><br>trial %{customdata[0]}: %{text}"
            f"<br>{item.label} %{{customdata[1]}}<extra></extra>"
        )
        traces.append(point)
    axis = objective_axis(item, table[item.name])
    layout = {
        "height": 40 * len(comparison.labels) + 90,
        "hovermode": "closest",
        "shapes": limit_line(item, axis, "x", "y"),
        "xaxis": axis,
        "yaxis": {"type": "category"},
    }
    return {"data": traces, "layout": layout}
