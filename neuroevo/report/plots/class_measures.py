"""Class measures during training: median and quartiles over replicates, a panel for each."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.replicate_curves import CHAMPION, ClassCurves, Curve
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    empty_figure,
    logarithmic_axis,
    objective_axis,
    on_lines,
    panel_domain,
)
from neuroevo.report.plots.learning_curves import about_lines, curve_traces, has_line

PANEL_HEIGHT = 230
GAP = 0.07  # between two panels, as a share of the height


def draw(drawn: ClassCurves) -> Specification:
    """Draw a panel for each measure, one below the other over the same samples seen."""
    if not _has_lines(drawn):
        return empty_figure("There are no class curves.")
    count = len(drawn.curves)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "hovermode": "closest",
        "legend": {"traceorder": "reversed"},
        "xaxis": logarithmic_axis(drawn.samples)
        | {"title": {"text": "samples seen"}, "anchor": f"y{axis_suffix(count - 1)}"},
    }
    for place, (measure, curves) in enumerate(drawn.curves.items()):
        suffix = axis_suffix(place)
        panel = {"yaxis": f"y{suffix}"} | ({"showlegend": False} if place else {})
        new = curve_traces(curves, drawn.samples, measure.label)
        traces += [trace | panel for trace in new]
        layout[f"yaxis{suffix}"] = objective_axis(measure, _visible(curves)) | {
            "domain": panel_domain(place, count, GAP),
            "nticks": 6,
        }
    return {"data": traces, "layout": layout}


def caption(drawn: ClassCurves) -> str:
    """Give the champion's last value of each measure; empty without classes."""
    if not drawn.curves:
        return ""
    if not _has_lines(drawn):
        return "All replicates diverged, so there is no curve to draw."
    last = {
        measure.label: float(curve.median[-1])
        for measure, curves in drawn.curves.items()
        for curve in curves
        if curve.name == CHAMPION
    }
    values = [f"{label} {wording.number(value)}" for label, value in last.items()]
    curves = next(iter(drawn.curves.values()))
    return " ".join(
        [
            f"On the validation samples the champion ends with {wording.listed(values)}.",
            *about_lines(drawn, curves),
        ]
    )


def _has_lines(drawn: ClassCurves) -> bool:
    return any(map(has_line, sum(drawn.curves.values(), ())))


def _visible(curves: tuple[Curve, ...]) -> list[float]:
    return [float(value) for curve in curves for value in curve.median[on_lines(curve.median)]]
