"""Hypervolume of the front after each generation, beside that of random search."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.hypervolume_history import CONFIDENCE, HypervolumeHistory, Sooner
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    band,
    empty_figure,
    generation_axis,
    percent_format,
    rounded,
)
from neuroevo.report.theme import LIGHT

HEIGHT = 360
SAME = 0.01  # share of the hypervolume by which two fronts that count as the same may differ


def draw(volume: HypervolumeHistory) -> Specification:
    """Draw both as lines over the generations, with a band for random search."""
    if not volume.generations:
        return empty_figure("No feasible trial of the search was completed.")
    kept = thinned(len(volume.generations), MOST_GENERATIONS)
    x = [volume.generations[place] for place in kept]
    shares = [*volume.search[kept], *volume.drawn]
    texts = percent_format(shares, more=1)
    search = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": x,
        "y": rounded(volume.search[kept]),
        "customdata": [volume.trials[place] for place in kept],
        "name": "the search",
        "line": {"color": LIGHT["category-1"], "width": 2.5},
        "hovertemplate": f"%{{y:{texts}}} after %{{customdata:,d}} trials",
    }
    layout = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": generation_axis(x[0], x[-1]),
        "yaxis": {
            "title": {"text": "hypervolume, share of the final one"},
            "tickformat": percent_format(shares),
        },
    }
    return {"data": [*_random_traces(volume, texts), search], "layout": layout}


def caption(volume: HypervolumeHistory) -> str:
    """Compare the search with random search, and explain the hypervolume."""
    if not volume.generations:
        return "No feasible trial was completed, so there is no front to measure."
    explanation = (
        "The hypervolume is the volume of the objective space that the front dominates, up to the "
        "worst point of the first generation. Larger is better."
    )
    if not volume.draws:
        return (
            f"{explanation} For comparison, `neuroevo report {volume.run} --random-search` adds "
            "the hypervolume of as many random configurations."
        )
    return f"{verdict(volume)} {explanation}"


def verdict(volume: HypervolumeHistory) -> str:
    """Say whether evolution was better than random search, and by how much.

    Empty without a random search, or without a complete trial.
    """
    if not volume.draws:
        return ""
    count, final = wording.counted(volume.draws[-1], "random configuration"), volume.drawn[-1]
    ends = f"{count} reach {wording.share(float(final), 1)} of the hypervolume of the search"
    if volume.stopped:
        trials = wording.counted(volume.stopped, "trial")
        ends += f", which stopped {trials} early, while all random ones are evaluated to their end"
    found = volume.sooner
    if not final:
        return f"{ends}: none is feasible and better than the worst of the first generation."
    if found is None:
        return f"{ends}; they are too few to say whether that is chance."
    draws = f"{found.draws:,} of them"
    if not found.ratio:
        return f"Evolution was worse than random search: {ends}; it never reaches what {draws} do."
    low, high = wording.factor(found.low), wording.factor(found.high)
    # What another seed of the search would give is not known.
    spread = f"{low} to {high} in {CONFIDENCE:.0%}" if low != high else f"{low} in {CONFIDENCE:.0%}"
    return (
        f"{_judged(found, float(final))}: {ends}; it reaches what {draws} reach "
        f"after {wording.counted(found.trials, 'trial')}, {wording.factor(found.ratio)} times as "
        f"fast ({spread} of the orders of the random configurations; the search is one run)."
    )


def _judged(found: Sooner, final: float) -> str:
    """Judge the search by how soon it is as good, and by what random search reaches at its end."""
    pace = "sooner" if found.low > 1 else "later" if found.high < 1 else "not clearly sooner"
    is_better, is_worse = final < 1 - SAME, final > 1 + SAME
    if is_better and pace == "sooner":
        return "Evolution was better than random search"
    if is_worse and pace == "later":
        return "Evolution was worse than random search"
    if pace == "not clearly sooner" and not is_better:
        return "Evolution was not clearly better than random search"
    front = "the same front as"
    if is_better or is_worse:
        front = f"a {'better' if is_better else 'worse'} front than"
    return f"Evolution found {front} random search, but {pace}"


def _random_traces(volume: HypervolumeHistory, texts: str) -> list[dict[str, Any]]:
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
        "hovertemplate": f"%{{y:{texts}}} after %{{customdata:,d}} draws",
    }
    return [*band(x, volume.lower, volume.upper, LIGHT["band-2"]), line]
