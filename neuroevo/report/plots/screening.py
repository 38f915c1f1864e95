"""How right the model of a search was: rank correlations of expected and measured values."""

import math
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.screening_quality import Correlation, ScreeningQuality
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    band,
    empty_figure,
    panel_domain,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 240
GAP = 0.12  # between two panels, as a share of the height
MARGIN = 0.05  # of the axis beyond the least and the greatest correlation


def draw(quality: ScreeningQuality) -> Specification:
    """Draw a panel for each objective: the correlation over time, and that without screening."""
    if not quality.windows:
        return empty_figure("Too few trials were chosen by a model.")
    count = len(quality.objectives)
    ends = [each.low for each in quality.windows] + [each.value for each in quality.unscreened]
    least = min([0.0, *(end for end in ends if not math.isnan(end))])
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "hovermode": "closest",
        "xaxis": {"title": {"text": "trial"}, "anchor": f"y{axis_suffix(count - 1)}"},
    }
    for index, item in enumerate(quality.objectives):
        suffix = axis_suffix(index)
        panel = _panel(quality, item, first=index == 0)
        traces += [trace | {"yaxis": f"y{suffix}"} for trace in panel]
        layout[f"yaxis{suffix}"] = {
            "title": {"text": item.label},
            "range": [least - MARGIN, 1 + MARGIN],
            "domain": panel_domain(index, count, GAP),
            "nticks": 5,
        }
    return {"data": traces, "layout": layout}


def caption(quality: ScreeningQuality) -> str:
    """Give the correlation of each objective, with screening and without; empty without a model."""
    if not quality.windows:
        return ""
    explained = (
        "A model expected a value of each trial before it was evaluated. The rank correlation of "
        "expected and measured values is 1 if their order is the same, and 0 if they are unrelated."
    )
    sentences = [explained, *(_sentence(quality, item) for item in quality.objectives)]
    if quality.unscreened:
        sentences.append(
            "One trial in ten is not screened: such trials are spread wider, and show better what "
            "the model knows."
        )
    return " ".join(filter(None, sentences))


def _sentence(quality: ScreeningQuality, item: "Objective") -> str:
    found = [
        (each, kind)
        for kind, every in (("screened", quality.screened), ("unscreened", quality.unscreened))
        for each in every
        if each.objective == item.name and not math.isnan(each.value)
    ]
    if not found:
        return ""
    parts = [
        f"{_text(each)} of {wording.counted(each.trials, f'{kind} trial')}" for each, kind in found
    ]
    first, kind = found[0]
    return (
        f"In {item.label} it is {wording.listed(parts)}; {wording.percent(first.within)} of the "
        f"{kind} values are in the model’s 95% intervals."
    )


def _text(found: Correlation) -> str:
    return f"{found.value:.2f} (95% interval {found.low:.2f} to {found.high:.2f})"


def _panel(quality: ScreeningQuality, item: "Objective", *, first: bool) -> list[dict[str, Any]]:
    """Return the traces of one objective: an interval, the correlation, that of others."""
    windows = quality.over_time(item)
    x = [(each.first + each.last) / 2 for each in windows]
    style = {"type": "scatter", "showlegend": first, "hovertemplate": "%{text}<extra></extra>"}
    traces = [
        *band(x, [each.low for each in windows], [each.high for each in windows], LIGHT["band-1"]),
        style
        | {
            "x": x,
            "y": rounded(each.value for each in windows),
            "text": [f"trials {each.first} to {each.last}: {_text(each)}" for each in windows],
            "mode": "lines+markers",
            "name": "screened, with a 95% interval",
            "line": {"color": LIGHT["category-1"], "width": 2.5},
        },
    ]
    others = [each for each in quality.unscreened if each.objective == item.name]
    if others and windows and not math.isnan(others[0].value):
        traces.append(
            style
            | {
                "x": [windows[0].first, windows[-1].last],
                "y": rounded([others[0].value] * 2),
                "text": [f"{others[0].trials} unscreened trials: {_text(others[0])}"] * 2,
                "mode": "lines",
                "name": "not screened, all together",
                "line": {"color": LIGHT["category-2"], "width": 2, "dash": "dash"},
            }
        )
    return traces
