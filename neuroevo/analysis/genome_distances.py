"""The mean distance of two genomes of a generation.

The distance is Gower's (1971): the mean over the genes of distances from 0 to 1. For numbers that
is the difference on the gene's scale divided by its range; for options 0 or 1 or, if they are
ordered, the difference of their indices. Layers are compared index by index: 1 if only one network
has that layer, else the distance of the widths, or its mean with that of the activations.
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
    """The mean distance of two genomes, for each generation that has at least two trials."""

    generations: tuple[int, ...]
    distances: tuple[float, ...]  # from 0 to 1
    parents: tuple[int, ...]  # number of different parents of the trials


def genome_distances(findings: "Findings") -> GenomeDistances:
    """Compute the mean distance of each generation over the genes that vary."""
    genes = {name: gene for name, gene in findings.experiment.space.genes.items() if gene.size > 1}
    if not genes:
        return GenomeDistances((), (), ())
    groups = {place: trials for place, trials in findings.by_generation.items() if len(trials) > 1}
    distances = [
        float(np.mean([mean_distance(gene, _values(name, each)) for name, gene in genes.items()]))
        for each in groups.values()
    ]
    parents = [
        len({parent for trial in each for parent in trial.parents}) for each in groups.values()
    ]
    return GenomeDistances(tuple(groups), tuple(distances), tuple(parents))


def mean_distance(gene: "Gene", values: Sequence[Any]) -> float:
    """Return the mean distance of two values over all pairs, from 0 to 1; 0 without a pair.

    Parameters
    ----------
    gene
        The gene.
    values
        Some of its values.
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
    """Return the mean distance of the layers at one index, over all pairs."""
    layers = [each[place] for each in every if len(each) > place]
    pairs = len(every) * (len(every) - 1) / 2 or 1.0
    unmatched = len(layers) * (len(every) - len(layers))
    span = gene.width_gene.span or 1.0
    far = _sum_of_differences([gene.width_gene.position(layer.width) / span for layer in layers])
    if gene.activation is not None:
        far = (far + _different_pairs([layer.activation for layer in layers])) / 2
    return (unmatched + far) / pairs


def _different_pairs(values: "Sequence[Value]") -> float:
    same = sum(count * (count - 1) for count in Counter(values).values())
    return (len(values) * (len(values) - 1) - same) / 2


def _sum_of_differences(positions: Sequence[float]) -> float:
    """Return the sum of the differences of all pairs, in n log n steps."""
    ordered = np.sort(np.asarray(positions, dtype=np.float64))
    return float(((2 * np.arange(len(ordered)) - len(ordered) + 1) * ordered).sum())
