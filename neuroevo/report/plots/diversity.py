"""How different the genomes of each generation are from one another, as a line."""

from neuroevo.analysis.genome_distances import GenomeDistances
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    generation_axis,
    nothing,
    rounded,
)
from neuroevo.report.plots.shares import HEIGHT
from neuroevo.report.theme import LIGHT


def draw(diversity: GenomeDistances) -> Specification:
    """Draw the distance over the generations."""
    if not diversity.generations:
        return nothing("There are no two genomes to compare.")
    kept = thinned(len(diversity.generations), MOST_GENERATIONS)
    x = [diversity.generations[place] for place in kept]
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": x,
        "y": rounded(diversity.distances[place] for place in kept),
        "customdata": [diversity.parents[place] for place in kept],
        "line": {"color": LIGHT["category-1"], "width": 2.5},
        "hovertemplate": "%{y:.2f}, from %{customdata:,d} parents<extra></extra>",
        "showlegend": False,
    }
    layout = {
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": generation_axis(x[0], x[-1]),
        "yaxis": {"title": {"text": "mean distance of two genomes"}, "rangemode": "tozero"},
    }
    return {"data": [line], "layout": layout}


def caption(diversity: GenomeDistances) -> str:
    """Say what a distance is, and how much of the first one is left."""
    if not diversity.generations:
        return "There are no two genomes to compare."
    what = (
        "No genome is trained twice, yet they may be alike: 0 is the same genome, 1 the opposite "
        "in every gene."
    )
    first, last = diversity.distances[0], diversity.distances[-1]
    if len(diversity.generations) == 1:
        return f"{what} In the only generation two genomes are {first:.2f} apart."
    descent = ""
    if diversity.parents[-1]:
        descent = f"; the last generation descends from {diversity.parents[-1]:,} trials"
    return (
        f"{what} Two genomes of generation {diversity.generations[0]} are {first:.2f} apart, of "
        f"generation {diversity.generations[-1]} {last:.2f}{descent}."
    )
