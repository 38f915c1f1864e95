"""Effect of each gene on the way from a baseline to the champion.

After Fawcett & Hoos (2016), "Analysing differences between algorithm configurations through
ablation", Journal of Heuristics 22, 431-458.
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
    empty_figure,
    objective_axis,
    rounded,
    row_axis,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

ROW_HEIGHT, GAP = 42, 76  # pixels


def draw(ablation: AblationPath) -> Specification:
    """Draw a panel for each objective, with a row for each round."""
    if len(ablation.path) < 2:  # noqa: PLR2004 - one configuration has no change
        return empty_figure("No ablation was computed.")
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
        layout[f"yaxis{suffix}"] = row_axis([_label(change) for change in ablation.path]) | {
            "anchor": f"x{suffix}",
            "domain": places[place],
        }
    return {"data": traces, "layout": layout}


def caption(ablation: AblationPath) -> str:
    """Name the change with the largest gain in each objective, or the command for an ablation.

    Empty if there is no baseline, from which an ablation starts.
    """
    if not ablation.has_champion:
        return "No trial was completed, so there is no champion."
    if not (ablation.path or ablation.has_baseline):
        return ""
    if not ablation.path:
        return (
            "An ablation changes a baseline into the champion gene by gene and trains a few more "
            f"configurations: `neuroevo report {ablation.run or 'latest'} --ablation`."
        )
    first = wording.shortened(ablation.path[0].gene, 40)
    if len(ablation.path) == 1:
        return f"The champion has the same genes as {first}: there is nothing to change."
    genes, item = wording.counted(len(ablation.path) - 1, "gene"), ablation.objectives[0]
    explanation = (
        f"The path begins with the baseline {first}. In each row all genes that still differ are "
        f"set to the champion’s value, each alone, and the one with the {item.best} {item.label} "
        f"is kept, until the champion has been reached after {genes}."
    )
    passed = "Grey dots are the genes that were tried and not kept." * bool(ablation.passed)
    return " ".join(filter(None, [verdict(ablation), explanation, passed]))


def verdict(ablation: AblationPath) -> str:
    """Say which change gains most in each objective; empty if nothing was changed."""
    if len(ablation.path) < 2:  # noqa: PLR2004 - one configuration has no change
        return ""
    return " ".join(_gain(ablation, place) for place in range(len(ablation.objectives)))


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
            f"{wording.measured(change.scores[place], item)}"
            for change in changes
        ],
    }


def _gain(ablation: AblationPath, place: int) -> str:
    """Return a sentence on the change of an objective along the path, and its largest part."""
    item = ablation.objectives[place]
    name = item.label
    heights = [_height(item, change.scores[place]) for change in ablation.path]
    values = [wording.measured(change.scores[place], item) for change in ablation.path]
    gained = [before - after for before, after in pairwise(heights)]
    best = max(range(len(gained)), key=lambda index: (gained[index] > 0, gained[index]))
    gene = _gene(ablation.path[best + 1])
    if math.isinf(heights[0]) and math.isfinite(heights[-1]):
        return (
            f"The baseline diverges; with the champion’s {gene.removeprefix('the ')} {name} is "
            f"{values[best + 1]}, and with all of its genes {values[-1]}."
        )
    if values[0] == values[-1]:
        whole = f"Baseline and champion have the same {name}, {values[0]}"
    else:
        rises = (heights[-1] > heights[0]) != item.maximised
        verb = "rises" if rises else "falls"
        whole = f"From the baseline to the champion {name} {verb} from {values[0]} to {values[-1]}"
    if not gained[best] > 0 or values[best] == values[best + 1]:
        return f"{whole}; no single gene improves it."
    if math.isinf(gained[best]):
        return f"{whole}."
    part = "most of it by" if heights[-1] < heights[0] else "the largest gain on the way is by"
    return f"{whole}; {part} {gene}, from {values[best]} to {values[best + 1]}."


def _gene(change: Change) -> str:
    words = change.gene.replace("_", " ").replace("hidden", "hidden layers")
    return f"the {wording.shortened(words, 40)}"


def _height(item: "Objective", score: float) -> float:
    """Return a score on the objective's own scale, where less is better."""
    if math.isnan(score):
        return math.inf
    return item.cost(math.log10(score) if item.logarithmic and score > 0 else score)
