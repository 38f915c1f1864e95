"""Parallel coordinates: a line for each trial across its genes and objectives.

plotly's own parallel coordinates are not used, since they need WebGL and a weaker security policy.
On the page, lines outside of the selected ranges of the axes become grey.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.coordinates import ABSENT, Coordinate, Coordinates, Ticks
from neuroevo.report.drawing import (
    Specification,
    configuration_text,
    empty_figure,
    ramp_colour,
    rounded,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 480
SHADES = 6
LONGEST = 11  # characters in a label or a line of a title, so that it ends before the next axis
DISTANCE = 92  # least distance of two axes in pixels: room for the longest label
TITLE_LINE = 18  # pixels
LEFT, RIGHT = 48, 88  # pixels beside the outer axes: half a title, and a label
AXIS_LINE = {"type": "line", "y0": 0, "y1": 1, "line": {"color": LIGHT["muted"], "width": 1}}


def draw(parallel: Coordinates) -> Specification:
    """Draw the lines from worst to best, the champion on top."""
    if not parallel.labels:
        return empty_figure("No trial of the search was completed.")
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
        "shapes": [AXIS_LINE | {"x0": place, "x1": place} for place in range(count)],
        "annotations": _annotations(parallel.coordinates),
        "meta": {"axes": [_axis_values(coordinate) for coordinate in parallel.coordinates]},
    }
    traces = [_DESELECTED, *_shades(rows), _champion(rows[0], parallel)]
    return {"data": traces, "layout": layout}


def least_width(parallel: Coordinates) -> int:
    """Return the width in pixels below which labels would overlap the next axis."""
    return LEFT + RIGHT + DISTANCE * max(len(parallel.coordinates) - 1, 0)


def caption(parallel: Coordinates) -> str:
    """Explain the lines and the axes."""
    if not parallel.labels:
        return "No trial was completed, so there are no lines to draw."
    drawn = len(parallel.labels)
    start = "Each completed trial is a line"
    if drawn < parallel.total:
        start = f"{drawn:,} of {parallel.total:,} completed trials, evenly chosen, are lines"
    sentences = [
        f"{start}; stronger colours have a better {parallel.first}, and the champion is bold.",
        "Where strong lines meet, a gene matters; where they are spread, it matters little.",
    ]
    conditional = [each.title for each in parallel.coordinates if each.absent]
    if conditional:
        sentences.append(
            f"Trials in which a gene is not active are at the {ABSENT} of its axis: "
            f"{wording.listed(conditional)}."
        )
    held = [each for each in parallel.coordinates if each.held]
    above = [f"{each.title} above {each.held}" for each in held if not each.held_at_bottom]
    below = [f"{each.title} below {each.held}" for each in held if each.held_at_bottom]
    for cut, end in ((above, "top"), (below, "bottom")):
        if cut:
            sentences.append(f"Trials with {wording.listed(cut)} are at the {end} of that axis.")
    return " ".join(sentences)


def _shades(rows: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return a trace for each shade, worst first, each with the same number of trials."""
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
                "y": [y for row in np.round(rows[share], 3) for y in (*rounded(row), None)],
                "line": {"color": ramp_colour(goodness), "width": 1},
                "opacity": 0.3 + 0.25 * goodness,
                "hoverinfo": "skip",
            }
        )
    return traces


# The page puts the lines outside of the selected ranges here.
_DESELECTED: dict[str, Any] = {
    "type": "scatter",
    "mode": "lines",
    "x": [None],
    "y": [None],
    "line": {"color": LIGHT["grid"], "width": 1},
    "hoverinfo": "skip",
}


def _ticks(coordinate: Coordinate) -> Ticks:
    """Return positions and labels of an axis, with names shortened and escaped."""
    if not coordinate.of_names:
        return coordinate.ticks
    return tuple((place, wording.plain(name, LONGEST)) for place, name in coordinate.ticks)


def _axis_values(coordinate: Coordinate) -> dict[str, Any]:
    """Return what the page needs to describe a range of an axis: its ends, or its names."""
    title = {"title": wording.plain(coordinate.title)}
    if math.isnan(coordinate.low):
        return title | {"places": [list(tick) for tick in _ticks(coordinate)]}
    return title | {
        "low": coordinate.low,
        "high": coordinate.high,
        "logarithmic": coordinate.logarithmic,
    }


def _champion(row: NDArray[np.float64], parallel: Coordinates) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "cliponaxis": False,
        "x": list(range(len(row))),
        "y": np.round(row, 3).tolist(),
        "line": {"color": LIGHT["ink"], "width": 2.5},
        "marker": {
            "color": LIGHT["ink"],
            "size": [
                0 if coordinate.absent and coordinate.absent[0] else 7
                for coordinate in parallel.coordinates
            ],
        },
        # Not in the hover template, where a name could contain template syntax.
        "meta": configuration_text(parallel.labels[0]),
        "hovertemplate": "<b>champion</b><br>%{meta}<extra></extra>",
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
            "bgcolor": LIGHT["ground"],
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
        }
        for place, coordinate in enumerate(coordinates)
        for position, text in _ticks(coordinate)
    ]
    return [*ticks, *titles]


def _title(coordinate: Coordinate) -> str:
    return wording.wrapped(wording.plain(coordinate.title), LONGEST)
