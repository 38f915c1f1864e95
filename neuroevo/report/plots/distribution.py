"""Which share of the trials is at least so good: each objective's distribution (EDF)."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.score_distributions import Group, ScoreDistributions, reached
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    nothing,
    objective_axis,
    panel_domain,
    rounded,
    told,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 300
GAP = 0.2  # of the height between two panels: each has an axis of its own
MOST_STEPS = 300
FAR_QUANTILE = 0.97
LOOKS: tuple[tuple[str, str], ...] = (
    ("category-2", "dash"),
    ("category-8", "dot"),
    ("category-6", "solid"),
    ("category-1", "solid"),
)


def draw(distribution: ScoreDistributions) -> Specification:
    """Draw a panel of rising lines for each objective."""
    if not any(len(row) for group in distribution.groups for row in group.scores):
        return nothing("No trial of the search was completed.")
    count = len(distribution.objectives)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": PANEL_HEIGHT * count + 40, "hovermode": "closest"}
    for index, item in enumerate(distribution.objectives):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "showlegend": index == 0}
        traces += [_line(group, index, item) | axes for group in distribution.groups]
        layout[f"xaxis{suffix}"] = objective_axis(item, _seen(distribution, index)) | {
            "anchor": f"y{suffix}"
        }
        layout[f"yaxis{suffix}"] = {
            "title": {"text": "share of the trials"},
            "tickformat": ".0%",
            "range": [0, 1.02],
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, count, GAP),
        }
    return {"data": traces, "layout": layout}


def caption(distribution: ScoreDistributions) -> str:
    """Say what half of the last trials reach, and how many of the first ones did."""
    if not any(len(row) for group in distribution.groups for row in group.scores):
        return "No trial was completed, so there is nothing to distribute."
    what = (
        "At each height the share of the trials that is at least as good: the further left and the "
        "higher a line, the better. A line that ends below 100% has trials without a finite value."
    )
    return " ".join([what, *_sentences(distribution)])


def _sentences(distribution: ScoreDistributions) -> list[str]:
    """Return for each objective how common what half of the last trials reach was at first."""
    first, last = distribution.groups[0], distribution.groups[-1]
    if first is last:
        return []
    sentences = []
    for place, item in enumerate(distribution.objectives):
        half = last.scores[place][: (last.total + 1) // 2]
        if len(half) < (last.total + 1) // 2:
            continue
        value = float(half[-1])
        shown = wording.measured(value, item.unit)
        sentences.append(
            f"In {item.label} half of the trials of the {last.name} are at {shown} or "
            f"lower, and {reached(first, place, value):.0%} of those of the {first.name}."
        )
    return sentences


def _line(group: Group, place: int, item: "Objective") -> dict[str, Any]:
    """Return the steps of a group, thinned to what a line can show."""
    scores = group.scores[place]
    kept = thinned(len(scores), MOST_STEPS)
    names = ["random search", "first generation", "all of the search"]
    colour, dash = LOOKS[names.index(group.name) if group.name in names else -1]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(scores[kept]),
        "y": rounded((better + 1) / group.total for better in kept),
        "customdata": told(scores[kept], item.unit),
        "name": group.name,
        "line": {
            "color": LIGHT[colour],
            "dash": dash,
            "width": 3 if colour == "category-1" else 2,
            "shape": "hv",
        },
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>%{{y:.0%}} have {item.label} "
        "%{customdata} or less<extra></extra>",
    }


def _seen(distribution: ScoreDistributions, place: int) -> list[float]:
    """Return the scores that the axis must hold: what is far off in every group is cut."""
    rows = [group.scores[place] for group in distribution.groups if len(group.scores[place])]
    ends = [(row[0], np.quantile(row, FAR_QUANTILE)) for row in rows]
    return [float(end) for pair in ends for end in pair]
