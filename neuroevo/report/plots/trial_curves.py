"""Learning curves of trials that the reader picks, at first those of a group.

The curves of all trials are in the figure, with three significant digits each in 16 bits, and the
page's script draws those that are picked.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.trial_curves import TrialCurves
from neuroevo.report.drawing import (
    DASHES,
    Specification,
    configuration_text,
    empty_figure,
    logarithmic_axis,
    number_texts,
    on_lines,
    rounded,
    target_marks,
)
from neuroevo.report.theme import CATEGORIES

HEIGHT = 480
MOST_PICKED = 20
NO_POINT = 65_535  # the code of a point that can't be drawn: zero or not finite
DIGITS = 900  # codes of each power of ten: the numbers from 100 to 999
LOWEST_POWER = -39  # of the last of the three digits
_POWERS = np.array(
    [float(f"1e{2 + LOWEST_POWER + place}") for place in range(NO_POINT // DIGITS + 1)]
)


def draw(found: TrialCurves) -> Specification:
    """Draw the curves of the first group, and add those of all trials for the page's script."""
    if not on_lines(found.curves).any():
        return empty_figure(_why_empty(found))
    groups = _groups(found)
    picked = next(iter(groups.values()))
    places = {number: place for place, number in enumerate(found.numbers)}
    traces = [_trace(found, places[number], order) for order, number in enumerate(picked)]
    layout = {
        "height": HEIGHT,
        "hovermode": "closest",
        "showlegend": True,
        "xaxis": logarithmic_axis(found.samples) | {"title": {"text": "samples seen"}},
        "yaxis": _axis(found) | {"title": {"text": "validation MSE"}},
        "legend": {"traceorder": "normal"},
        "meta": {
            "picking": {
                "numbers": list(found.numbers),
                "names": list(map(wording.plain, found.names)),
                "texts": [wording.plain(text, 200) for text in found.descriptions],
                "curves": packed(found.curves),
                "groups": {title: list(members) for title, members in groups.items()},
                "colours": list(CATEGORIES),
                "dashes": list(DASHES),
                "most": MOST_PICKED,
            }
        },
        **({} if found.target is None else target_marks(found.target)),
    }
    return {"data": traces, "layout": layout}


def caption(found: TrialCurves) -> str:
    """Say which curves there are."""
    if not found.numbers:
        return ""
    if not on_lines(found.curves).any():
        return _why_empty(found)
    pool = wording.counted(len(found.numbers), "trial")
    if found.total > len(found.numbers):
        pool = f"{pool} of {found.total:,}: the front, the baselines and the best of the others"
    return (
        f"The learning curve, the median over the replicates, of any of {pool}. Shown first: "
        f"{next(iter(_groups(found)))}."
        + " All trials diverged: a curve ends where its error is no longer finite."
        * _diverged(found)
    )


def controls(_: TrialCurves) -> str:
    """Describe how trials are picked."""
    return (
        "Pick a group, type numbers of trials such as 12, 40-45, or click trials in other figures."
    )


def _groups(found: TrialCurves) -> dict[str, tuple[int, ...]]:
    """Return the groups, those without any line last."""
    lined = [bool(on_lines(curve).any()) for curve in found.curves]
    places = {number: place for place, number in enumerate(found.numbers)}

    def is_empty(group: tuple[str, tuple[int, ...]]) -> bool:
        return not any(lined[places[number]] for number in group[1])

    return dict(sorted(found.groups.items(), key=is_empty))


def _diverged(found: TrialCurves) -> bool:
    """Whether no curve is finite at its end."""
    return not np.isfinite(found.curves[:, -1]).any()


def _why_empty(found: TrialCurves) -> str:
    if _diverged(found):
        return "All trials diverged, so there is no curve to draw."
    return "The sample budget is too small for a curve: there is one point."


def packed(curves: NDArray[np.float64]) -> str:
    """Return numbers with three significant digits in 16 bits each, as base64.

    Returns
    -------
    str
        Of each number the code ``900 * (power + 39) + digits - 100``, little-endian, where the
        number is ``digits * 10**power`` with digits from 100 to 999; 65,535 for zero and for what
        is not finite or beyond these powers.
    """
    values = curves.ravel()
    place = np.searchsorted(_POWERS, values, side="right") - 1
    with np.errstate(invalid="ignore"):  # infinite and not a number
        codes = DIGITS * place + np.rint(values / _POWERS[place] * 100) - 100
        is_code = (place >= 0) & (codes < NO_POINT)
    return base64.b64encode(np.where(is_code, codes, NO_POINT).astype("<u2").tobytes()).decode(
        "ascii"
    )


def _trace(found: TrialCurves, place: int, order: int) -> dict[str, Any]:
    name = wording.plain(found.names[place])
    has_line = bool(on_lines(found.curves[place]).any())
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(found.samples),
        "y": rounded(found.curves[place]) if has_line else [None] * len(found.samples),
        "showlegend": has_line,
        "name": name,
        # Not in the hover template, where a name could contain template syntax.
        "meta": f"<b>{name}</b><br>{configuration_text(found.descriptions[place])}",
        "customdata": number_texts(found.curves[place]),
        "hovertemplate": "%{meta}<br>MSE %{customdata}<br>after %{x:,d} samples<extra></extra>",
        "line": _line(order),
    }


def _line(order: int) -> Mapping[str, Any]:
    """Return the style of the curve that was picked at a place."""
    return {
        "color": CATEGORIES[order % len(CATEGORIES)],
        "width": 2,
        "dash": DASHES[order // len(CATEGORIES) % len(DASHES)],
    }


def _axis(found: TrialCurves) -> dict[str, Any]:
    """Return the vertical axis; if all trials diverged, plotly fits it to what is picked."""
    return logarithmic_axis(() if _diverged(found) else _visible(found))


def _visible(found: TrialCurves) -> Sequence[float]:
    """Return the errors that the axis covers: all but those far above what trials begin with.

    Trials that diverge do not count for that.
    """
    first = found.curves[np.isfinite(found.curves[:, -1]), 0]
    ceiling = 10 * float(np.median(first))
    errors = found.curves[(found.curves > 0) & (found.curves <= ceiling)]
    return [*([] if found.target is None else [found.target]), *errors.tolist()]
