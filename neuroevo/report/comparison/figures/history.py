"""The lowest score so far of each run, over its trials, a panel for each objective."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.report.comparison.figures.marks import GAP, step_lines
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    empty_figure,
    objective_axis,
    panel_domain,
)

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 260
MOST_NAMED = 4  # runs in a sentence


def draw(comparison: "Comparison") -> Specification:
    """Draw the runs' histories over their trials."""
    return draw_over(comparison, "trials", "trials", lambda at: wording.counted(round(at), "trial"))


def draw_over(comparison: "Comparison", x: str, title: str, worded: Any) -> Specification:  # noqa: ANN401 - a function of a number
    """Draw the runs' histories over a column of them, such as their trials.

    Parameters
    ----------
    comparison
        The runs.
    x, title
        The column, and what it is called under the axis.
    worded
        How a number of that column is said.
    """
    table = comparison.histories
    if table.empty:
        return empty_figure("No run has a completed trial in an objective that all of them have.")
    count = len(comparison.objectives)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": title},
            "rangemode": "tozero",
            "anchor": f"y{axis_suffix(count - 1)}",
        },
    }
    for index, item in enumerate(comparison.objectives):
        suffix = axis_suffix(index)
        rows = table[table["objective"] == item.name]

        def told(at: float, best: float, item: "Objective" = item) -> str:
            return f"{item.label} {wording.measured(best, item.unit)}<br>after {worded(at)}"

        lines = step_lines(comparison, rows, (x, "best"), told, in_legend=index == 0)
        traces += [line | {"yaxis": f"y{suffix}"} for line in lines]
        layout[f"yaxis{suffix}"] = objective_axis(item, rows["best"]) | {
            "domain": panel_domain(index, count, GAP),
            "nticks": 6,
        }
    return {"data": traces, "layout": layout}


def caption(comparison: "Comparison") -> str:
    """Say which run got furthest, and how soon it was where the next one ended."""
    sentences = [
        sentence for item in comparison.objectives if (sentence := _overtaken(comparison, item))
    ]
    start = "The lower, and the sooner, the better."
    if comparison.is_grouped:
        start += " Faint lines are runs, strong ones the median of their setting."
    return " ".join([start, *sentences])


def _overtaken(comparison: "Comparison", item: "Objective") -> str:
    """Say when what got furthest in an objective was where the next best ended."""
    courses = comparison.courses(item)
    ranked = sorted(courses, key=lambda name: float(courses[name][1][-1]))
    if len(ranked) < 2:  # noqa: PLR2004 - a race takes two
        return ""
    (leader, other), kind = ranked[:2], "median" if comparison.is_grouped else "lowest"
    end, beaten = (float(courses[name][1][-1]) for name in (leader, other))
    name, told = item.label, wording.measured(end, item.unit)
    alike = [
        each
        for each in ranked
        if wording.shown(float(courses[each][1][-1]), item.unit) == wording.shown(end, item.unit)
    ]
    if len(alike) > 1:
        who = wording.listed(alike) if len(alike) <= MOST_NAMED else f"{len(alike)} runs"
        return f"{kind.capitalize()} {name}: {told}, of {who} alike."
    soon, late = (
        wording.counted(round(trials[np.argmax(scores <= beaten)]), "trial")
        for trials, scores in (courses[leader], courses[other])
    )
    passed = wording.measured(beaten, item.unit)
    return (
        f"{kind.capitalize()} {name}: {told}, of {leader}. To {passed}, where {other} ended, it "
        f"took {soon}; {other} took {late}."
    )
