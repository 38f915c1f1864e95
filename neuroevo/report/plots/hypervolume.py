"""Hypervolume of the front after each generation, beside that of a random search of equal size."""

from typing import Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.hypervolume_history import CONFIDENCE, HypervolumeHistory
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    band,
    generation_axis,
    nothing,
    rounded,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 360
WORTH_A_WORD = 1.5  # times fewer


def draw(volume: HypervolumeHistory) -> Specification:
    """Draw both as lines over the generations, the band behind the random search."""
    if not volume.generations:
        return nothing("No trial of the search was completed.")
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
        "yaxis": {"title": {"text": "hypervolume, search’s end = 100%"}, "tickformat": ".0%"},
    }
    return {"data": [*_random_traces(volume), search], "layout": layout}


def caption(volume: HypervolumeHistory) -> str:
    """Say what the volume is, and whether evolution was worth it."""
    if not volume.generations:
        return "No trial was completed, so there is no front to measure."
    what = (
        "How much of the space of the objectives the front has conquered: the volume of what is "
        "worse than the front and better than the worst of the first generation."
    )
    return f"{what} {_worth(volume)}"


def _worth(volume: HypervolumeHistory) -> str:
    if not volume.draws:
        return (
            f"Was evolution worth it? `neuroevo report {volume.run} --random-search` trains as "
            "many random configurations and draws them beside it."
        )
    trials, ending = wording.counted(volume.draws[-1], "random configuration"), volume.drawn[-1]
    if ending >= 1:
        needed = volume.draws[int(np.argmax(volume.drawn >= 1))]
        return (
            f"Was evolution worth it? Not here: random search was as good after {needed:,} of "
            f"{trials}."
        )
    told = f"{trials} come to {ending:.1%} of its volume"
    half = int(np.searchsorted(volume.draws, volume.draws[-1] / 2))
    luck = ""
    if half < len(volume.draws) - 1:
        luck = f" Half as many come, depending on luck, to {volume.lower[half]:.1%}"
        luck += f" to {volume.upper[half]:.1%}"
        if volume.after(volume.draws[half]) <= volume.upper[half]:
            return (
                f"Was evolution worth it? Hardly: {told}.{luck}, and after as many trials "
                "evolution had no more."
            )
        luck += "."
    passed = int(np.argmax(volume.search >= ending))
    times = volume.draws[-1] / volume.trials[passed]
    fewer = f", {wording.factor(times)} times fewer" if times >= WORTH_A_WORD else ""
    return (
        f"Was evolution worth it? Yes: {told}, which evolution had after "
        f"{volume.trials[passed]:,} trials{fewer}.{luck}"
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
