"""Distributions of the errors on the test part, with a panel for each target."""

from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.predicted_values import PredictedTarget, PredictedValues
from neuroevo.report.drawing import Specification, axis_suffix, empty_figure, rounded
from neuroevo.report.plots.target_panels import panel_layout
from neuroevo.report.theme import LIGHT

CHANCE = 2.0  # standard errors within which a mean may be 0


def draw(values: PredictedValues | None) -> Specification:
    """Draw a histogram for each target, with a line at 0."""
    if values is None:
        return empty_figure("There are no predicted values.")
    layout = panel_layout(values, "predicted − true", "rows") | {"bargap": 0.04, "shapes": []}
    traces = []
    for index, target in enumerate(values.targets):
        suffix = axis_suffix(index)
        traces.append(_bars(target) | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"})
        layout["shapes"].append(_zero(suffix))
        layout[f"xaxis{suffix}"]["showgrid"] = False
        layout[f"yaxis{suffix}"]["tickformat"] = ",d"
    return {"data": traces, "layout": layout}


def caption(values: PredictedValues | None) -> str:
    """Say for each target how large errors are, and whether predictions are too high or too low."""
    if values is None:
        return ""
    sentences = [_sentence(target) for target in values.targets]
    if values.has_weights:
        sentences.append(wording.WITHOUT_WEIGHTS)
    sentences.append(
        "An error is a predicted value minus the true one; bars count the test rows with such an "
        "error."
    )
    return " ".join(sentences)


def _sentence(target: PredictedTarget) -> str:
    errors = target.errors
    large = wording.number(float(np.quantile(np.abs(errors), 0.9)))
    mean, deviation = float(errors.mean()), float(errors.std())
    size, name = wording.number(abs(mean)), wording.visible(target.name)
    if len(errors) == 1 or abs(mean) <= CHANCE * deviation / len(errors) ** 0.5:
        bias = f"their mean is {wording.number(mean)}, which may be chance"
    else:
        bias = f"on average predictions are {size} too {'high' if mean > 0 else 'low'}"
    return f"For {name}, 90% of the errors are smaller than {large}; {bias}."


def _bars(target: PredictedTarget) -> dict[str, Any]:
    counts, edges = target.histogram
    starts, ends = edges[:-1], edges[1:]
    return {
        "type": "bar",
        "x": rounded((starts + ends) / 2),
        "y": counts.tolist(),
        "width": rounded(ends - starts),
        "marker": {"color": LIGHT["category-1"], "line": {"width": 1, "color": LIGHT["ground"]}},
        "hovertext": [
            f"<b>{wording.counted(int(count), 'row')}</b><br>error from {wording.number(start)} "
            f"to {wording.number(end)}"
            for count, start, end in zip(counts, starts, ends, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _zero(suffix: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": f"x{suffix}",
        "yref": f"y{suffix} domain",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
    }
