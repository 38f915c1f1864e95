"""Learning curves of the front and the baselines: median and middle half of the replicates."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.replicate_curves import (
    CHAMPION,
    FRONT,
    OWN,
    QUICKEST,
    Curve,
    ReplicateCurves,
)
from neuroevo.report.drawing import (
    DASHES,
    Specification,
    band,
    logarithmic_axis,
    nothing,
    rounded,
    told,
)
from neuroevo.report.theme import BANDS, CATEGORIES, LIGHT

HEIGHT = 460


def draw(drawn: ReplicateCurves) -> Specification:
    """Draw the curves on logarithmic axes, the champion last and strongest."""
    if not any(np.isfinite(curve.median).any() for curve in drawn.curves):
        return nothing("No training stayed finite.")
    traces: list[dict[str, Any]] = []
    names = [curve.name for curve in drawn.curves]
    for index, curve in reversed(list(enumerate(drawn.curves))):
        is_first = names.index(curve.name) == index
        traces += _traces(curve, drawn.samples, index, is_first=is_first)
    layout = {
        "height": HEIGHT,
        "hovermode": "closest",
        "xaxis": logarithmic_axis(drawn.samples) | {"title": {"text": "samples seen"}},
        "yaxis": _error_axis(drawn),
        "legend": {"traceorder": "reversed"},
        "shapes": [_target_line(drawn.target)],
        "annotations": [_target_label(drawn.target)],
    }
    return {"data": traces, "layout": layout}


def caption(drawn: ReplicateCurves) -> str:
    """Say who reached the target after how many samples."""
    if not any(np.isfinite(curve.median).any() for curve in drawn.curves):
        return "No training stayed finite, so there is no curve to draw."
    target = wording.number(drawn.target)
    sentences = []
    baselines = [curve for curve in drawn.curves if curve.name not in OWN]
    times = {curve.name: curve.learnt for curve in drawn.curves}
    if CHAMPION in times:
        sentences.append(_reached("The champion", times[CHAMPION], target))
    if QUICKEST in times:
        sentences.append(f"The quickest of the front needs about {times[QUICKEST]:,.0f}.")
    learnt = [(time, curve.name) for curve in baselines if (time := times[curve.name])]
    if learnt:
        time, name = min(learnt)
        sentences.append(f"The quickest baseline, {name}, needs about {time:,.0f}.")
    missed = len(baselines) - len(learnt)
    if missed:
        who = wording.counted(missed, "baseline")
        sentences.append(f"{who} never {'gets' if missed == 1 else 'get'} there within the budget.")
    if drawn.stops:
        sentences.append("A training stops at the target, and its curve goes on flat from there.")
    if drawn.replicates > 1:
        sentences.append(
            f"Lines are medians over {drawn.replicates:,} starts; the bands hold the middle half"
            f"{', left out for the thin ones' * (FRONT in times)}."
        )
    return " ".join(sentences)


def _reached(who: str, samples: float | None, target: str) -> str:
    if samples is None:
        return f"{who} does not fall below an MSE of {target} within the budget."
    needed = wording.counted(round(samples), "sample")
    return f"{who} falls below an MSE of {target} after about {needed}."


def _traces(
    curve: Curve, samples: NDArray[np.int64], index: int, *, is_first: bool
) -> list[dict[str, Any]]:
    """Return the line of a curve before its band; of those with its name one has a legend."""
    is_champion = curve.name == CHAMPION
    is_baseline = curve.name not in OWN
    name = wording.plain(curve.name) + (" (diverged)" if curve.diverged else "")
    place = 0 if is_champion else 1 + (index - 1) % (len(CATEGORIES) - 1)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(samples),
        "y": rounded(curve.median),
        "name": name,
        # Not part of the template, in which a foreign name could stand for something else.
        "meta": f"<b>{name}</b><br>{wording.wrapped(wording.plain(curve.label, 80))}",
        "customdata": told(curve.median),
        "hovertemplate": "%{meta}<br>MSE %{customdata}<br>after %{x:,d} samples<extra></extra>",
        "line": {
            "color": CATEGORIES[place],
            "width": 1.8 if is_baseline else 3.5,
            "dash": DASHES[index % len(DASHES)] if is_baseline else "solid",
        },
    }
    if curve.name == FRONT:
        thin = {"color": CATEGORIES[0], "width": 1}
        return [line | {"line": thin, "opacity": 0.5, "legendgroup": FRONT, "showlegend": is_first}]
    return [*_band(curve, samples, BANDS[place]), line]


def _band(curve: Curve, samples: NDArray[np.int64], colour: str) -> list[dict[str, Any]]:
    both = np.isfinite(curve.lower) & np.isfinite(curve.upper)
    if not both.any() or np.array_equal(curve.lower, curve.upper):
        return []
    return band(samples[both].tolist(), curve.lower[both], curve.upper[both], colour)


def _error_axis(drawn: ReplicateCurves) -> dict[str, Any]:
    return logarithmic_axis(_visible(drawn.curves, drawn.target)) | {
        "title": {"text": "validation MSE"}
    }


def _visible(curves: Sequence[Curve], target: float) -> list[float]:
    """Return the errors that the axis must hold: far beyond the start is divergence."""
    starts = [float(curve.median[0]) for curve in curves if math.isfinite(curve.median[0])]
    ceiling = max(10 * float(np.median(starts or [target])), target)
    errors = np.concatenate([curve.median for curve in curves])
    return [target, *(float(error) for error in errors if 0 < error <= ceiling)]


def _target_line(target: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": target,
        "y1": target,
        "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
    }


def _target_label(target: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "x": 0.01,
        "xanchor": "left",
        "y": math.log10(target),
        "yanchor": "bottom",
        "text": "target",
        "showarrow": False,
        "font": {"size": 12, "color": LIGHT["muted"]},
    }
