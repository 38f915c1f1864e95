"""The figures of a comparison by name; each is drawn from its tables and has a caption."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from neuroevo.analysis.comparison import Comparison
from neuroevo.report.comparison.figures import distribution, fronts, history, hypervolume, spread
from neuroevo.report.drawing import Specification


@dataclass(frozen=True, slots=True)
class ComparisonPlot:
    """A figure that can be made of any comparison.

    Parameters
    ----------
    title
        Its heading.
    draw
        Comparison -> a plotly figure as plain dicts; its ``data`` is empty if there is nothing.
    caption
        Comparison -> sentences that explain the figure.
    """

    title: str
    draw: Callable[[Comparison], Specification]
    caption: Callable[[Comparison], str]


COMPARISON_FIGURES: Mapping[str, ComparisonPlot] = MappingProxyType(
    {
        "fronts": ComparisonPlot("Pareto fronts", fronts.draw, fronts.caption),
        "spread": ComparisonPlot("Runs of each setting", spread.draw, spread.caption),
        "history": ComparisonPlot("Best so far over trials", history.draw, history.caption),
        "history_over_time": ComparisonPlot(
            "Best so far over time", history.draw_over_time, history.caption_over_time
        ),
        "hypervolume": ComparisonPlot(
            "Hypervolume over trials", hypervolume.draw, hypervolume.caption
        ),
        "distribution": ComparisonPlot(
            "Distribution of all trials", distribution.draw, distribution.caption
        ),
    }
)
