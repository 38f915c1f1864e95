"""Parallel coordinates: every trial a line across its genes and objectives.

On the page a reader keeps ranges of the axes, and the lines outside of them step back.

Drawn with plain lines and not with plotly's own parallel coordinates, which need WebGL and code
made at run time: this way they print, follow the theme and work under a strict security policy.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.coordinates import Coordinate, Coordinates, Ticks
from neuroevo.report.drawing import (
    Specification,
    nothing,
    ramp_colour,
    with_gaps,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 480
SHADES = 6
LONGEST = 11  # characters in a label or in a line of a title, so that it ends before the next axis
DISTANCE = 92  # pixels between two axes, at least: room for the longest label
TITLE_LINE = 18  # pixels
LEFT, RIGHT = 48, 88  # pixels beside the outer axes: half a title, and a label


def draw(parallel: Coordinates) -> Specification:
    """Draw the lines from worst to best, in shades, the champion on top in ink."""
    if not parallel.labels:
        return nothing("No trial of the search was completed.")
    rows = np.stack([coordinate.positions for coordinate in parallel.coordinates], axis=1)
    count = rows.shape[1]
    titles = [_title(coordinate) for coordinate in parallel.coordinates]
    above = 20 + TITLE_LINE * max(title.count("<br>") + 1 for title in titles)
    layout = {
        "height": HEIGHT,
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "margin": {"l": LEFT, "r": RIGHT, "t": above, "b": 12},
        "xaxis": {"visible": False, "range": [-0.05, count - 0.95], "fixedrange": True},
        "yaxis": {"visible": False, "range": [-0.04, 1.04], "fixedrange": True},
        "shapes": [_axis_line(place) for place in range(count)],
        "annotations": _annotations(parallel.coordinates),
        "meta": {"axes": [_told(coordinate) for coordinate in parallel.coordinates]},
    }
    traces = [_PASSED_OVER, *_shades(rows), _champion(rows[0], parallel)]
    return {"data": traces, "layout": layout}


def least_width(parallel: Coordinates) -> int:
    """Return the pixels below which labels would run into the next axis."""
    return LEFT + RIGHT + DISTANCE * max(len(parallel.coordinates) - 1, 0)


def caption(parallel: Coordinates) -> str:
    """Say what the colour means and where the best tenth of the trials gathers."""
    if not parallel.labels:
        return "No trial was completed, so there are no lines to draw."
    drawn = len(parallel.labels)
    start = "Every completed trial is a line"
    if drawn < parallel.total:
        start = f"{drawn:,} of {parallel.total:,} completed trials, evenly chosen, are lines"
    told = _unread(parallel.coordinates) + _held(parallel.coordinates)
    return (
        f"{start}; the better its {parallel.first}, the stronger its colour; the champion's is "
        "the bold one. Where the strong lines meet, the search found what matters; where they fan "
        f"out, the gene makes little difference.{told}"
    )


def _unread(coordinates: Sequence[Coordinate]) -> str:
    """Return a sentence on the axes where the champion's line only passes."""
    names = [coordinate.title for coordinate in coordinates if not coordinate.read]
    if not names:
        return ""
    return (
        " A line also crosses genes that its trial’s optimizer or schedule does not read, which "
        f"say nothing of the trial; the champion’s has no dot there: {wording.listed(names)}."
    )


def _held(coordinates: Sequence[Coordinate]) -> str:
    """Return a sentence on the objectives whose axes end below their largest values."""
    ends = [
        f"{coordinate.title} above {coordinate.held}"
        for coordinate in coordinates
        if coordinate.held
    ]
    return f" Trials with {wording.listed(ends)} lie at the top of that axis." if ends else ""


def _shades(rows: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return one trace for each shade, worst first: equal shares of the ranked trials."""
    traces = []
    for shade, share in enumerate(reversed(np.array_split(np.arange(len(rows)), SHADES))):
        if not len(share):
            continue
        goodness = shade / (SHADES - 1)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*range(rows.shape[1]), None] * len(share),
                "y": with_gaps(np.round(rows[share], 3).tolist()),
                "line": {"color": ramp_colour(goodness), "width": 1},
                "opacity": 0.3 + 0.25 * goodness,
                "hoverinfo": "skip",
            }
        )
    return traces


# What a reader's ranges leave out is put here by the page.
_PASSED_OVER: dict[str, Any] = {
    "type": "scatter",
    "mode": "lines",
    "x": [None],
    "y": [None],
    "line": {"color": LIGHT["grid"], "width": 1},
    "hoverinfo": "skip",
}


def _ticks(coordinate: Coordinate) -> Ticks:
    """Return the labels of an axis and where they stand, names short and harmless."""
    if not coordinate.of_names:
        return coordinate.ticks
    return tuple((place, wording.plain(name, LONGEST)) for place, name in coordinate.ticks)


def _told(coordinate: Coordinate) -> dict[str, Any]:
    """Return an axis as the page tells of it: its numbers from end to end, or its places."""
    if math.isnan(coordinate.low):
        return {
            "title": wording.plain(coordinate.title),
            "places": [list(tick) for tick in _ticks(coordinate)],
        }
    return {
        "title": wording.plain(coordinate.title),
        "low": coordinate.low,
        "high": coordinate.high,
        "logarithmic": coordinate.logarithmic,
    }


def _champion(row: NDArray[np.float64], parallel: Coordinates) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(row))),
        "y": np.round(row, 3).tolist(),
        "line": {"color": LIGHT["ink"], "width": 2.5},
        "marker": {
            "color": LIGHT["ink"],
            "size": [7 if coordinate.read else 0 for coordinate in parallel.coordinates],
        },
        # Not part of the template, in which a foreign name could stand for something else.
        "meta": wording.wrapped(wording.plain(parallel.labels[0], 90)),
        "hovertemplate": "<b>champion</b><br>%{meta}<extra></extra>",
    }


def _axis_line(place: int) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "line": {"color": LIGHT["muted"], "width": 1},
    }


def _annotations(coordinates: Sequence[Coordinate]) -> list[dict[str, Any]]:
    shared = {"showarrow": False, "font": {"size": 12, "color": LIGHT["muted"]}}
    titles = [
        shared
        | {
            "x": place,
            "y": 1.04,
            "yanchor": "bottom",
            "text": _title(coordinate),
            "font": {"size": 13, "color": LIGHT["ink"]},
        }
        for place, coordinate in enumerate(coordinates)
    ]
    ticks = [
        shared
        | {
            "x": place,
            "y": round(position, 4),
            "text": text,
            "xanchor": "left",
            "xshift": 6,
            "bgcolor": LIGHT["ground"],
            "borderpad": 1,
            "opacity": 0.88,
        }
        for place, coordinate in enumerate(coordinates)
        for position, text in _ticks(coordinate)
    ]
    return [*ticks, *titles]


def _title(coordinate: Coordinate) -> str:
    return wording.wrapped(wording.plain(coordinate.title), LONGEST)
