"""The figures of a run by name, each with its data, drawing and caption."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from neuroevo.analysis import population
from neuroevo.analysis.ablation_path import ablation_path
from neuroevo.analysis.believed_effects import believed_effects
from neuroevo.analysis.class_calibration import class_calibration
from neuroevo.analysis.class_confusion import class_confusion
from neuroevo.analysis.column_importance import column_importances
from neuroevo.analysis.coordinates import coordinates
from neuroevo.analysis.descent import descent
from neuroevo.analysis.divergence import divergence
from neuroevo.analysis.front_history import front_history
from neuroevo.analysis.gene_pairs import gene_pairs
from neuroevo.analysis.gene_ranks import gene_ranks
from neuroevo.analysis.gene_slices import gene_slices
from neuroevo.analysis.generation_spreads import generation_spreads
from neuroevo.analysis.genome_distances import genome_distances
from neuroevo.analysis.hypervolume_history import hypervolume_history
from neuroevo.analysis.operator_credit import operator_credit, round_credit
from neuroevo.analysis.predicted_values import predicted_values
from neuroevo.analysis.replicate_curves import class_curves, replicate_curves
from neuroevo.analysis.score_distributions import score_distributions
from neuroevo.analysis.screening_quality import screening_quality
from neuroevo.analysis.trial_curves import trial_curves as curves_of_trials
from neuroevo.analysis.worker_times import worker_times
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import (
    ablation,
    calibration,
    champion_network,
    class_measures,
    column_importance,
    confusion,
    contour,
    distribution,
    diversity,
    gene_effects,
    generations,
    hypervolume,
    importance,
    learning_curves,
    lineage,
    operators,
    parallel_coordinates,
    pareto_front,
    predicted,
    rank,
    residuals,
    screening,
    shares,
    slices,
    stability,
    trial_curves,
    worker_timeline,
)

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure of any run.

    Parameters
    ----------
    title
        Heading of the figure.
    data
        Function from findings to the data of the figure, a small immutable object.
    draw
        Function from the data to a plotly figure as plain dicts; without data its ``data`` is
        empty.
    caption
        Function from the data to sentences on the figure, or on why it is empty. Pages leave a
        figure out if the caption is empty.
    chapter
        Chapter of the report, one of `CHAPTERS`.
    is_half
        Whether the next figure has room beside it.
    least_width
        Function from the data to the width in pixels below which pages let the figure scroll
        sideways, 0 for never.
    controls
        Function from the data to a sentence on the controls that the figure has on a screen.
    of_networks
        Whether only runs that train networks have it.
    """

    title: str
    data: "Callable[[Findings], Any]"
    draw: Callable[[Any], Specification]
    caption: Callable[[Any], str]
    chapter: str
    is_half: bool
    least_width: Callable[[Any], int]
    controls: Callable[[Any], str]
    of_networks: bool = False


def _plot(
    chapter: str,
    title: str,
    data: "Callable[[Findings], Any]",
    module: Any,  # noqa: ANN401 - a module has no better type
    *,
    is_half: bool = False,
) -> Plot:
    return Plot(
        title,
        data,
        module.draw,
        module.caption,
        chapter,
        is_half,
        getattr(module, "least_width", lambda _: 0),
        getattr(module, "controls", lambda _: ""),
    )


def _of_networks(plot: Plot) -> Plot:
    return replace(plot, of_networks=True)


CHAPTERS: Mapping[str, str] = MappingProxyType(
    {
        "result": "Results",
        "search": "Search",
        "genes": "Effects of the genes",
        "champion": "Origin of the champion",
        "learning": "Learning",
    }
)
"""The chapters of the page that have figures, in their order."""


FIGURES: Mapping[str, Plot] = MappingProxyType(
    {
        "confusion": _of_networks(
            _plot("result", "Confusion of classes", class_confusion, confusion, is_half=True)
        ),
        "calibration": _of_networks(
            _plot("result", "Calibration", class_calibration, calibration, is_half=True)
        ),
        "predicted": _of_networks(
            _plot("result", "Predicted and true values", predicted_values, predicted, is_half=True)
        ),
        "residuals": _of_networks(
            _plot("result", "Errors of the predictions", predicted_values, residuals, is_half=True)
        ),
        "column_importance": _of_networks(
            _plot("result", "Importance of each column", column_importances, column_importance)
        ),
        "network": _of_networks(
            _plot("result", "The champion’s network", champion_network.data, champion_network)
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
        "population_shares": _of_networks(
            _plot(
                "search",
                "Activations in the population",
                population.activation_shares,
                shares,
                is_half=True,
            )
        ),
        "depth_shares": _of_networks(
            _plot(
                "search",
                "Numbers of hidden layers in the population",
                population.depth_shares,
                shares,
                is_half=True,
            )
        ),
        "size_shares": _of_networks(
            _plot(
                "search",
                "Numbers of hidden units in the population",
                population.size_shares,
                shares,
                is_half=True,
            )
        ),
        "diversity": _plot(
            "search", "Diversity of the population", genome_distances, diversity, is_half=True
        ),
        "parallel_coordinates": _plot(
            "search", "Genes and objectives of every trial", coordinates, parallel_coordinates
        ),
        "screening": _plot(
            "search", "What a model expected of trials", screening_quality, screening
        ),
        "workers": _plot("search", "Timeline of the workers", worker_times, worker_timeline),
        "importance": _plot(
            "genes", "Importance of each gene", attrgetter("importances"), importance
        ),
        "slices": _plot("genes", "Objectives over each gene", gene_slices, slices),
        "gene_effects": _plot(
            "genes", "What a model believes of each gene", believed_effects, gene_effects
        ),
        "contour": _plot("genes", "Objectives over pairs of genes", gene_pairs, contour),
        "rank": _plot("genes", "Ranks over pairs of genes", gene_ranks, rank),
        "stability": _of_networks(_plot("genes", "Diverged replicates", divergence, stability)),
        "lineage": _plot("champion", "Ancestors", descent, lineage),
        "ablation": _of_networks(
            _plot("champion", "Ablation: effect of each gene", ablation_path, ablation)
        ),
        "operators": _plot("champion", "Success of each operator", operator_credit, operators),
        "rounds": _plot("champion", "Success of each round of screening", round_credit, operators),
        "learning_curves": _of_networks(
            _plot("learning", "Learning curves", replicate_curves, learning_curves)
        ),
        "trial_curves": _of_networks(
            _plot("learning", "Learning curves of any trials", curves_of_trials, trial_curves)
        ),
        "class_measures": _of_networks(
            _plot("learning", "Class measures during training", class_curves, class_measures)
        ),
    }
)
"""The figures by name, in the order of the page."""


def figures_of(experiment: "Experiment") -> tuple[str, ...]:
    """Return the names of the figures that runs of an experiment have, in the order of the page."""
    return tuple(
        name for name, plot in FIGURES.items() if experiment.trains_networks or not plot.of_networks
    )
