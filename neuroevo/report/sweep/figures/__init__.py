"""The figures of a sweep by name; each is drawn from its results and has a caption."""

from collections.abc import Mapping
from types import MappingProxyType

from neuroevo.analysis.sweep_results import SweepResults
from neuroevo.report.drawing import NamedPlot
from neuroevo.report.sweep.figures import dots, heat_map, lines

SWEEP_FIGURES: Mapping[str, NamedPlot[SweepResults]] = MappingProxyType(
    {
        "lines": NamedPlot("Objectives over settings", lines.draw, lines.caption),
        "heat_map": NamedPlot("Medians of two settings", heat_map.draw, heat_map.caption),
        "settings": NamedPlot("All settings", dots.draw, dots.caption),
    }
)
