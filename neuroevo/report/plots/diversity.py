"""How different the genomes of each generation are from one another.

The distance of two genomes is Gower's (1971): the mean over the genes of distances from 0 to 1.
Two numbers are as far apart as their positions on the gene's scale, as a share of its range; two
options are 0 or 1 apart, or where they are ordered as far as their places in the list. Of layers,
each of as many places as there may be layers counts alike: 1 where one network has a layer there
and the other has none, else the distance of the widths, or the mean of that and the activations'.

The mean over all pairs is exact: sums over sorted values take the place of n² differences.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo.analysis.thinning import thinned
from neuroevo.evaluation import HiddenLayer, layers_of
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    generation_axis,
    nothing,
    rounded,
)
from neuroevo.report.plots.shares import HEIGHT
from neuroevo.report.theme import LIGHT
from neuroevo.space import Choice, Float, Integer, Layers

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial
    from neuroevo.space import Gene, Value


@dataclass(frozen=True, slots=True)
class DiversityData:
    """What the plot of the diversity shows.

    Parameters
    ----------
    generations
        The generations that have two trials or more.
    distances
        For each the mean distance of two of its genomes, from 0 to 1.
    parents
        From how many different trials each descends.
    """

    generations: tuple[int, ...]
    distances: tuple[float, ...]
    parents: tuple[int, ...]


def data(findings: "Findings") -> DiversityData:
    """Measure each generation, on the genes that vary."""
    genes = {name: gene for name, gene in findings.experiment.space.genes.items() if gene.size > 1}
    born = {place: trials for place, trials in findings.by_generation.items() if len(trials) > 1}
    if not genes:
        return DiversityData((), (), ())
    distances = [
        np.mean([mean_distance(gene, _values(name, trials)) for name, gene in genes.items()])
        for trials in born.values()
    ]
    parents = [
        len({each for trial in trials for each in trial.parents}) for trials in born.values()
    ]
    return DiversityData(tuple(born), tuple(map(float, distances)), tuple(parents))


def mean_distance(gene: "Gene", values: Sequence[Any]) -> float:
    """Return the mean distance of two values of a gene, from 0 to 1, over all pairs.

    Parameters
    ----------
    gene
        Says what is far apart.
    values
        Some of its values; of fewer than two the distance is 0.
    """
    if isinstance(gene, Layers):
        every = [layers_of({"hidden": value}) for value in values]
        places = range(gene.count[1])
        return sum(_of_layers(gene, every, place) for place in places) / max(len(places), 1)
    pairs = len(values) * (len(values) - 1) / 2 or 1.0
    if isinstance(gene, Float | Integer):
        positions = [gene.position(value) / (gene.span or 1.0) for value in values]
    elif isinstance(gene, Choice) and gene.ordered:
        positions = [gene.index(value) / max(len(gene.options) - 1, 1) for value in values]
    else:
        return _different_pairs(values) / pairs
    return _sum_of_differences(positions) / pairs


def draw(diversity: DiversityData) -> Specification:
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


def caption(diversity: DiversityData) -> str:
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


def _values(name: str, trials: "Sequence[Trial]") -> list[Any]:
    return [trial.genome[name] for trial in trials if name in trial.genome]


def _of_layers(gene: Layers, every: Sequence[tuple[HiddenLayer, ...]], place: int) -> float:
    """Return the mean distance of two lists of layers at one place, over all pairs."""
    layers = [each[place] for each in every if len(each) > place]
    pairs = len(every) * (len(every) - 1) / 2 or 1.0
    unmatched = len(layers) * (len(every) - len(layers))
    span = gene.width_gene.span or 1.0
    far = _sum_of_differences([gene.width_gene.position(layer.width) / span for layer in layers])
    if gene.activation is not None:
        far = (far + _different_pairs([layer.activation for layer in layers])) / 2
    return (unmatched + far) / pairs


def _different_pairs(values: "Sequence[Value]") -> float:
    """Count the pairs whose values differ."""
    same = sum(count * (count - 1) for count in Counter(values).values())
    return (len(values) * (len(values) - 1) - same) / 2


def _sum_of_differences(positions: Sequence[float]) -> float:
    """Add up the differences of all pairs of numbers."""
    ordered = np.sort(np.asarray(positions, dtype=np.float64))
    return float(((2 * np.arange(len(ordered)) - len(ordered) + 1) * ordered).sum())
