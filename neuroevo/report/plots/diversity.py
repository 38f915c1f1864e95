"""Mean distance of the genomes of each generation."""

from neuroevo.analysis.genome_distances import GenomeDistances
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    empty_figure,
    generation_axis,
    rounded,
)
from neuroevo.report.plots.shares import HEIGHT
from neuroevo.report.theme import LIGHT

EMPTY = "No generation has two genomes to compare."


def draw(diversity: GenomeDistances) -> Specification:
    """Draw the distance over the generations."""
    if not diversity.generations:
        return empty_figure(EMPTY)
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
    """Explain the distance, and compare the first generation with the last."""
    if not diversity.generations:
        return EMPTY
    explanation = (
        "Mean distance of two configurations: 0 if all genes are equal, 1 if every gene differs as "
        "much as possible."
    )
    first, last = diversity.distances[0], diversity.distances[-1]
    if len(diversity.generations) == 1:
        return f"{explanation} In the only generation it is {first:.2f}."
    parents = ""
    if diversity.parents[-1]:
        parents = f"; the last generation has {diversity.parents[-1]:,} different parents"
    return (
        f"{explanation} It is {first:.2f} in generation {diversity.generations[0]} and {last:.2f} "
        f"in generation {diversity.generations[-1]}{parents}."
    )
