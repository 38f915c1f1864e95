"""Hypervolume of the front after each generation, beside that of random search."""

from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.hypervolume_history import CONFIDENCE, HypervolumeHistory
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    band,
    empty_figure,
    generation_axis,
    rounded,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 360
NOTABLE = 1.5  # ratio of numbers of trials from which on the caption gives it


def draw(volume: HypervolumeHistory) -> Specification:
    """Draw both as lines over the generations, with a band for random search."""
    if not volume.generations:
        return empty_figure("No trial of the search was completed.")
    kept = thinned(len(volume.generations), MOST_GENERATIONS)
    x = [volume.generations[place] for place in kept]
    search = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": x,
        "y": rounded(volume.search[kept]),
        "customdata": [volume.trials[place] for place in kept],
        "name": "the search",
        "line": {"color": LIGHT["category-1"], "width": 2.5},
        "hovertemplate": "%{y:.1%} after %{customdata:,d} trials",
    }
    layout = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": generation_axis(x[0], x[-1]),
        "yaxis": {"title": {"text": "hypervolume, share of the final one"}, "tickformat": ".0%"},
    }
    return {"data": [*_random_traces(volume), search], "layout": layout}


def caption(volume: HypervolumeHistory) -> str:
    """Explain the hypervolume, and compare the search with random search."""
    if not volume.generations:
        return "No trial was completed, so there is no front to measure."
    explanation = (
        "The hypervolume is the volume of the objective space that the front dominates, up to the "
        "worst point of the first generation. Larger is better."
    )
    return f"{explanation} {_comparison(volume)}"


def _comparison(volume: HypervolumeHistory) -> str:
    if not volume.draws:
        return (
            f"For comparison, `neuroevo report {volume.run} --random-search` adds the hypervolume "
            "of as many random configurations."
        )
    count, final = wording.counted(volume.draws[-1], "random configuration"), volume.drawn[-1]
    if final >= 1:
        needed = volume.draws[int(np.argmax(volume.drawn >= 1))]
        return (
            "The search was not better than random search, which reached the same hypervolume "
            f"after {needed:,} of {count}."
        )
    reached = f"{count} reach {final:.1%} of its hypervolume"
    half = int(np.searchsorted(volume.draws, volume.draws[-1] / 2))
    spread = ""
    if half < len(volume.draws) - 1:
        spread = (
            f" Half as many reach {volume.lower[half]:.1%} to {volume.upper[half]:.1%}, depending "
            "on chance"
        )
        if volume.after(volume.draws[half]) <= volume.upper[half]:
            return (
                f"The search was hardly better than random search: {reached}.{spread}; the search "
                "was within that range after as many trials."
            )
        spread += "."
    passed = int(np.argmax(volume.search >= final))
    times = volume.draws[-1] / volume.trials[passed]
    fewer = f", {wording.factor(times)} times fewer" if times >= NOTABLE else ""
    return (
        f"The search was better than random search: {reached}, which the search reached after "
        f"{volume.trials[passed]:,} trials{fewer}.{spread}"
    )


def _random_traces(volume: HypervolumeHistory) -> list[dict[str, Any]]:
    if not volume.draws:
        return []
    x = [draws / volume.population - 1 + volume.generations[0] for draws in volume.draws]
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": rounded(x),
        "y": rounded(volume.drawn),
        "customdata": list(volume.draws),
        "name": f"random search, {CONFIDENCE:.0%} of its orders shaded",
        "line": {"color": LIGHT["category-2"], "width": 2, "dash": "dash"},
        "hovertemplate": "%{y:.1%} after %{customdata:,d} draws",
    }
    return [*band(x, volume.lower, volume.upper, LIGHT["band-2"]), line]
