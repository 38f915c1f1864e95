"""The figures of a comparison by name; each is drawn from its tables and has a caption."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroevo.analysis.comparison import Comparison
from neuroevo.report.comparison.figures import distribution, fronts, history, hypervolume, spread
from neuroevo.report.drawing import NamedPlot

COMPARISON_FIGURES: Mapping[str, NamedPlot[Comparison]] = MappingProxyType(
    {
        "fronts": NamedPlot("Pareto fronts", fronts.draw, fronts.caption),
        "spread": NamedPlot("Runs of each setting", spread.draw, spread.caption),
        "history": NamedPlot("Best so far over trials", history.draw, history.caption),
        "history_over_time": NamedPlot(
            "Best so far over time", history.draw_over_time, history.caption_over_time
        ),
        "hypervolume": NamedPlot("Hypervolume over trials", hypervolume.draw, hypervolume.caption),
        "distribution": NamedPlot(
            "Distribution of all trials", distribution.draw, distribution.caption
        ),
    }
)
