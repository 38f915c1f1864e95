"""Shares of diverged replicates over learning rate and number of hidden layers.

There is a panel for each activation.
"""

from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.divergence import NONE, Divergence, frontier
from neuroevo.analysis.features import RATE
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    colour_bar,
    column_domain,
    domains,
    empty_figure,
    logarithmic_axis,
    panel_title,
    rounded,
)
from neuroevo.report.theme import LIGHT

COLUMNS = 2
ROW_HEIGHT, GAP, LEAST_HEIGHT = 30, 96, 90  # pixels
GUTTER = 0.1  # of the width, between two columns
TICKS = 3  # largest number of labelled powers of ten in a panel
MOST_NAMED = 4  # activations in the caption
TICK_SETTINGS = {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
SCALE = [[0, LIGHT["rule"]], [1, LIGHT["negative"]]]


def draw(stability: Divergence) -> Specification:
    """Draw a panel for each activation."""
    if stability.cells.empty:
        return empty_figure("Learning rate and number of hidden layers do not both vary.")
    names = stability.activations
    depths = sorted(int(deep) for deep in stability.cells["depth"].unique())
    size = max(ROW_HEIGHT * len(depths), LEAST_HEIGHT)
    columns = min(COLUMNS, len(names))
    places = domains(-(-len(names) // columns), size, GAP)
    layout: dict[str, Any] = {
        "height": len(places) * size + (len(places) - 1) * GAP + 90,
        "margin": {"t": 30, "b": 60},
        "hovermode": "closest",
        "coloraxis": colour_bar("diverged", 0, 1, TICK_SETTINGS) | {"colorscale": SCALE},
        "annotations": [],
    }
    traces = []
    for index, name in enumerate(names):
        suffix = axis_suffix(index)
        row, column = divmod(index, columns)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces.append(_panel(stability, name, depths) | axes)
        layout[f"xaxis{suffix}"] = logarithmic_axis(stability.edges, TICKS) | {
            "anchor": f"y{suffix}",
            "domain": column_domain(column, columns, GUTTER),
            "showgrid": False,
            "title": {"text": RATE, "standoff": 4},
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "domain": places[row],
            "tickvals": list(range(len(depths))),
            "ticktext": [str(deep) for deep in depths],
            "range": [-0.5, len(depths) - 0.5],
            "showgrid": False,
            "title": {"text": "hidden layers" * (column == 0)},
        }
        layout["annotations"].append(panel_title(f"<b>{wording.plain(name)}</b>", suffix, 4))
    return {"data": traces, "layout": layout}


def caption(stability: Divergence) -> str:
    """Give the learning rates from which on most replicates diverge, for each activation."""
    if stability.cells.empty:
        return ""
    explanation = (
        "Each cell shows the share of replicates that diverged with this learning rate and number "
        "of hidden layers; cells without colour have no trial."
    )
    replicates = f"{stability.trainings:,} replicates"
    if not stability.diverged:
        return f"{explanation} None of {replicates} diverged."
    parts = [part for name in stability.activations if (part := _frontier(stability, name))]
    most = "In no cell did more than half of them diverge."
    if parts:
        more = len(parts) - MOST_NAMED
        others = f"; for {more} more activations too" if more > 0 else ""
        most = f"More than half diverge {'; '.join(parts[:MOST_NAMED])}{others}."
    share = wording.percent(stability.diverged / stability.trainings)
    return (
        f"{explanation} {most} Of all {replicates} of the search {stability.diverged:,} ({share}) "
        "diverged."
    )


def _frontier(stability: Divergence, name: str) -> str:
    found = frontier(stability, name)
    if not found:
        return ""
    activation = "" if name == NONE else f"for {wording.shortened(name)} "
    rates = [(wording.number(float(f"{found[deep]:.2g}")), deep) for deep in sorted(found)]
    groups = [(rate, [deep for _, deep in group]) for rate, group in groupby(rates, itemgetter(0))]
    return activation + wording.listed(
        [f"from {rate} on with {_depths(depths)}" for rate, depths in groups]
    )


def _depths(depths: list[int]) -> str:
    """Return numbers of hidden layers as text: ``1 and 4 hidden layers``."""
    *fewer, most = depths
    return wording.listed([*map(str, fewer), wording.hidden_layers(most)])


def _panel(stability: Divergence, name: str, depths: list[int]) -> dict[str, Any]:
    shares = stability.shares(name)
    empty = np.full(len(stability.edges) - 1, np.nan)
    rows = stability.cells[stability.cells["activation"] == name]
    counts = {(row.depth, row.bin): row for row in rows.itertuples()}
    texts = [
        [
            "" if (cell := counts.get((deep, place))) is None else _cell(cell)
            for place in range(len(empty))
        ]
        for deep in depths
    ]
    return {
        "type": "heatmap",
        "x": rounded(stability.edges),
        "y": list(range(len(depths))),
        "z": [rounded(shares.get(deep, empty)) for deep in depths],
        "text": texts,
        "coloraxis": "coloraxis",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _cell(cell: Any) -> str:  # noqa: ANN401 - a row of a table
    share = cell.diverged / cell.trainings
    return f"{cell.diverged:,} of {cell.trainings:,} replicates diverged ({share:.0%})"
