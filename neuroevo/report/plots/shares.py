"""Shares of the population over the generations: activations, hidden layers or hidden units.

The population of a generation is taken to be the trials that were created in it.
"""

from collections.abc import Mapping
from typing import Any

from neuroevo import wording
from neuroevo.analysis.population import Shares
from neuroevo.analysis.thinning import thinned
from neuroevo.learning import ACTIVATIONS
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    empty_figure,
    ramp_colour,
    whole_ticks,
)
from neuroevo.report.theme import CATEGORIES, LIGHT

HEIGHT = 340


def draw(shared: Shares) -> Specification:
    """Draw the shares as stacked areas, or as bars if there is only one generation."""
    if not shared.shares:
        return empty_figure("There are no trials to count.")
    if len(shared.shares) == 1:
        return empty_figure(f"All {shared.counted} are the same: {next(iter(shared.shares))}.")
    one = len(shared.generations) == 1
    layout: dict[str, Any] = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": {
            "title": {"text": "generation"},
            **whole_ticks(shared.generations[-1]),
            "showgrid": False,
            "range": [-0.6, 0.6] if one else [shared.generations[0], shared.generations[-1]],
        },
        "yaxis": {
            "tickformat": ".0%",
            "range": [0, 1],
            "title": {"text": f"share of the {shared.counted}"},
        },
        "legend": {"traceorder": "normal"},
    }
    if one:
        layout |= {"barmode": "stack", "bargap": 0.5}
    colours = _colours(shared)
    kept = thinned(len(shared.generations), MOST_GENERATIONS)
    traces = [
        {
            "x": [shared.generations[place] for place in kept],
            "y": [round(row[place], 4) for place in kept],
            "name": wording.plain(value),
            "hovertemplate": "%{y:.0%}",
        }
        | (_bar(colours[value]) if one else _area(colours[value]))
        for value, row in shared.shares.items()
    ]
    return {"data": traces, "layout": layout}


def caption(shared: Shares) -> str:
    """Return the shares of the last generation's most frequent value, at first and at last."""
    is_activation = shared.trait == "activation"
    if not shared.shares:
        return f"The search space has no {'activation' if is_activation else 'hidden layers'}."
    noun = "networks" if shared.counted == "trials" else "layers"
    last = max(shared.shares, key=lambda value: shared.shares[value][-1])
    named = f"{last} {noun}" if is_activation else f"networks with {last}"
    if len(shared.shares) == 1:
        return f"All {shared.counted} are {named}."
    share = f"{shared.shares[last][-1]:.0%}"
    if len(shared.generations) == 1:
        return f"In the only generation, {share} are {named}."
    first, final = shared.generations[0], shared.generations[-1]
    return (
        f"Most frequent in generation {final}: {named}, with {share}, after "
        f"{shared.shares[last][0]:.0%} in generation {first}."
    )


def _colours(shared: Shares) -> Mapping[str, str]:
    """Return a colour for each value: fixed ones for activations, else a ramp over the values."""
    if shared.trait == "activation":
        known = dict(zip(ACTIVATIONS, CATEGORIES * len(ACTIVATIONS), strict=False))
        return {value: known.get(value, CATEGORIES[-1]) for value in shared.shares}
    last = max(len(shared.shares) - 1, 1)
    return {value: ramp_colour(index / last) for index, value in enumerate(shared.shares)}


def _area(colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "stackgroup": "all",
        "fillcolor": colour,
        "line": {"width": 1, "color": LIGHT["ground"]},
    }


def _bar(colour: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "marker": {"color": colour, "line": {"width": 1, "color": LIGHT["ground"]}},
    }
