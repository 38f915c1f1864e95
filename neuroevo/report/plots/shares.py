"""How the values of one trait shared the population over the generations, as stacked areas.

The population of a generation is taken to be the trials that it brought.
"""

from collections.abc import Mapping
from typing import Any

from neuroevo import wording
from neuroevo.analysis.population import Shares
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    nothing,
    ramp_colour,
    whole_ticks,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 340


def draw(shared: Shares, colours: Mapping[str, str]) -> Specification:
    """Draw the shares as stacked areas; as bars while there is only one generation."""
    if not shared.shares:
        return nothing("There are no trials to count.")
    if len(shared.shares) == 1:
        return nothing(f"All {shared.counted} were alike: {next(iter(shared.shares))}.")
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
    kind = _bar if one else _area
    kept = thinned(len(shared.generations), MOST_GENERATIONS)
    traces = [
        {
            "x": [shared.generations[place] for place in kept],
            "y": [round(row[place], 4) for place in kept],
            "name": wording.plain(value),
            "hovertemplate": "%{y:.0%}",
        }
        | kind(colours[value])
        for value, row in shared.shares.items()
    ]
    return {"data": traces, "layout": layout}


def ramp(shared: Shares) -> Mapping[str, str]:
    """Return a colour for each value, the later in the stack the stronger."""
    last = max(len(shared.shares) - 1, 1)
    return {value: ramp_colour(index / last) for index, value in enumerate(shared.shares)}


def caption(shared: Shares, noun: str) -> str:
    """Say which value led at first and at last.

    Parameters
    ----------
    noun
        What a value is called in the sentence, with ``{}`` where it stands: ``{} networks``.
    """
    if not shared.shares:
        return "There are no trials to count."
    if len(shared.shares) == 1:
        return f"All {shared.counted} were {noun.format(next(iter(shared.shares)))}."
    last = _leader(shared, -1)
    if len(shared.generations) == 1:
        return f"In the only generation {_share(shared, last, -1)} were {noun.format(last)}."
    return (
        f"{_sentence(noun.format(last))} grew from {_share(shared, last, 0)} in generation "
        f"{shared.generations[0]} to {_share(shared, last, -1)} in generation "
        f"{shared.generations[-1]}."
        if shared.shares[last][-1] > shared.shares[last][0]
        else f"{_sentence(noun.format(last))} led in generation {shared.generations[-1]} with "
        f"{_share(shared, last, -1)}, after {_share(shared, last, 0)} in generation "
        f"{shared.generations[0]}."
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _leader(shared: Shares, place: int) -> str:
    return max(shared.shares, key=lambda value: shared.shares[value][place])


def _share(shared: Shares, value: str, place: int) -> str:
    return f"{shared.shares[value][place]:.0%}"


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
