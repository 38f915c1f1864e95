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

from neuroevo.evaluation import HiddenLayer, layers_of
from neuroevo.space import Choice, Float, Integer, Layers

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.runs import Trial
    from neuroevo.space import Gene, Value


@dataclass(frozen=True, slots=True)
class GenomeDistances:
    """How far apart the genomes of each generation are.

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


def genome_distances(findings: "Findings") -> GenomeDistances:
    """Measure each generation, on the genes that vary."""
    genes = {name: gene for name, gene in findings.experiment.space.genes.items() if gene.size > 1}
    born = {place: trials for place, trials in findings.by_generation.items() if len(trials) > 1}
    if not genes:
        return GenomeDistances((), (), ())
    distances = [
        np.mean([mean_distance(gene, _values(name, trials)) for name, gene in genes.items()])
        for trials in born.values()
    ]
    parents = [
        len({each for trial in trials for each in trial.parents}) for trials in born.values()
    ]
    return GenomeDistances(tuple(born), tuple(map(float, distances)), tuple(parents))


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
