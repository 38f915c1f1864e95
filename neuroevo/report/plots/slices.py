"""Objectives over the values of each gene, with a panel for each gene.

Hidden layers have a panel for their number and one for their units.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import UNITS, Feature
from neuroevo.analysis.gene_slices import GeneSlices, best_tenth
from neuroevo.analysis.thinning import jitter, thinned
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    colour_bar,
    column_domain,
    domains,
    empty_figure,
    limit_line,
    number_texts,
    objective_axis,
    rounded,
    view_menu,
)
from neuroevo.report.feature_axes import feature_axis, range_text, value_text
from neuroevo.report.theme import LIGHT

COLUMNS = 2
PANEL_HEIGHT, GAP = 210, 74  # pixels
GUTTER = 0.05  # of the width, between two columns
MOST_MEMBERS = 40
TICKS = 3  # largest number of labelled powers of ten in a panel
FAN = 0.6  # of the distance of neighbouring values, over which equal values are spread
FAR_QUANTILE = 0.97
NARROW = 0.6  # of the range of all trials: the best tenth has a narrow range below this share
MOST_NAMED = 3


def draw(slices: GeneSlices) -> Specification:
    """Draw the panels, two in a row, and a menu of the objectives if there are several."""
    if not len(slices.numbers):
        return empty_figure("No trial of the search was completed.")
    if not slices.features:
        return empty_figure("No gene varies.")
    rows = -(-len(slices.features) // COLUMNS)
    members = np.flatnonzero(slices.members)
    members = members[thinned(len(members), MOST_MEMBERS)]
    layout: dict[str, Any] = {
        "height": rows * PANEL_HEIGHT + (rows - 1) * GAP + 64,
        "margin": {"t": 8, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "meta": {"trials": True},  # a click picks them, see picking.js
        "coloraxis": colour_bar("generation", 0, int(slices.generations.max())),
    }
    upward = [_upward(slices, place) for place in range(len(slices.objectives))]
    traces = []
    for index, feature in enumerate(slices.features):
        row, column = divmod(index, COLUMNS)
        across, suffix = axis_suffix(index), axis_suffix(row)
        layout[f"xaxis{across}"] = feature_axis(feature, TICKS) | {
            "anchor": f"y{suffix}",
            "domain": column_domain(column, COLUMNS, GUTTER),
            "nticks": 5,
        }
        for places, marker in ((slices.drawn, _TRIAL_MARKER), (members, _FRONT_MARKER)):
            trace = _points(slices, feature, places, marker)
            traces.append(trace | {"xaxis": f"x{across}", "yaxis": f"y{suffix}"})
    for row, domain in enumerate(domains(rows, PANEL_HEIGHT, GAP)):
        layout[f"yaxis{axis_suffix(row)}"] = upward[0] | {
            "anchor": f"x{axis_suffix(row * COLUMNS)}",
            "domain": domain,
        }
    layout["shapes"] = _limit_lines(slices, 0, upward[0])
    layout["updatemenus"] = view_menu(
        [_button(slices, place, upward[place], members, rows) for place in range(len(upward))]
    )
    return {"data": traces, "layout": layout}


def caption(slices: GeneSlices) -> str:
    """Name the values that the best tenth of the trials have in common."""
    if not len(slices.numbers):
        return "No trial was completed, so there is nothing to show."
    if not slices.features:
        return "All completed trials have the same genes: there is nothing to show."
    drawn = len(slices.drawn)
    start = "Each completed trial is a dot in each panel"
    if drawn < len(slices.numbers):
        start = f"{drawn:,} of {len(slices.numbers):,} completed trials are dots in each panel"
    sentences = [
        f"{start}; later ones have stronger colours, and those of the front have a ring.",
        *about_limits((item, _covered(slices, at)) for at, item in enumerate(slices.objectives)),
        _common_values(slices),
    ]
    missing = wording.undrawn_trials(slices.missing, slices.stopped)
    if missing:
        sentences.append(f"Not drawn: {wording.listed(missing)}.")
    return " ".join(sentences)


def _common_values(slices: GeneSlices) -> str:
    first = slices.objectives[0].label
    best = best_tenth(slices)
    if len(best) < 2:  # noqa: PLR2004 - one trial has no range
        values = [(feature, feature.values[best[0]]) for feature in slices.features]
        texts = [range_text(each, value, value) for each, value in values if np.isfinite(value)]
        return f"The best trial by {first} has {wording.listed(texts[:MOST_NAMED])}."
    found = [found for feature in slices.features if (found := _narrow_range(feature, best))]
    if not found:
        return f"The best tenth by {first} have values of every gene over most of its range."
    found.sort(key=lambda pair: pair[0])
    texts = [text for _, text in found[:MOST_NAMED]]
    return f"The best tenth by {first} have {wording.listed(texts)}."


def _narrow_range(feature: Feature, best: NDArray[np.int64]) -> tuple[float, str] | None:
    """Return the width of the best trials' range and its text; None if it is not narrow."""
    own = feature.values[best]
    own, everyone = own[~np.isnan(own)], feature.present
    if len(own) < len(best) / 2:
        return None
    if feature.options:
        counts = np.bincount(own.astype(int), minlength=len(feature.options))
        leader = int(counts.argmax())
        share = counts[leader] / len(best)
        before = float((everyone == leader).mean())
        width = (1 - share) / max(1 - before, 1e-9)
        name = range_text(feature, leader, leader)
        text = name if share == 1 else f"{name} ({share:.0%} of them)"
        return (width, text) if width <= NARROW and share > 0.5 else None  # noqa: PLR2004 - most
    scale = np.log10 if feature.logarithmic else np.asarray
    low, high = np.quantile(own, [0.1, 0.9], method="nearest")
    lowest, highest = scale(everyone.min()), scale(everyone.max())
    width = float((scale(high) - scale(low)) / (highest - lowest))
    has_no_units = feature.name == UNITS and high == 0  # as the number of layers shows
    return None if width > NARROW or has_no_units else (width, range_text(feature, low, high))


_TRIAL_MARKER: dict[str, Any] = {"size": 4, "opacity": 0.5, "coloraxis": "coloraxis"}
_FRONT_MARKER: dict[str, Any] = {
    "size": 7,
    "coloraxis": "coloraxis",
    "line": {"color": LIGHT["ink"], "width": 1.2},
}


def _points(
    slices: GeneSlices, feature: Feature, places: NDArray[np.int64], marker: dict[str, Any]
) -> dict[str, Any]:
    values = feature.values[places]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(values + jitter(len(values), FAN) if feature.is_fanned else values),
        "y": rounded(slices.scores[places, 0]),
        "text": [
            "" if np.isnan(value) else wording.plain(value_text(feature, value)) for value in values
        ],
        "customdata": _hover_data(slices, places, 0),
        "hovertemplate": "<b>trial %{customdata[0]}, generation %{marker.color}</b><br>"
        f"{wording.plain(feature.name)} %{{text}}<br>"
        "%{yaxis.title.text} %{customdata[1]}<extra></extra>",
        "marker": marker | {"color": slices.generations[places].tolist()},
        "cliponaxis": False,
    }


def _hover_data(
    slices: GeneSlices, places: NDArray[np.int64], objective: int
) -> list[list[int | str]]:
    """Return the number and the score of each trial as hover texts show them."""
    scores = number_texts(slices.scores[places, objective], slices.objectives[objective])
    return [list(pair) for pair in zip(slices.numbers[places].tolist(), scores, strict=True)]


def _upward(slices: GeneSlices, place: int) -> dict[str, Any]:
    """Return an objective's axis, which need not cover the worst trials."""
    return objective_axis(slices.objectives[place], _covered(slices, place))


def _covered(slices: GeneSlices, place: int) -> NDArray[np.float64]:
    """Return the scores that an objective's axis covers."""
    item, values = slices.objectives[place], slices.scores[:, place]
    costs = item.cost(values)
    far = np.quantile(costs, FAR_QUANTILE)
    kept: NDArray[np.float64] = values[(costs <= far) | slices.members]
    return kept


def _limit_lines(slices: GeneSlices, place: int, axis: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines at the sample budget in all panels, if an objective's axis has them."""
    return [
        line
        for index in range(len(slices.features))
        for line in limit_line(
            slices.objectives[place],
            axis,
            f"y{axis_suffix(index // COLUMNS)}",
            f"x{axis_suffix(index)}",
        )
    ]


def _button(
    slices: GeneSlices,
    place: int,
    axis: dict[str, Any],
    members: NDArray[np.int64],
    rows: int,
) -> dict[str, Any]:
    """Return the button that shows an objective; plotly uses both rows of `y` alternately."""
    groups = (slices.drawn, members)
    traces = {
        "y": [rounded(slices.scores[places, place]) for places in groups],
        "customdata": [_hover_data(slices, places, place) for places in groups],
    }
    nothing = dict.fromkeys(("dtick", "tickvals", "ticktext"))
    whole = {"type": "linear", "tickformat": ""} | nothing | axis
    changes: dict[str, Any] = {
        f"yaxis{axis_suffix(row)}.{key}": content
        for row in range(rows)
        for key, content in whole.items()
    }
    changes["shapes"] = _limit_lines(slices, place, axis)
    name = slices.objectives[place].label
    return {"label": name, "method": "update", "args": [traces, changes]}
