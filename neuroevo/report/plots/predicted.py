"""Predicted against true values of the test part, with a panel for each target."""

import math
from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.predicted_values import PredictedTarget, PredictedValues
from neuroevo.report.drawing import Specification, axis_suffix, empty_figure, number_texts, rounded
from neuroevo.report.plots.target_panels import panel_layout
from neuroevo.report.theme import LIGHT

MANY = 500  # points, from which on they are smaller and paler


def draw(values: PredictedValues | None) -> Specification:
    """Draw a point for each row, and the diagonal, in each panel."""
    if values is None:
        return empty_figure("There are no predicted values.")
    layout, traces = panel_layout(values, "true", "predicted"), []
    for index, target in enumerate(values.targets):
        suffix = axis_suffix(index)
        low, high = _range(target)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces += [trace | axes for trace in (_diagonal(low, high), _points(target))]
        for axis in (f"xaxis{suffix}", f"yaxis{suffix}"):
            layout[axis]["range"] = rounded([low, high])
    return {"data": traces, "layout": layout}


def caption(values: PredictedValues | None) -> str:
    """Give R² and the usual error for each target, and say how spread the predictions are."""
    if values is None:
        return ""
    sentences = [_sentence(target) for target in values.targets]
    if values.has_weights:
        sentences.append(wording.WITHOUT_WEIGHTS)
    if len(values.targets) == 1:
        sentences.append(_spreads(values.targets[0]))
    sentences.append(
        "Each point is a test row, predicted by the champion’s kept network; on the dotted line "
        "predicted and true values are equal."
    )
    shown = len(values.targets[0].true)
    if shown < values.samples:
        sentences.append(f"Shown are {shown:,} of {values.samples:,} rows, chosen at random.")
    if values.left_out:
        verb = "is" if values.left_out == 1 else "are"
        sentences.append(f"{wording.counted(values.left_out, 'more target')} {verb} not shown.")
    return " ".join(filter(None, sentences))


def _sentence(target: PredictedTarget) -> str:
    name = wording.visible(target.name)
    half = wording.number(float(np.median(np.abs(target.errors))))
    quality = "" if math.isnan(target.r2) else f"R² is {wording.number(target.r2)}; "
    return f"For {name}, {quality}half of the predictions are within {half} of the true value."


def _spreads(target: PredictedTarget) -> str:
    """Return a sentence on how much predictions and true values differ among rows."""
    if len(target.true) == 1:
        return ""
    predicted, true = (float(each.std()) for each in (target.predicted, target.true))
    return (
        f"Predictions have a standard deviation of {wording.number(predicted)}, true values of "
        f"{wording.number(true)}."
    )


def _range(target: PredictedTarget) -> tuple[float, float]:
    """Return a range that covers true and predicted values, with room around them."""
    low = float(min(target.true.min(), target.predicted.min()))
    high = float(max(target.true.max(), target.predicted.max()))
    room = 0.05 * (high - low) or max(1.0, 0.1 * abs(high))
    return low - room, high + room


def _diagonal(low: float, high: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded([low, high]),
        "y": rounded([low, high]),
        "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _points(target: PredictedTarget) -> dict[str, Any]:
    is_many = len(target.true) > MANY
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(target.true),
        "y": rounded(target.predicted),
        "marker": {
            "size": 5 if is_many else 7,
            "color": LIGHT["category-1"],
            "opacity": 0.35 if is_many else 0.7,
        },
        "customdata": list(
            zip(number_texts(target.true), number_texts(target.predicted), strict=True)
        ),
        "hovertemplate": "true %{customdata[0]}<br>predicted %{customdata[1]}<extra></extra>",
    }
