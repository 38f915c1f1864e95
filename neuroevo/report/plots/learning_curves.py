"""Learning curves of the front and the baselines: median and quartiles over the replicates."""

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
    TRAINING,
    ClassCurves,
    Curve,
    ReplicateCurves,
)
from neuroevo.report.drawing import (
    DASHES,
    Specification,
    band,
    configuration_text,
    empty_figure,
    logarithmic_axis,
    number_texts,
    on_lines,
    rounded,
    target_marks,
)
from neuroevo.report.theme import BANDS, CATEGORIES

HEIGHT = 460


def draw(drawn: ReplicateCurves) -> Specification:
    """Draw the curves on logarithmic axes, the champion on top."""
    if not any(map(has_line, drawn.curves)):
        return empty_figure(_why_empty(drawn))
    names = [curve.name for curve in drawn.curves]
    layout = {
        "height": HEIGHT,
        "hovermode": "closest",
        "xaxis": logarithmic_axis(drawn.samples) | {"title": {"text": "samples seen"}},
        "yaxis": logarithmic_axis(_visible(drawn.curves, drawn.target))
        | {"title": {"text": "MSE" if TRAINING in names else "validation MSE"}},
        "legend": {"traceorder": "reversed"},
        **({} if drawn.target is None else target_marks(drawn.target)),
    }
    return {"data": curve_traces(drawn.curves, drawn.samples, "MSE"), "layout": layout}


def caption(drawn: ReplicateCurves) -> str:
    """Give the samples to target of the champion and of the quickest others, or its last MSE."""
    if not any(map(has_line, drawn.curves)):
        return _why_empty(drawn)
    if drawn.target is None:
        sentences = [
            f"The champion’s validation MSE ends at {wording.number(curve.median[-1])}."
            for curve in drawn.curves
            if curve.name == CHAMPION
        ]
    else:
        sentences = _samples_to_target(drawn, wording.number(drawn.target))
    sentences += [
        f"On its training samples it ends at {wording.number(curve.median[-1])}."
        for curve in drawn.curves
        if curve.name == TRAINING
    ]
    missing = [wording.shortened(curve.name, 40) for curve in drawn.curves if not has_line(curve)]
    if missing:
        names = wording.listed(list(dict.fromkeys(missing)))
        sentences.append(f"Not drawn, as they diverged at once: {names}.")
    if drawn.stops:
        sentences.append("Training stops at the target; from there on a curve is flat.")
    return " ".join([*sentences, *about_lines(drawn, drawn.curves)])


def about_lines(drawn: ReplicateCurves | ClassCurves, curves: Sequence[Curve]) -> list[str]:
    """Return sentences on what lines, bands and last points are."""
    sentences = []
    if drawn.replicates > 1:
        own = f" on {drawn.folds} folds, each validated on its own fold" * (drawn.folds > 1)
        except_thin = ", except for thin lines" * any(curve.name == FRONT for curve in curves)
        sentences.append(
            f"Lines are medians over {drawn.replicates:,} replicates{own}; bands show the "
            f"quartiles{except_thin}."
        )
    if drawn.restores:
        sentences.append("The last point is that of the weights with the lowest validation MSE.")
    return sentences


def has_line(curve: Curve) -> bool:
    """Whether the median of a curve has a line to draw."""
    return bool(on_lines(curve.median).any())


def _why_empty(drawn: ReplicateCurves) -> str:
    if any(np.isfinite(curve.median).all() for curve in drawn.curves):
        return "The sample budget is too small for a curve: there is one point."
    return "All replicates diverged, so there is no curve to draw."


def _samples_to_target(drawn: ReplicateCurves, target: str) -> list[str]:
    """Return sentences on how many samples the champion, the front and baselines need."""
    sentences = []
    baselines = [curve for curve in drawn.curves if curve.name not in OWN]
    times = {curve.name: curve.learnt for curve in drawn.curves}
    if CHAMPION in times:
        needed = times[CHAMPION]
        sentences.append(
            "On the seeds of the search, as drawn here, the champion "
            + (
                f"does not reach an MSE of {target} within the sample budget."
                if needed is None
                else f"reaches an MSE of {target} after about "
                f"{wording.counted(round(needed), 'sample')}."
            )
        )
    learnt = [(time, curve.name) for curve in baselines if (time := times[curve.name])]
    if learnt:
        time, name = min(learnt)
        sentences.append(f"The quickest baseline, {name}, needs about {time:,.0f} samples.")
    missed = len(baselines) - len(learnt)
    if missed:
        verb = "does" if missed == 1 else "do"
        count = wording.counted(missed, "baseline")
        goal = "it" if learnt or CHAMPION in times else f"an MSE of {target}"
        sentences.append(f"{count} {verb} not reach {goal} within the sample budget.")
    return sentences


def curve_traces(
    curves: Sequence[Curve], samples: NDArray[np.int64], measure: str
) -> list[dict[str, Any]]:
    """Return the curves of a measure that have a line, with their bands, the first on top.

    Parameters
    ----------
    curves
        The curves.
    samples
        Samples seen at each of their points.
    measure
        What they show, in hover texts.
    """
    shown = [(index, curve) for index, curve in enumerate(curves) if has_line(curve)]
    firsts = {curve.name: index for index, curve in reversed(shown)}
    traces: list[dict[str, Any]] = []
    for index, curve in reversed(shown):
        is_first = firsts[curve.name] == index
        traces += _traces(curve, samples, index, measure, is_first=is_first)
    return traces


def _traces(
    curve: Curve, samples: NDArray[np.int64], index: int, measure: str, *, is_first: bool
) -> list[dict[str, Any]]:
    """Return a curve and its band; only the first curve of a name is in the legend."""
    is_champion = curve.name in {CHAMPION, TRAINING}
    name = wording.plain(curve.name) + (" (diverged)" if curve.diverged else "")
    place = 0 if is_champion else 1 + (index - 1) % (len(CATEGORIES) - 1)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(samples),
        "y": rounded(curve.median),
        "name": name,
        # Not in the hover template, where a name could contain template syntax.
        "meta": f"<b>{name}</b><br>{configuration_text(curve.label)}",
        "customdata": number_texts(curve.median),
        "hovertemplate": f"%{{meta}}<br>{measure} %{{customdata}}<br>"
        "after %{x:,d} samples<extra></extra>",
        "line": {
            "color": CATEGORIES[place],
            "width": 3.5 if curve.name == CHAMPION else 1.8,
            "dash": _dash(curve.name, index),
        },
    }
    if curve.name == TRAINING:
        return [line]
    if curve.name == FRONT:
        thin = {"color": CATEGORIES[0], "width": 1}
        return [line | {"line": thin, "opacity": 0.5, "legendgroup": FRONT, "showlegend": is_first}]
    return [*_band(curve, samples, BANDS[place]), line]


def _dash(name: str, index: int) -> str:
    if name == TRAINING:
        return "dot"
    return "solid" if name in OWN else DASHES[index % len(DASHES)]


def _band(curve: Curve, samples: NDArray[np.int64], colour: str) -> list[dict[str, Any]]:
    both = np.isfinite(curve.lower) & np.isfinite(curve.upper)
    if not both.any() or np.array_equal(curve.lower, curve.upper):
        return []
    return band(samples[both].tolist(), curve.lower[both], curve.upper[both], colour)


def _visible(curves: Sequence[Curve], target: float | None) -> list[float]:
    """Return the errors that the axis covers: all but those far above the first ones.

    It covers all if every curve diverged.
    """
    targets = [] if target is None else [target]
    errors = np.concatenate([curve.median[on_lines(curve.median)] for curve in curves])
    first = [float(curve.median[on_lines(curve.median)][0]) for curve in filter(has_line, curves)]
    learnt = any(math.isfinite(curve.median[-1]) for curve in curves)
    start = float(np.median(first or targets)) if learnt else math.inf
    ceiling = max([10 * start, *targets])
    return [*targets, *(float(error) for error in errors if 0 < error <= ceiling)]
