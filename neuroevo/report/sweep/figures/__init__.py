"""The figures of a sweep by name; each is drawn from its results and has a caption."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.report.drawing import Specification
from neuroevo.report.sweep.figures import dots, heat_map, lines


@dataclass(frozen=True, slots=True)
class SweepPlot:
    """A figure that can be made of any sweep.

    Parameters
    ----------
    title
        Its heading.
    draw
        Results -> a plotly figure as plain dicts; its ``data`` is empty if there is nothing.
    caption
        Results -> sentences that explain the figure.
    """

    title: str
    draw: Callable[[SweepResults], Specification]
    caption: Callable[[SweepResults], str]


SWEEP_FIGURES: Mapping[str, SweepPlot] = MappingProxyType(
    {
        "lines": SweepPlot("Objectives over settings", lines.draw, lines.caption),
        "heat_map": SweepPlot("Medians of two settings", heat_map.draw, heat_map.caption),
        "settings": SweepPlot("All settings", dots.draw, dots.caption),
    }
)
