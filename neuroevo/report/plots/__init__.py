"""The figures of a run by name: data first, then drawing, with a sentence on what to see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from neuroevo.analysis import population
from neuroevo.analysis.ablation_path import ablation_path
from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.descent import descent
from neuroevo.analysis.divergence import divergence
from neuroevo.analysis.front_history import front_history
from neuroevo.analysis.gene_pairs import gene_pairs
from neuroevo.analysis.gene_slices import gene_slices
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.genome_distances import genome_distances
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.operator_credit import operator_credit
from neuroevo.analysis.replicate_curves import replicate_curves
from neuroevo.analysis.score_distributions import score_distributions
from neuroevo.analysis.worker_times import worker_times
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import (
    ablation,
    champion_network,
    contour,
    distribution,
    diversity,
    generations,
    hypervolume,
    importance,
    layer_shares,
    learning_curves,
    lineage,
    operator_worth,
    parallel_coordinates,
    pareto_front,
    population_shares,
    slices,
    stability,
    worker_timeline,
)

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure that can be made of any run.

    Parameters
    ----------
    title
        Its heading.
    data
        Findings -> what is to be seen, a small immutable object.
    draw
        That object -> a plotly figure as plain dicts; its ``data`` is empty if there is nothing.
    caption
        That object -> a sentence on what to see, or on why there is nothing; where it is empty the
        page passes over the figure.
    controls
        That object -> a sentence on what a reader can do with the figure on a screen, or nothing.
    chapter
        Where the page shows it, one of `CHAPTERS`.
    is_half
        Whether the next one has room beside it.
    least_width
        That object -> pixels below which the page lets it scroll sideways, 0 if it never needs to.
    """

    title: str
    data: "Callable[[Findings], Any]"
    draw: Callable[[Any], Specification]
    caption: Callable[[Any], str]
    chapter: str
    is_half: bool = False
    least_width: Callable[[Any], int] = lambda _: 0
    controls: Callable[[Any], str] = lambda _: ""


def _plot(
    chapter: str,
    title: str,
    data: "Callable[[Findings], Any]",
    module: Any,  # noqa: ANN401 - a module has no better type
    *,
    is_half: bool = False,
) -> Plot:
    plot = Plot(title, data, module.draw, module.caption, chapter, is_half)
    further = ("least_width", "controls")
    return replace(
        plot, **{name: getattr(module, name) for name in further if hasattr(module, name)}
    )


CHAPTERS: Mapping[str, str] = MappingProxyType(
    {
        "result": "What came out",
        "search": "How the search went",
        "mattered": "What mattered",
        "winner": "How the winner came to be",
        "learning": "How it learns",
    }
)
"""The chapters of the page that have figures, in its order."""


FIGURES: Mapping[str, Plot] = MappingProxyType(
    {
        "network": _plot(
            "result", "The champion’s network", champion_network.data, champion_network
        ),
        "pareto_front": _plot("result", "Pareto front", front_history, pareto_front),
        "progress": _plot(
            "search", "Best, median and spread of each generation", generation_spreads, generations
        ),
        "hypervolume": _plot(
            "search", "Hypervolume of the front", hypervolume_history, hypervolume
        ),
        "distribution": _plot(
            "search", "Distribution of each objective", score_distributions, distribution
        ),
        "population_shares": _plot(
            "search",
            "Activations in the population",
            population.activation_shares,
            population_shares,
            is_half=True,
        ),
        "depth_shares": _plot(
            "search",
            "Depths in the population",
            population.depth_shares,
            layer_shares,
            is_half=True,
        ),
        "size_shares": _plot(
            "search", "Sizes in the population", population.size_shares, layer_shares, is_half=True
        ),
        "diversity": _plot(
            "search", "Diversity of the population", genome_distances, diversity, is_half=True
        ),
        "parallel_coordinates": _plot(
            "search",
            "Genes and objectives of every trial",
            coordinates,
            parallel_coordinates,
        ),
        "workers": _plot("search", "Time line of the workers", worker_times, worker_timeline),
        "importance": _plot("mattered", "What matters most", attrgetter("importances"), importance),
        "slices": _plot("mattered", "Gene after gene", gene_slices, slices),
        "contour": _plot("mattered", "Two genes at once", gene_pairs, contour),
        "stability": _plot("mattered", "What diverges", divergence, stability),
        "lineage": _plot("winner", "Ancestors", descent, lineage),
        "ablation": _plot("winner", "Which gene brought what", ablation_path, ablation),
        "operators": _plot(
            "winner", "What each operator is worth", operator_credit, operator_worth
        ),
        "learning_curves": _plot("learning", "Learning curves", replicate_curves, learning_curves),
    }
)
"""The figures by name, chapter after chapter in the page's order."""
