"""Each trial over a pair of genes, coloured by its rank in an objective."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import DEPTH, UNITS, Feature
from neuroevo.analysis.gene_pairs import Pair
from neuroevo.analysis.gene_ranks import GeneRanks
from neuroevo.analysis.thinning import GOLDEN, SILVER, thinned
from neuroevo.report.drawing import (
    Specification,
    colour_bar,
    empty_figure,
    view_menu,
)
from neuroevo.report.feature_axes import feature_axis, range_text, spread, summary_text
from neuroevo.report.theme import LIGHT

HEIGHT = 460
MOST_POINTS = 350  # for each pair of features
BEST = 0.1  # share of trials that the caption looks at


def draw(ranked: GeneRanks) -> Specification:
    """Draw the trials over a pair of genes, and a menu of pairs and objectives."""
    found = ranked.found
    if not found.pairs:
        return empty_figure("No two genes vary together.")
    views = [(pair, place) for place in range(len(found.objectives)) for pair in found.pairs]
    first = found.pairs[0]
    ticks = {"tickvals": [0.03, 0.5, 0.97], "ticktext": ["best", "middle", "worst"]}
    layout = {
        "height": HEIGHT,
        "margin": {"t": 8},
        "showlegend": False,
        "hovermode": "closest",
        "meta": {"trials": True},  # a click picks them, see picking.js
        "xaxis": feature_axis(first.across),
        "yaxis": feature_axis(first.upward),
        "coloraxis": colour_bar("rank", 0, 1, ticks) | {"reversescale": True},
        "updatemenus": view_menu([_button(ranked, views, index) for index in range(len(views))]),
    }
    traces = [
        _points(ranked, pair, place) | {"visible": index == 0}
        for index, (pair, place) in enumerate(views)
    ]
    return {"data": traces, "layout": layout}


def caption(ranked: GeneRanks) -> str:
    """Say what the colours are, and where the best trials lie."""
    found = ranked.found
    if not found.pairs:
        return ""
    pair, item = found.pairs[0], found.objectives[0]
    best = np.flatnonzero(ranked.ranks[:, 0] <= np.quantile(ranked.ranks[:, 0], BEST))
    parts = [_middle(feature, best) for feature in (pair.across, pair.upward)]
    return (
        f"Each dot is a trial; the stronger its colour, the better its rank in the objective. The "
        f"best tenth in {item.label} have {wording.listed([part for part in parts if part])}."
    )


def _middle(feature: Feature, places: NDArray[np.int64]) -> str:
    """Return the median of a feature over some trials; the most frequent option."""
    values = feature.values[places]
    values = values[~np.isnan(values)]
    if not len(values):
        return ""
    if feature.options:
        most = int(np.bincount(values.astype(int)).argmax())
        return f"mostly {feature.name} {summary_text(feature, most)}"
    middle = float(np.quantile(values, 0.5, method="nearest"))
    if feature.name in {DEPTH, UNITS}:
        return f"a median of {range_text(feature, middle, middle)}"
    return f"a median {feature.name} of {summary_text(feature, middle)}"


def _points(ranked: GeneRanks, pair: Pair, place: int) -> dict[str, Any]:
    known = np.flatnonzero(~(np.isnan(pair.across.values) | np.isnan(pair.upward.values)))
    known = known[thinned(len(known), MOST_POINTS)]
    places = known[np.argsort(-ranked.ranks[known, place], kind="stable")]  # the best on top
    item = ranked.found.objectives[place]
    share = "%{marker.color:.0%} of the trials<extra></extra>"
    return {
        "type": "scatter",
        "mode": "markers",
        "x": spread(pair.across, places, GOLDEN),
        "y": spread(pair.upward, places, SILVER),
        "customdata": ranked.found.numbers[places].tolist(),
        "cliponaxis": False,
        "hovertemplate": f"<b>trial %{{customdata}}</b><br>{item.label}: worse than {share}",
        "marker": {
            "size": 7,
            "color": np.round(ranked.ranks[places, place], 3).tolist(),
            "coloraxis": "coloraxis",
            "line": {"color": LIGHT["ground"], "width": 0.5},
        },
    }


def _button(ranked: GeneRanks, views: list[tuple[Pair, int]], index: int) -> dict[str, Any]:
    pair, place = views[index]
    objectives = ranked.found.objectives
    genes = f"{wording.plain(pair.across.name)} × {wording.plain(pair.upward.name)}"
    changes = {
        "xaxis": {"type": "linear"} | feature_axis(pair.across),
        "yaxis": {"type": "linear"} | feature_axis(pair.upward),
    }
    return {
        "label": f"{objectives[place].label}: {genes}" if len(objectives) > 1 else genes,
        "method": "update",
        "args": [{"visible": [each == index for each in range(len(views))]}, changes],
    }
