"""The parts that plots are put together from: axes, lines and numbers of a figure specification.

A specification is what plotly calls a figure, as plain dicts and lists. It knows no run, and it
imports no plotly: thousands of validated attributes would cost a second that a run can spare.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.report.theme import LIGHT, RAMP

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

Specification = dict[str, Any]

MOST_GENERATIONS = 400
MOST_TICKS = 7
STEP_DURATION = 150  # milliseconds of a frame that is played
EXACT_WHOLE = 2.0**53
ENOUGH_DECADES = 1.6
FEW_DECADES = 0.8
TICK_FORMAT = ",.12~g"  # in full; the theme writes small powers of ten as such
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("diamond", "square", "cross", "triangle-up", "x", "star", "pentagon", "hexagon")


def rounded(values: Iterable[float]) -> list[float | int | None]:
    """Return numbers with five significant digits, None in place of NaN and infinity."""
    return [_rounded(float(value)) for value in values]


def told(values: Iterable[float], unit: str = "") -> list[str]:
    """Return numbers as the tables write them, for tooltips."""
    return [wording.measured(float(value), unit) for value in values]


def objective_axis(objective: "Objective", values: Iterable[float] = ()) -> dict[str, Any]:
    """Return the axis of an objective, its range from the values that are to be seen.

    Parameters
    ----------
    objective
        Gives the title and whether the axis is logarithmic.
    values
        The range holds all that are finite (and positive, on a logarithmic axis).
    """
    axis: dict[str, Any] = {"title": {"text": objective_title(objective)}}
    if objective.logarithmic:
        axis.update(logarithmic_axis(values))
        return axis
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        low, high = min(finite), max(finite)
        room = 0.06 * (high - low) or max(1.0, 0.1 * abs(high))
        axis["range"] = [low - room, high + room]
    return axis


def logarithmic_axis(values: Iterable[float] = (), ticks: int = MOST_TICKS) -> dict[str, Any]:
    """Return a logarithmic axis, its range from the positive values that are to be seen.

    Parameters
    ----------
    values
        What the range has to hold.
    ticks
        How many powers of ten are labelled at most.
    """
    axis: dict[str, Any] = {"type": "log", "tickformat": TICK_FORMAT}
    logs = [math.log10(value) for value in values if math.isfinite(value) and value > 0]
    if logs:
        low, high = min(logs), max(logs)
        room = max(0.05 * (high - low), 0.08)
        axis["range"] = [round(low - room, 4), round(high + room, 4)]
        decades = high - low + 2 * room
        if decades >= ENOUGH_DECADES:  # else plotly labels numbers between the powers of ten too
            axis["dtick"] = max(1, math.ceil(decades / ticks))
        elif decades >= FEW_DECADES:
            axis["dtick"] = "D2"  # 1, 2, 5; all of them would lie on one another
    return axis


def objective_title(objective: "Objective") -> str:
    """Return an objective's name with its unit, as an axis shows it."""
    name = objective.label
    unit = objective.unit
    return f"{name} ({unit})" if unit and unit.lower() not in name.lower() else name


def colour_bar(
    title: str, low: int, high: int, ticks: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the colour axis of a figure that colours by an integer such as the generation.

    Parameters
    ----------
    title
        What it is.
    low, high
        Its ends.
    ticks
        What plotly calls ticks, where they are not the whole numbers between the ends.
    """
    return {
        "cmin": low,
        "cmax": max(high, low + 1),
        "showscale": high > low,
        "colorbar": {
            "title": {
                "text": title,
                "side": "right",
                "font": {"size": 13, "color": LIGHT["muted"]},
            },
            "thickness": 10,
            "outlinewidth": 0,
            "tickfont": {"size": 12, "color": LIGHT["muted"]},
            **(whole_ticks(high - low) if ticks is None else ticks),
            "len": 1,
            "y": 0.5,
            "xpad": 6,
        },
    }


def whole_ticks(extent: int) -> dict[str, Any]:
    """Return what keeps an axis from labelling fractions of what is counted, over an extent."""
    return {"tickformat": "d", "dtick": 1, "tick0": 0} if extent <= MOST_TICKS else {"nticks": 9}


def ramp_colour(position: float) -> str:
    """Return the ramp's colour at a position between 0 (early, pale) and 1 (late, strong)."""
    return RAMP[round(min(max(position, 0.0), 1.0) * (len(RAMP) - 1))]


def domains(count: int, size: float, gap: float) -> list[list[float]]:
    """Return where so many panels of a size lie with a gap between them, the uppermost first.

    Parameters
    ----------
    size, gap
        In pixels, or in any other unit.
    """
    share = gap / (count * size + (count - 1) * gap)
    return [panel_domain(place, count, share) for place in range(count)]


def chooser(buttons: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the menu from which one of several views of a figure is chosen; none for one view.

    Parameters
    ----------
    buttons
        What plotly calls a button: ``label``, ``method`` and ``args``.
    """
    if len(buttons) < 2:  # noqa: PLR2004 - no choice
        return []
    return [
        {
            "type": "dropdown",
            "buttons": [dict(button) for button in buttons],
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "pad": {"b": 12},
            "bgcolor": LIGHT["ground"],
            "bordercolor": LIGHT["rule"],
            "font": {"size": 13, "color": LIGHT["ink"]},
        }
    ]


def band(
    x: Sequence[float], lower: Iterable[float], upper: Iterable[float], colour: str
) -> list[dict[str, Any]]:
    """Return the two traces that shade what lies between two lines.

    Parameters
    ----------
    x
        Where they are known.
    lower, upper
        The lines, as long as ``x``.
    colour
        A ``band-N`` of the theme.
    """
    edge = {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(x),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    shaded = {"fill": "tonexty", "fillcolor": colour}
    return [edge | {"y": rounded(lower)}, edge | {"y": rounded(upper)} | shaded]


def panel_domain(index: int, count: int, gap: float) -> list[float]:
    """Return the part of the height that a panel takes, counted from the top.

    Parameters
    ----------
    index, count
        Which panel of how many, from 0.
    gap
        Share of the whole height between two panels.
    """
    height = (1 - gap * (count - 1)) / count
    top = 1 - index * (height + gap)
    return [round(max(top - height, 0), 4), round(top, 4)]


def column_domain(index: int, count: int, gutter: float) -> list[float]:
    """Return the part of the width that a column of panels takes, counted from the left.

    Parameters
    ----------
    index, count
        Which column of how many, from 0.
    gutter
        Share of the whole width between two columns.
    """
    width = (1 - gutter * (count - 1)) / count
    start = index * (width + gutter)
    return [round(start, 4), round(start + width, 4)]


def axis_suffix(index: int) -> str:
    """Return what the name of a panel's axis ends in: nothing for the first, else its number."""
    return "" if index == 0 else str(index + 1)


def generation_axis(first: int, last: int) -> dict[str, Any]:
    """Return the axis of the generations between two, both included."""
    return {
        "title": {"text": "generation"},
        "range": [first - 0.3, last + 0.3],
        **whole_ticks(last),
        "showgrid": False,
    }


def stepped(frames: Sequence[Mapping[str, Any]], said: str) -> dict[str, Any]:
    """Return what a layout needs for a reader to go through frames: a slider, and to play them.

    The page takes its own controls instead, which a keyboard reaches.

    Parameters
    ----------
    frames
        What is drawn at each step, under its name; the figure itself shows the last one.
    said
        What stands before the name of the step.
    """
    now = {"mode": "immediate", "transition": {"duration": 0}}
    at_once = now | {"frame": {"duration": 0, "redraw": False}}
    play = now | {"frame": {"duration": STEP_DURATION, "redraw": False}, "fromcurrent": True}
    muted = {"size": 12, "color": LIGHT["muted"]}
    steps = [
        {"label": frame["name"], "method": "animate", "args": [[frame["name"]], at_once]}
        for frame in frames
    ]
    shared = {"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "font": muted}
    edge = {"bordercolor": LIGHT["rule"], "bgcolor": LIGHT["surface"]}
    buttons = [
        {"label": "play", "method": "animate", "args": [None, play]},
        {"label": "pause", "method": "animate", "args": [[None], at_once]},
    ]
    return {
        "sliders": [
            shared
            | edge
            | {
                "active": len(steps) - 1,
                "steps": steps,
                "currentvalue": {"prefix": f"{said} ", "font": muted},
                "pad": {"t": 56, "l": 130},
                "len": 1,
            }
        ],
        "updatemenus": [
            shared
            | edge
            | {
                "type": "buttons",
                "direction": "left",
                "showactive": False,
                "buttons": buttons,
                "pad": {"t": 76},
            }
        ],
    }


def with_gaps(rows: Sequence[Sequence[float]]) -> list[float | int | None]:
    """Return the rows one after the other with a None after each, so that lines don't join."""
    joined: list[float | int | None] = []
    for row in rows:
        joined.extend([*rounded(row), None])
    return joined


def nothing(reason: str) -> Specification:
    """Return a figure without data that says why."""
    annotation = {
        "text": wording.plain(reason, 120),
        "showarrow": False,
        "font": {"color": LIGHT["muted"]},
    }
    hidden = {"visible": False}
    return {"data": [], "layout": {"annotations": [annotation], "xaxis": hidden, "yaxis": hidden}}


def _rounded(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.5g}")
    return int(short) if short.is_integer() and abs(short) < EXACT_WHOLE else short
