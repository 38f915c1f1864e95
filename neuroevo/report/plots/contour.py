"""Objectives over pairs of genes: medians of cells, and the trials in them.

Cells without trials have no colour.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.features import Feature
from neuroevo.analysis.gene_pairs import GenePairs, Pair
from neuroevo.analysis.thinning import GOLDEN, SILVER, thinned
from neuroevo.report.drawing import Specification, colour_bar, empty_figure, rounded, view_menu
from neuroevo.report.feature_axes import feature_axis, range_text, spread
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

HEIGHT = 460
MOST_POINTS = 600  # for each pair of features
MOST_LABELS = 5
FAR_QUANTILE = 0.9  # of the cells; all that are worse have the palest colour
ENOUGH = 3  # trials of a cell for a sentence on it


def draw(contour: GenePairs) -> Specification:
    """Draw the cells of a pair with its trials, and a menu of pairs and objectives."""
    if not contour.pairs:
        return empty_figure("No two genes vary together.")
    views = [(pair, place) for place in range(len(contour.objectives)) for pair in contour.pairs]
    traces = [
        *(
            _cells(contour, pair, place) | {"visible": index == 0}
            for index, (pair, place) in enumerate(views)
        ),
        *(
            _points(contour, pair) | {"visible": index == 0}
            for index, pair in enumerate(contour.pairs)
        ),
    ]
    buttons = [_button(contour, views, index) for index in range(len(views))]
    first = contour.pairs[0]
    layout = {
        "height": HEIGHT,
        "margin": {"t": 8},
        "showlegend": False,
        "hovermode": "closest",
        "meta": {"trials": True},  # a click picks them, see picking.js
        "xaxis": feature_axis(first.across),
        "yaxis": feature_axis(first.upward),
        "coloraxis": _colours(contour, first, 0),
        "updatemenus": view_menu(buttons),
    }
    return {"data": traces, "layout": layout}


def caption(contour: GenePairs) -> str:
    """Give the cell of the first pair with the best median."""
    if not len(contour.numbers):
        return "No trial was completed, so there is nothing to show."
    if not contour.pairs:
        return "No two genes vary together among the completed trials."
    pair, item = contour.pairs[0], contour.objectives[0]
    median = pair.medians[0]
    enough = pair.counts >= min(ENOUGH, pair.counts.max())
    costs = item.cost(np.where(enough, median, np.nan))
    row, column = np.unravel_index(np.nanargmin(costs), median.shape)
    across = _edges_text(pair.across, pair.edges[0], int(column))
    upward = _edges_text(pair.upward, pair.edges[1], int(row))
    count = int(pair.counts[row, column])
    trials = "the one trial" if count == 1 else f"the {count:,} trials"
    best = wording.measured(median[row, column], item)
    first = (
        f"The median {item.label} is {item.best}, {best}, for {trials} with {across} and {upward}"
    )
    few = (pair.counts > 0) & ~enough
    first += f", cells with fewer than {ENOUGH} trials left out." if few.any() else "."
    if item.is_penalty(median[row, column]):
        first = f"No median {item.label} is below the sample budget."
    stronger = "better" if any(each.maximised for each in contour.objectives) else "lower"
    return (
        f"{first} Stronger colours are {stronger} medians; dots are trials; cells without colour "
        "have no trial."
    )


def _edges_text(feature: Feature, edges: NDArray[np.float64], place: int) -> str:
    inward = 0.5 if feature.is_fanned else 0.0
    return range_text(feature, float(edges[place]) + inward, float(edges[place + 1]) - inward)


def _heights(item: "Objective", values: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log10(values) if item.logarithmic else values


def _cells(contour: GenePairs, pair: Pair, place: int) -> dict[str, Any]:
    item = contour.objectives[place]
    medians = pair.medians[place]
    texts = [
        [
            f"{wording.measured(median, item)}, {wording.counted(int(count), 'trial')}"
            if count
            else ""
            for median, count in zip(*row, strict=True)
        ]
        for row in zip(medians, pair.counts, strict=True)
    ]
    return {
        "type": "heatmap",
        "x": rounded(pair.edges[0]),
        "y": rounded(pair.edges[1]),
        "z": [rounded(row) for row in _heights(item, medians)],
        "text": texts,
        "coloraxis": "coloraxis",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": f"median {item.label} %{{text}}<extra></extra>",
    }


def _points(contour: GenePairs, pair: Pair) -> dict[str, Any]:
    known = np.flatnonzero(~(np.isnan(pair.across.values) | np.isnan(pair.upward.values)))
    places = known[thinned(len(known), MOST_POINTS)]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": spread(pair.across, places, GOLDEN),
        "y": spread(pair.upward, places, SILVER),
        "customdata": contour.numbers[places].tolist(),
        "hovertemplate": "trial %{customdata}<extra></extra>",
        "marker": {
            "size": 4,
            "color": LIGHT["ground"],
            "opacity": 0.9,
            "line": {"color": LIGHT["ink"], "width": 0.7},
        },
    }


def _colours(contour: GenePairs, pair: Pair, place: int) -> dict[str, Any]:
    item = contour.objectives[place]
    heights = _heights(item, pair.medians[place])
    costs = item.cost(heights)
    ends = float(np.nanmin(costs)), float(np.nanquantile(costs, FAR_QUANTILE))
    low, high = sorted(map(item.cost, ends))
    ticks, texts = _ticks(item, low, high)
    labels = {"tickvals": rounded(ticks), "ticktext": texts}
    return colour_bar(f"median {item.label}", 0, 1, labels) | {
        "cmin": low,
        "cmax": high if high > low else low + 1,
        "reversescale": not item.maximised,
    }


def _ticks(item: "Objective", low: float, high: float) -> tuple[list[float], list[str]]:
    """Return positions and texts of the colour bar's ticks: powers of ten if it has several."""
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if item.logarithmic and len(powers) > 1:
        chosen = powers[:: math.ceil(len(powers) / MOST_LABELS)]
        return [float(power) for power in chosen], [wording.power_of_ten(power) for power in chosen]
    ticks = sorted({low, (low + high) / 2, high})
    scores = [10.0**tick if item.logarithmic else tick for tick in ticks]
    return ticks, [wording.measured(score, item) for score in scores]


def _button(contour: GenePairs, views: list[tuple[Pair, int]], index: int) -> dict[str, Any]:
    pair, place = views[index]
    name = contour.objectives[place].label
    genes = f"{wording.plain(pair.across.name)} × {wording.plain(pair.upward.name)}"
    visible = [each == index for each in range(len(views))]
    visible += [each is pair for each in contour.pairs]
    # Only parts of the colour bar change: the page may have moved it.
    colours = _colours(contour, pair, place)
    bar = colours.pop("colorbar")
    changes = {
        "xaxis": {"type": "linear"} | feature_axis(pair.across),
        "yaxis": {"type": "linear"} | feature_axis(pair.upward),
        **{f"coloraxis.{key}": each for key, each in colours.items()},
        **{f"coloraxis.colorbar.{key}": bar[key] for key in ("tickvals", "ticktext")},
        "coloraxis.colorbar.title.text": bar["title"]["text"],
    }
    return {
        "label": f"{name}: {genes}" if len(contour.objectives) > 1 else genes,
        "method": "update",
        "args": [{"visible": visible}, changes],
    }
