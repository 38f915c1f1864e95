"""The best score so far of each run, over its trials or over time."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.judged_scores import shown_cost
from neuroevo.report.comparison.figures.styles import GAP, NO_TRIALS, step_lines
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    empty_figure,
    limit_line,
    objective_axis,
    panel_domain,
)

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 260
MOST_NAMED = 4  # runs in a sentence
ABOUT_THE_SAME = 1.15  # ratio of two times


def draw(comparison: "Comparison") -> Specification:
    """Draw the runs' histories over their trials, with a panel for each objective."""
    return _draw(comparison, "trials", "trials", _trials)


def draw_over_time(comparison: "Comparison") -> Specification:
    """Draw the runs' histories over the seconds of training."""
    title = "seconds of training on all cores"
    return _draw(comparison, "seconds", title, wording.duration)


def caption(comparison: "Comparison") -> str:
    """Say which run reached the best score, and how fast the first two got there."""
    start = f"{wording.better_values(comparison.objectives)}. Earlier is better."
    if not any(item.maximised for item in comparison.objectives):
        start = "Lower and earlier is better."
    if comparison.is_grouped:
        start += " Faint lines are runs; strong lines are the median of a setting."
    table = comparison.histories
    limits = about_limits(
        (item, table.loc[table["objective"] == item.name, "best"]) for item in comparison.objectives
    )
    sentences = [_first_two(comparison, item) for item in comparison.objectives]
    return " ".join([start, *limits, *filter(None, sentences)])


def caption_over_time(comparison: "Comparison") -> str:
    """Say which time is meant, and how long a trial took."""
    costs = {
        each.label: float(each.seconds[-1]) / len(each.seconds)
        for each in comparison.contenders
        if len(each.seconds)
    }
    start = (
        "The same over training time, added up over all cores. So the number of cores does not "
        "matter, but other programs that ran on the machine do."
    )
    if len(costs) < 2 or not min(costs.values()) > 0:  # noqa: PLR2004 - to compare
        return start
    fast, slow = min(costs, key=costs.__getitem__), max(costs, key=costs.__getitem__)
    ratio = costs[slow] / costs[fast]
    if ratio < ABOUT_THE_SAME:
        return f"{start} A trial took about {wording.duration(costs[slow])} in each run."
    return (
        f"{start} On average a trial took {wording.duration(costs[fast])} in {fast}, and "
        f"{wording.factor(ratio)} times as long in {slow}."
    )


def _draw(
    comparison: "Comparison", column: str, title: str, text_of: Callable[[float], str]
) -> Specification:
    """Draw the histories over a column of theirs, whose values ``text_of`` turns into texts."""
    table = comparison.histories
    if table.empty:
        return empty_figure(NO_TRIALS)
    count = len(comparison.objectives)
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "shapes": shapes,
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": title},
            "rangemode": "tozero",
            "anchor": f"y{axis_suffix(count - 1)}",
        },
    }

    def hover(item: "Objective", at: float, best: float) -> str:
        return f"{item.label} {wording.measured(best, item)}<br>after {text_of(at)}"

    for index, item in enumerate(comparison.objectives):
        suffix = axis_suffix(index)
        rows = table[table["objective"] == item.name]
        texts = partial(hover, item)
        lines = step_lines(comparison, rows, (column, "best"), texts, in_legend=index == 0)
        traces += [line | {"yaxis": f"y{suffix}"} for line in lines]
        axis = objective_axis(item, rows["best"])
        shapes += limit_line(item, axis, f"y{suffix}", "x")
        layout[f"yaxis{suffix}"] = axis | {
            "domain": panel_domain(index, count, GAP),
            "nticks": 6,
        }
    return {"data": traces, "layout": layout}


def _first_two(comparison: "Comparison", item: "Objective") -> str:
    """Say after how many trials the first two runs reached the second one's best score."""
    curves = comparison.courses(item)
    ends = {name: float(scores[-1]) for name, (_, scores) in curves.items()}
    ranked = sorted(ends, key=lambda name: item.cost(ends[name]))
    if len(ranked) < 2:  # noqa: PLR2004 - to compare
        return ""
    first, second = ranked[:2]
    kind = "Median" if comparison.is_grouped else item.best.capitalize()
    start = f"{kind} {item.label}: {wording.measured(ends[first], item)}"
    best = shown_cost(item, ends[first])
    equal = [each for each in ranked if shown_cost(item, ends[each]) == best]
    if len(equal) > 1:
        who = wording.listed(equal) if len(equal) <= MOST_NAMED else f"{len(equal)} runs"
        return f"{start} ({who})."
    if item.is_penalty(ends[second]):
        return f"{start} ({first}); {wording.NOT_REACHED} ({second})."
    soon, late = (
        _trials(trials[np.argmax(item.cost(scores) <= item.cost(ends[second]))])
        for trials, scores in (curves[first], curves[second])
    )
    return (
        f"{start} ({first}). {first} reached {wording.measured(ends[second], item)}, the "
        f"{item.best} value of {second}, after {soon}; {second} after {late}."
    )


def _trials(count: float) -> str:
    return wording.counted(round(count), "trial")
