"""Importance of each gene for each objective, with intervals."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.gene_importance import FAR, MANY, PREDICTS, Importances, matters
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    domains,
    empty_figure,
    interval_bars,
    panel_title,
    rounded,
    row_axis,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.forest import Importance
    from neuroevo.evaluation import Objective

ROW_HEIGHT = 30
GAP = 58  # pixels between two panels, for ticks and a title
MOST_NAMED = 3


def draw(found: Importances) -> Specification:
    """Draw a panel for each objective, with a median and an interval for each feature."""
    if not found.panels:
        return empty_figure("There are too few trials to learn from.")
    rows, count = len(found.features), len(found.panels)
    size = ROW_HEIGHT * rows + 14
    places = domains(count, size, GAP)
    layout: dict[str, Any] = {
        "height": count * size + (count - 1) * GAP + 100,
        "margin": {"t": 34, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "annotations": [],
    }
    traces = []
    for index, (item, measured) in enumerate(found.panels):
        suffix = axis_suffix(index)
        order = found.ranked(found.objectives.index(item))
        low, high = min(0.0, *measured.lower), max(0.1, *measured.upper)
        room = 0.04 * (high - low)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces.append(_points(found, measured, order) | axes)
        layout[f"xaxis{suffix}"] = {
            "anchor": f"y{suffix}",
            "range": [round(low - room, 4), round(high + room, 4)],
            "zeroline": True,
            "zerolinecolor": LIGHT["muted"],
            "nticks": 6,
        }
        names = [wording.plain(found.features[place].name, 24) for place in order]
        layout[f"yaxis{suffix}"] = row_axis(names, margin=0.6) | {
            "anchor": f"x{suffix}",
            "domain": places[index],
            "showgrid": False,
        }
        title = f"<b>{item.label}</b>, R² {_r_squared(measured)}"
        layout["annotations"].append(panel_title(title, suffix, 8))
    layout[f"xaxis{axis_suffix(count - 1)}"] |= {"title": {"text": "decrease of R² when shuffled"}}
    return {"data": traces, "layout": layout}


def caption(found: Importances) -> str:
    """Name the most important genes for each objective, and explain the method."""
    if not found.features:
        return "All trials of the search have the same genes, so none can be more important."
    if not found.panels:
        return (
            f"The search has {wording.counted(found.trials, 'trial')}, too few or with too similar "
            "objectives to estimate importances."
        )
    sentences = [_sentence(found, item, measured) for item, measured in found.panels]
    sentences += [
        f"For {item.label} the trials are all the same, or too few to learn from."
        for item, measured in zip(found.objectives, found.measured, strict=True)
        if measured is None
    ]
    sentences.append(
        f"A random forest learnt from {wording.counted(found.trials, 'trial')} to predict an "
        "objective from the genes. R² is the share of the variance that it predicts in trials "
        "that it did not learn from. A dot shows how much of that is lost when the values of one "
        "gene are shuffled; lines span 10 to 90% of the shuffles, and a hollow dot may be chance."
    )
    if found.failed:
        trials = f"Trials without finite objectives ({found.failed:,})"
        sentences.append(f"{trials} count as bad as the worst.")
    if found.outliers:
        trials = wording.counted(found.outliers, "trial")
        sentences.append(
            f"An objective of {trials} is more than {FAR:g} times as far from the best as "
            f"{MANY:.0%} of the trials are, and counts as that far."
        )
    sentences.append(
        "Importances hold for the configurations that were evaluated to their end, not for the "
        "whole space."
    )
    return " ".join(sentences)


def _r_squared(measured: "Importance") -> str:
    return wording.number(round(measured.predicted, 2) + 0.0)  # which makes 0 of -0


def _sentence(found: Importances, item: "Objective", measured: "Importance") -> str:
    trust = f"R² {_r_squared(measured)}"
    if measured.predicted < PREDICTS:
        return (
            f"For {item.label} the genes do not let a model predict other trials ({trust}), so "
            "nothing can be said about which one matters."
        )
    order = found.ranked(found.objectives.index(item))
    names = [found.features[place].name for place in order if matters(measured, place)]
    if not names:
        return f"For {item.label} no gene is clearly more important than chance ({trust})."
    first, *others = names
    then = f", followed by {wording.listed(others[: MOST_NAMED - 1])}" if others else ""
    return f"For {item.label} the most important is the {first}{then} ({trust})."


def _points(found: Importances, measured: "Importance", order: tuple[int, ...]) -> dict[str, Any]:
    median, lower, upper = (
        values[list(order)] for values in (measured.median, measured.lower, measured.upper)
    )
    predicts = measured.predicted >= PREDICTS
    colour = LIGHT["category-1"] if predicts else LIGHT["faint"]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(median),
        "y": list(range(len(order))),
        "error_x": interval_bars(median, lower, upper, colour),
        "marker": {
            "size": 10,
            "color": [
                colour if matters(measured, place) and predicts else LIGHT["ground"]
                for place in order
            ],
            "line": {"color": colour, "width": 2},
        },
        "text": [
            f"<b>{wording.plain(found.features[place].name, 40)}</b><br>"
            f"R² decreases by {wording.number(measured.median[place])}, "
            f"{wording.number(measured.lower[place])} to {wording.number(measured.upper[place])}"
            for place in order
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
