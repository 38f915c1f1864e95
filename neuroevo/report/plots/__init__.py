"""The figures of a run by name: data first, then drawing, with a sentence on what to see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from neuroevo.report.drawing import Specification
from neuroevo.report.plots import (
    depth_shares,
    learning_curves,
    network,
    parallel_coordinates,
    pareto_front,
    population_shares,
    progress,
)

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings


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
        That object -> a sentence on what to see.
    """

    title: str
    data: "Callable[[Findings], Any]"
    draw: Callable[[Any], Specification]
    caption: Callable[[Any], str]


def _plot(title: str, module: Any) -> Plot:  # noqa: ANN401 - a module has no better type
    return Plot(title, module.data, module.draw, module.caption)


FIGURES: Mapping[str, Plot] = MappingProxyType(
    {
        "pareto_front": _plot("Pareto front", pareto_front),
        "network": _plot("The champion’s network", network),
        "learning_curves": _plot("Learning curves", learning_curves),
        "progress": _plot("Best and median of each generation", progress),
        "parallel_coordinates": _plot("Genes and objectives of every trial", parallel_coordinates),
        "population_shares": _plot("Activations in the population", population_shares),
        "depth_shares": _plot("Depths in the population", depth_shares),
    }
)
