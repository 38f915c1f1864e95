"""From a baseline to the champion, one gene at a time: what each change brought.

The networks of the path were trained for it (Fawcett & Hoos 2016, "Analysing differences between
algorithm configurations through ablation", Journal of Heuristics 22, 431-458).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.ablation_path import AblationPath, Change
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    domains,
    nothing,
    objective_axis,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

ROW_HEIGHT, GAP = 42, 76  # pixels


def draw(ablation: AblationPath) -> Specification:
    """Draw a panel for each objective: a row a round, the path from the top down."""
    if len(ablation.path) < 2:  # noqa: PLR2004 - a path leads from one to another
        return nothing("No ablation was computed.")
    count, rows = len(ablation.objectives), len(ablation.path)
    size = ROW_HEIGHT * rows
    places = domains(count, size, GAP)
    layout: dict[str, Any] = {
        "height": count * size + (count - 1) * GAP + 100,
        "margin": {"t": 44, "b": 56},
        "hovermode": "closest",
        "legend": {"itemclick": False, "itemdoubleclick": False},
    }
    traces = []
    for place, item in enumerate(ablation.objectives):
        suffix = axis_suffix(place)
        for trace in _panel(ablation, item, place):
            axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
            traces.append(trace | axes | {"showlegend": place == 0})
        scores = [change.scores[place] for change in (*ablation.path, *ablation.passed)]
        layout[f"xaxis{suffix}"] = objective_axis(item, scores) | {
            "anchor": f"y{suffix}",
            "nticks": 6,
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "domain": places[place],
            "range": [rows - 0.5, -0.5],
            "tickvals": list(range(rows)),
            "ticktext": [_label(change) for change in ablation.path],
            "ticks": "",
        }
    return {"data": traces, "layout": layout}


def caption(ablation: AblationPath) -> str:
    """Say which change brought most in each objective; where there is none, how to get it."""
    if not ablation.has_champion:
        return "No trial was completed, so there is no champion to go to."
    if not (ablation.path or ablation.has_baseline):
        return "The run has no baselines, so there is none to begin an ablation with."
    if not ablation.path:
        run = ablation.run or "latest"
        return (
            "Which gene brought what, on the way from a baseline to the champion, takes a few more "
            f"trainings: `neuroevo report {run} --ablation` computes it."
        )
    start = wording.shortened(ablation.path[0].gene, 40)
    if len(ablation.path) == 1:
        return f"The champion has the same genes as {start}: there is nothing to change."
    changes = wording.counted(len(ablation.path) - 1, "change")
    what = (
        f"From {start} to the champion in {changes}: each row gives one more gene the champion’s "
        "value, the one that does best "
        f"{_in_which(ablation)}."
    )
    sentences = [
        what,
        *(_greatest(ablation, place) for place in range(len(ablation.objectives))),
    ]
    if ablation.passed:
        sentences.append("Faint is what was tried in a row and did worse.")
    return " ".join(sentences)


def _in_which(ablation: AblationPath) -> str:
    """Return in which objective a row's best was taken: the costs' first one that differs."""
    first = ablation.objectives[0].label
    return f"in {first}, where equal in the next" if len(ablation.objectives) > 1 else f"in {first}"


def _label(change: Change) -> str:
    gene = wording.plain(change.gene.replace("_", " ") if change.round else change.gene, 18)
    value = wording.plain(change.value, 18)
    return f"{gene}<br>→ {value}" if value else gene


def _panel(ablation: AblationPath, item: "Objective", place: int) -> list[dict[str, Any]]:
    blue = LIGHT["category-1"]
    shared = {"type": "scatter", "hovertemplate": "%{text}<extra></extra>"}
    return [
        shared
        | _marks(ablation.passed, item, place)
        | {
            "mode": "markers",
            "name": "tried, not taken",
            "marker": {"size": 7, "color": LIGHT["faint"]},
        },
        shared
        | _marks(ablation.path, item, place)
        | {
            "mode": "lines+markers",
            "name": "taken",
            "line": {"color": blue, "width": 2},
            "marker": {"size": 10, "color": blue},
        },
    ]


def _marks(changes: Sequence[Change], item: "Objective", place: int) -> dict[str, Any]:
    return {
        "x": rounded(change.scores[place] for change in changes),
        "y": [change.round for change in changes],
        "text": [
            f"<b>{wording.plain(change.gene.replace('_', ' '), 40)}</b> "
            f"{wording.plain(change.value, 60)}<br>{item.label} "
            f"{wording.measured(change.scores[place], item.unit)}"
            for change in changes
        ],
    }


def _greatest(ablation: AblationPath, place: int) -> str:
    """Return what the path made of an objective, and which change brought most of it."""
    item = ablation.objectives[place]
    name = item.label
    heights = [_height(item, change.scores[place]) for change in ablation.path]
    told = [wording.measured(change.scores[place], item.unit) for change in ablation.path]
    gained = [before - after for before, after in pairwise(heights)]
    best = max(range(len(gained)), key=lambda index: (gained[index] > 0, gained[index]))
    if math.isinf(heights[0]) and math.isfinite(heights[-1]):
        gene = _gene(ablation.path[best + 1])
        return f"Only {gene} made {name} finite: {told[best + 1]}; it ends at {told[-1]}."
    way = f"from {told[0]} to {told[-1]}"
    if told[0] == told[-1]:
        whole = f"The path leaves {name} as it was, {told[0]}"
    elif heights[-1] > heights[0]:
        whole = f"The path gives up {name}, {way}"
    else:
        whole = f"The path lowers {name} {way}"
    if not gained[best] > 0 or told[best] == told[best + 1]:
        return f"{whole}; no single change brought anything."
    if math.isinf(gained[best]):
        return f"{whole}."
    gene = _gene(ablation.path[best + 1])
    return f"{whole}; {gene} brought most, from {told[best]} to {told[best + 1]}."


def _gene(change: Change) -> str:
    words = change.gene.replace("_", " ").replace("hidden", "hidden layers")
    return f"the {wording.shortened(words, 40)}"


def _height(item: "Objective", score: float) -> float:
    if math.isnan(score):
        return math.inf
    return math.log10(score) if item.logarithmic and score > 0 else score
