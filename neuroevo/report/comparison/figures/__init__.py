"""The figures of a comparison by name; each is drawn from its tables, with a sentence on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from neuroevo.analysis.comparison import Comparison
from neuroevo.report.comparison.figures import (
    front_volumes,
    fronts,
    history,
    history_over_time,
    spread,
    trial_distributions,
)
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
        Comparison -> sentences on what to see.
    """

    title: str
    draw: Callable[[Comparison], Specification]
    caption: Callable[[Comparison], str]


def _plot(title: str, module: Any) -> ComparisonPlot:  # noqa: ANN401 - a module has no better type
    return ComparisonPlot(title, module.draw, module.caption)


COMPARISON_FIGURES: Mapping[str, ComparisonPlot] = MappingProxyType(
    {
        "fronts": _plot("Pareto fronts", fronts),
        "spread": _plot("Settings, seed by seed", spread),
        "history": _plot("Best so far, trial by trial", history),
        "history_over_time": _plot("Best so far, second by second", history_over_time),
        "hypervolume": _plot("Hypervolume, trial by trial", front_volumes),
        "distribution": _plot("All trials by what they reach", trial_distributions),
    }
)
