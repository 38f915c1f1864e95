"""Cumulative distribution of each objective over the trials (EDF)."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.score_distributions import Group, ScoreDistributions, reached
from neuroevo.analysis.thinning import thinned
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
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 300
GAP = 0.2  # between two panels, as a share of the height
MOST_STEPS = 300
FAR_QUANTILE = 0.97
STYLES = {  # colour and dash of each group but the last generations
    "random search": ("category-2", "dash"),
    "first generation": ("category-8", "dot"),
    "all of the search": ("category-6", "solid"),
}
LAST_STYLE = ("category-1", "solid")


def draw(distribution: ScoreDistributions) -> Specification:
    """Draw a panel for each objective, with a line for each group."""
    if not any(len(row) for group in distribution.groups for row in group.scores):
        return empty_figure("No trial of the search was completed.")
    count = len(distribution.objectives)
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 40,
        "hovermode": "closest",
        "shapes": shapes,
    }
    for index, item in enumerate(distribution.objectives):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "showlegend": index == 0}
        traces += [_line(group, index, item) | axes for group in distribution.groups]
        axis = objective_axis(item, _visible(distribution, index))
        shapes += limit_line(item, axis, f"x{suffix}", f"y{suffix}")
        layout[f"xaxis{suffix}"] = axis | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {
            "title": {"text": "share of the trials"},
            "tickformat": ".0%",
            "range": [0, 1.02],
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, count, GAP),
        }
    return {"data": traces, "layout": layout}


def caption(distribution: ScoreDistributions) -> str:
    """Compare the first and the last generation at the median of the last."""
    if not any(len(row) for group in distribution.groups for row in group.scores):
        return "No trial was completed, so there is no distribution."
    higher = [item.label for item in distribution.objectives if item.maximised]
    better, but = "lower", ""
    if higher:
        better, but = "better", f", but to the upper right for {wording.listed(higher)}"
    early = ", or that were stopped early" if distribution.stopped else ""
    explanation = (
        f"Each line shows the share of trials with this value or a {better} one: lines further to "
        f"the upper left are better{but}. A line that ends below 100% has trials without a finite "
        f"value{early}."
    )
    drawn = [(item, _visible(distribution, at)) for at, item in enumerate(distribution.objectives)]
    return " ".join([explanation, *about_limits(drawn), *_sentences(distribution)])


def _sentences(distribution: ScoreDistributions) -> list[str]:
    first, last = distribution.groups[0], distribution.groups[-1]
    if first is last:
        return []
    sentences = []
    half = (last.total + 1) // 2
    for place, item in enumerate(distribution.objectives):
        if len(last.scores[place]) < half:
            continue
        value = float(last.scores[place][half - 1])
        if item.is_penalty(value):
            sentences.append(
                f"Fewer than half of the trials of the {last.name} reach the target ({item.label})."
            )
            continue
        shown = wording.measured(value, item)
        sentences.append(
            f"For {item.label}, half of the trials of the {last.name} reach {shown} or "
            f"{_less(item)}, and {reached(item, first, place, value):.0%} of those of the "
            f"{first.name}."
        )
    return sentences


def _line(group: Group, place: int, item: "Objective") -> dict[str, Any]:
    """Return the steps of a group; of many steps some are chosen evenly."""
    scores = group.scores[place]
    kept = thinned(len(scores), MOST_STEPS)
    colour, dash = STYLES.get(group.name, LAST_STYLE)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(scores[kept]),
        "y": rounded((better + 1) / group.total for better in kept),
        "customdata": number_texts(scores[kept], item),
        "name": group.name,
        "line": {
            "color": LIGHT[colour],
            "dash": dash,
            "width": 3 if colour == "category-1" else 2,
            "shape": "hv",
        },
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>%{{y:.0%}} have {item.label} "
        f"%{{customdata}} or {_less(item)}<extra></extra>",
    }


def _less(item: "Objective") -> str:
    return "more" if item.maximised else "less"


def _visible(distribution: ScoreDistributions, place: int) -> list[float]:
    """Return the scores that the axis covers: all but the worst of each group."""
    item = distribution.objectives[place]
    rows = [item.cost(group.scores[place]) for group in distribution.groups]
    ends = [float(end) for row in rows if len(row) for end in (row[0], _far(row))]
    return [item.cost(end) for end in ends]


def _far(costs: NDArray[np.float64]) -> float:
    return float(np.quantile(costs, FAR_QUANTILE))
