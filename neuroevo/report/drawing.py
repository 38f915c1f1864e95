"""Parts shared by the plots: axes, panels, bands and rounded numbers. It knows no run.

A specification is a plotly figure as plain dicts and lists. plotly itself is not imported, since
that takes a second.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.report.theme import LIGHT, RAMP

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

Specification = dict[str, Any]
T = TypeVar("T")

MOST_GENERATIONS = 400
MOST_TICKS = 7
STEP_DURATION = 150  # milliseconds for each frame while playing
_DIGITS, _MOST_DIGITS = 5, 12  # significant, of numbers in figures
_ALONE = 4  # more of a number without others
EXACT_WHOLE = 2.0**53  # floats below hold whole numbers exactly
ENOUGH_DECADES = 1.6  # of an axis, to label only powers of ten
FEW_DECADES = 0.8
LABEL_ROOM = 0.18  # of an axis, for a label
LIMIT_ROOM = (
    0.25  # of an axis at least, for what is beyond a limit: half of it has a label on a phone
)
TICK_FORMAT = ",.12~g"  # all digits; the theme rewrites small powers of ten
MOST_SHOWN, LINE_WIDTH = 200, 40  # characters of a configuration in a hover text, and of a line
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
LIMIT_SENTENCE = (
    "A dotted line marks the sample budget: what lies beyond it did not reach the target."
)
SYMBOLS = ("diamond", "square", "cross", "triangle-up", "x", "star", "pentagon", "hexagon")


@dataclass(frozen=True, slots=True)
class NamedPlot(Generic[T]):
    """A figure that can be made of any results of a kind, such as those of a comparison.

    Parameters
    ----------
    title
        Its heading.
    draw
        Results -> a plotly figure as plain dicts; its ``data`` is empty if there is nothing.
    caption
        Results -> sentences that explain the figure.
    """

    title: str
    draw: Callable[[T], Specification]
    caption: Callable[[T], str]


def on_lines(curves: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points of curves (points last) are on a line: they and a neighbour are finite.

    plotly draws no other points of lines.
    """
    finite = np.isfinite(curves)
    pairs = finite[..., 1:] & finite[..., :-1]
    none = np.zeros((*finite.shape[:-1], 1), dtype=bool)
    on_line: NDArray[np.bool_] = np.concatenate([pairs, none], -1) | np.concatenate(
        [none, pairs], -1
    )
    return on_line


def rounded(values: Iterable[float]) -> list[float | int | None]:
    """Return numbers with five digits that differ, None in place of NaN and infinity.

    Numbers whose first digits are the same have more; so has one alone, which may be drawn among
    others.
    """
    numbers = [float(value) for value in values]
    finite = [each for each in numbers if math.isfinite(each)] or [0.0]
    span = max(finite) - min(finite)
    same = math.log10(max(*map(abs, finite), span) / span) if span else _ALONE
    digits = min(_DIGITS + int(same), _MOST_DIGITS)
    return [_rounded(each, digits) for each in numbers]


def number_texts(values: Iterable[float], item: "Objective | None" = None) -> list[str]:
    """Return numbers as the tables write them, for hover texts."""
    if item is None:
        return [wording.number(float(value)) for value in values]
    return [wording.measured(float(value), item) for value in values]


def configuration_text(text: str) -> str:
    """Return a configuration, or another long label, as lines of a hover text."""
    return wording.wrapped(wording.plain(text, MOST_SHOWN), LINE_WIDTH)


def objective_axis(objective: "Objective", values: Iterable[float] = ()) -> dict[str, Any]:
    """Return the axis of an objective.

    Parameters
    ----------
    objective
        Gives the title and whether the axis is logarithmic.
    values
        The range covers those that are finite (and positive, on a logarithmic axis).
    """
    name, unit = objective.label, objective.unit
    title = name if unit.lower() in name.lower() else f"{name} ({unit})"
    axis: dict[str, Any] = {"title": {"text": title}}
    if objective.logarithmic:
        covered = list(values)
        if not has_penalties(objective, covered):
            return axis | logarithmic_axis(covered)
        drawn = logarithmic_axis([*covered, objective.limit])
        low, high = drawn["range"]
        limit = math.log10(objective.limit)
        high = max(high, round(limit + (limit - low) * LIMIT_ROOM / (1 - LIMIT_ROOM), 4))
        return axis | drawn | {"range": [low, high]} | _ticks_to_limit(objective.limit, low, high)
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        low, high = min(finite), max(finite)
        room = 0.06 * (high - low) or max(1.0, 0.1 * abs(high))
        axis["range"] = [low - room, high + room]
    return axis


def has_penalties(objective: "Objective", values: Iterable[float]) -> bool:
    """Whether there are penalties among the values of an objective."""
    return any(map(objective.is_penalty, values))


def limit_line(
    objective: "Objective", axis: Mapping[str, Any], along: str, across: str
) -> list[dict[str, Any]]:
    """Return the line at the sample budget in a panel; none if its axis has no penalties.

    Parameters
    ----------
    objective, axis
        The objective, and what `objective_axis` returned for it.
    along, across
        The reference of that axis, such as ``x2``, and of the other one of the panel.
    """
    if wording.NOT_REACHED not in axis.get("ticktext", ()):
        return []
    ends = {f"{along[0]}0": objective.limit, f"{along[0]}1": objective.limit}
    return [
        {
            "type": "line",
            f"{along[0]}ref": along,
            f"{across[0]}ref": f"{across} domain",
            **ends,
            f"{across[0]}0": 0,
            f"{across[0]}1": 1,
            "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
            "layer": "below",
        }
    ]


def about_limits(drawn: "Iterable[tuple[Objective, Iterable[float]]]") -> list[str]:
    """Return the sentence on the lines at the sample budget, if one of the axes has it.

    Parameters
    ----------
    drawn
        The objective of each axis, and the values that it covers.
    """
    return [LIMIT_SENTENCE] if any(has_penalties(*each) for each in drawn) else []


def _ticks_to_limit(limit: float, low: float, high: float) -> dict[str, Any]:
    """Return the ticks of a logarithmic axis on which numbers beyond a limit are penalties.

    Parameters
    ----------
    limit
        The largest number that is a measurement.
    low, high
        Exponents of the ends of the axis.
    """
    beyond = (math.log10(limit) + high) / 2
    apart = LABEL_ROOM * (high - low)
    places = [beyond]
    step = max(1, math.ceil((high - low) / MOST_TICKS))
    end = math.log10(limit)
    for place in (*range(math.floor(end), math.floor(low), -step), end):
        if all(abs(place - other) >= apart for other in places):
            places.append(place)
    ticks = {round(10.0**place, 6): wording.number(10.0**place) for place in sorted(places[1:])}
    return {
        "tickvals": [*ticks, round(10.0**beyond, 6)],
        "ticktext": [*ticks.values(), wording.NOT_REACHED],
    }


def stairs(across: "Objective") -> str:
    """Return the shape of a line along a front, given the objective of the horizontal axis.

    The line surrounds all that the front dominates.
    """
    return "vh" if across.maximised else "hv"


def logarithmic_axis(values: Iterable[float] = (), ticks: int = MOST_TICKS) -> dict[str, Any]:
    """Return a logarithmic axis.

    Parameters
    ----------
    values
        The range covers those that are finite and positive.
    ticks
        Largest number of labelled powers of ten.
    """
    axis: dict[str, Any] = {"type": "log", "tickformat": TICK_FORMAT}
    logs = [math.log10(value) for value in values if math.isfinite(value) and value > 0]
    if logs:
        low, high = min(logs), max(logs)
        room = max(0.05 * (high - low), 0.08)
        axis["range"] = [round(low - room, 4), round(high + room, 4)]
        decades = high - low + 2 * room
        powers = math.floor(high + room) - math.ceil(low - room) + 1
        # Else plotly also labels numbers between powers of ten.
        if decades >= ENOUGH_DECADES and powers > 1:
            axis["dtick"] = max(1, math.ceil(decades / ticks))
        elif decades >= FEW_DECADES:
            axis["dtick"] = "D2"  # only 1, 2 and 5: more labels would overlap
        else:
            axis["nticks"] = ticks
    return axis


def colour_bar(
    title: str, low: int, high: int, ticks: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a colour axis with its colour bar.

    Parameters
    ----------
    title
        Title of the colour bar.
    low, high
        Ends of the axis.
    ticks
        plotly's tick settings; by default whole numbers between the ends.
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
    """Return tick settings that label only whole numbers, for an axis of this length."""
    return {"tickformat": "d", "dtick": 1, "tick0": 0} if extent <= MOST_TICKS else {"nticks": 9}


def percent_format(values: Iterable[float], more: int = 0) -> str:
    """Return the format of shares as percentages that still differ at the ticks of their axis.

    Parameters
    ----------
    values
        The shares that the axis shows.
    more
        Digits beyond those of the ticks.
    """
    finite = [value for value in values if math.isfinite(value)]
    step = 100 * (max(finite) - min(finite)) / _SHARE_TICKS if finite else 0
    digits = min(math.ceil(-math.log10(step)), _MOST_OF_SHARE) if 0 < step < 1 else 0
    return f".{digits + more}%"


_SHARE_TICKS = 6  # on an axis of usual height
_MOST_OF_SHARE = 8  # digits


def ramp_colour(position: float) -> str:
    """Return the colour of the ramp at a position from 0 (early, pale) to 1 (late, strong)."""
    return RAMP[round(min(max(position, 0.0), 1.0) * (len(RAMP) - 1))]


def domains(count: int, size: float, gap: float) -> list[list[float]]:
    """Return the domains of panels below one another; size and gap are heights in one unit."""
    share = gap / (count * size + (count - 1) * gap)
    return [panel_domain(place, count, share) for place in range(count)]


def view_menu(buttons: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the menu of a figure's views; empty if there is only one view.

    Parameters
    ----------
    buttons
        plotly's buttons: ``label``, ``method`` and ``args``.
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
    """Return two traces that shade the area between two lines.

    Parameters
    ----------
    x
        Positions of the points.
    lower, upper
        Values of the two lines, one for each position.
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


def column_domain(index: int, count: int, gap: float) -> list[float]:
    """Return the domain of one of several columns, from 0 (left) to 1 (right).

    Parameters
    ----------
    index, count
        Which column, from 0, and the number of columns.
    gap
        Share of the whole width between two columns.
    """
    width = (1 - gap * (count - 1)) / count
    start = index * (width + gap)
    return [round(start, 4), round(start + width, 4)]


def panel_domain(index: int, count: int, gap: float) -> list[float]:
    """Return the domain of one of several panels below one another, the top one first."""
    top, bottom = column_domain(index, count, gap)
    return [round(max(0, 1 - bottom), 4), round(1 - top, 4)]


def row_axis(labels: Sequence[str], margin: float = 0.5) -> dict[str, Any]:
    """Return a vertical axis with a row for each label, the first on top; the margin in rows."""
    return {
        "range": [len(labels) - 1 + margin, -margin],
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "ticks": "",
    }


def interval_bars(
    middle: Iterable[float], lower: Iterable[float], upper: Iterable[float], colour: str
) -> dict[str, Any]:
    """Return horizontal error bars from lower to upper ends around the middle values."""
    rows = list(zip(middle, lower, upper, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": rounded(high - value for value, _, high in rows),
        "arrayminus": rounded(value - low for value, low, _ in rows),
        "color": colour,
        "thickness": 2,
        "width": 0,
    }


def panel_title(text: str, suffix: str, shift: int) -> dict[str, Any]:
    """Return a title above a panel, given the suffix of its axes and a distance in pixels."""
    return {
        "text": text,
        "showarrow": False,
        "xref": f"x{suffix} domain",
        "yref": f"y{suffix} domain",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "yshift": shift,
        "font": {"size": 13, "color": LIGHT["ink"]},
    }


def axis_suffix(index: int) -> str:
    """Return the end of the name of a panel's axis: empty for the first, else its number."""
    return "" if index == 0 else str(index + 1)


def generation_axis(first: int, last: int) -> dict[str, Any]:
    """Return an axis of generations, both ends included."""
    return {
        "title": {"text": "generation"},
        "range": [first - 0.3, last + 0.3],
        **whole_ticks(last),
        "showgrid": False,
    }


def frame_controls(frames: Sequence[Mapping[str, Any]], prefix: str) -> dict[str, Any]:
    """Return the layout of a slider over frames and of buttons to play and pause them.

    The page replaces them by its own controls, which can be used with a keyboard.

    Parameters
    ----------
    frames
        plotly's frames with their names; the figure shows the last one at first.
    prefix
        Text before the name of the current frame.
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
                "currentvalue": {"prefix": f"{prefix} ", "font": muted},
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


def target_marks(target: float) -> dict[str, Any]:
    """Return the part of a layout with a line at a target on a logarithmic axis, and its label."""
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": target,
        "y1": target,
        "line": {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"},
    }
    label = {
        "xref": "paper",
        "x": 0.01,
        "xanchor": "left",
        "y": math.log10(target),
        "yanchor": "bottom",
        "text": "target",
        "showarrow": False,
        "font": {"size": 12, "color": LIGHT["muted"]},
    }
    return {"shapes": [line], "annotations": [label]}


def empty_figure(reason: str) -> Specification:
    """Return a figure without data that shows the reason."""
    annotation = {
        "text": wording.plain(reason, 120),
        "showarrow": False,
        "font": {"color": LIGHT["muted"]},
    }
    hidden = {"visible": False}
    return {"data": [], "layout": {"annotations": [annotation], "xaxis": hidden, "yaxis": hidden}}


def _rounded(value: float, digits: int) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < EXACT_WHOLE else short
