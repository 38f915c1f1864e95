"""The stability frontier: which learning rates are too high for how many hidden layers.

A panel for each activation, whose cells hold the share of trainings that diverged.
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
    logarithmic_axis,
    nothing,
    rounded,
)
from neuroevo.report.theme import LIGHT

COLUMNS = 2
ROW_HEIGHT, GAP, LEAST_HEIGHT = 30, 96, 90  # pixels
GUTTER = 0.1  # of the width, between two columns
TICKS = 3  # powers of ten that have room in a panel
TOLD = 4  # activations whose frontier is in the caption


def draw(stability: Divergence) -> Specification:
    """Draw a panel for each activation: depths upward, the learning rate across."""
    if stability.cells.empty:
        return nothing("Learning rate and depth do not both vary.")
    names = stability.activations
    depths = sorted(int(deep) for deep in stability.cells["depth"].unique())
    size = max(ROW_HEIGHT * len(depths), LEAST_HEIGHT)
    columns = min(COLUMNS, len(names))
    places = domains(-(-len(names) // columns), size, GAP)
    layout: dict[str, Any] = {
        "height": len(places) * size + (len(places) - 1) * GAP + 90,
        "margin": {"t": 30, "b": 60},
        "hovermode": "closest",
        "coloraxis": _colours(),
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
        layout["annotations"].append(_heading(name, suffix))
    return {"data": traces, "layout": layout}


def caption(stability: Divergence) -> str:
    """Name the frontier of each activation: from which learning rate on most trainings diverge."""
    if stability.cells.empty:
        return ""
    what = (
        "Each cell is the share of the trainings that diverged with such a learning rate and so "
        "many hidden layers; where there is no colour nothing was tried."
    )
    sentences = [what]
    if not stability.diverged:
        return f"{what} None of {stability.trainings:,} trainings diverged."
    told = [told for name in stability.activations if (told := _frontier(stability, name))]
    share = stability.diverged / stability.trainings
    if told:
        more = f"; {len(told) - TOLD} more panels have a frontier too" if len(told) > TOLD else ""
        sentences.append(f"More than half diverge {'; '.join(told[:TOLD])}{more}.")
    else:
        sentences.append("Nowhere did more than half of them diverge.")
    sentences.append(
        f"Of all {stability.trainings:,} trainings of the search {stability.diverged:,} "
        f"({wording.percent(share)}) diverged."
    )
    return " ".join(sentences)


def _frontier(stability: Divergence, name: str) -> str:
    found = frontier(stability, name)
    if not found:
        return ""
    who = "" if name == NONE else f"for {wording.shortened(name)} "
    rates = [(wording.number(float(f"{found[deep]:.2g}")), deep) for deep in sorted(found)]
    alike = [(rate, [deep for _, deep in group]) for rate, group in groupby(rates, itemgetter(0))]
    return who + wording.listed(
        [f"from {rate} on with {_depths(depths)}" for rate, depths in alike]
    )


def _depths(depths: list[int]) -> str:
    """Return numbers of hidden layers in words: ``1 and 4 hidden layers``."""
    *fewer, most = depths
    return wording.listed([*map(str, fewer), wording.hidden_layers(most)])


def _panel(stability: Divergence, name: str, depths: list[int]) -> dict[str, Any]:
    shares = stability.shares(name)
    empty = np.full(len(stability.edges) - 1, np.nan)
    rows = stability.cells[stability.cells["activation"] == name]
    counts = {(row.depth, row.bin): row for row in rows.itertuples()}
    told = [
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
        "text": told,
        "coloraxis": "coloraxis",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _cell(cell: Any) -> str:  # noqa: ANN401 - a row of a table
    share = cell.diverged / cell.trainings
    return f"{cell.diverged:,} of {cell.trainings:,} trainings diverged ({share:.0%})"


def _colours() -> dict[str, Any]:
    ticks = {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    scale = [[0, LIGHT["rule"]], [1, LIGHT["negative"]]]
    return colour_bar("diverged", 0, 1, ticks) | {"colorscale": scale}


def _heading(name: str, suffix: str) -> dict[str, Any]:
    return {
        "text": f"<b>{wording.plain(name)}</b>",
        "showarrow": False,
        "xref": f"x{suffix} domain",
        "yref": f"y{suffix} domain",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 4,
        "font": {"size": 13, "color": LIGHT["ink"]},
    }
