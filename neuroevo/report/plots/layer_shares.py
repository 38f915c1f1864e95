"""How depths or sizes of the networks shared the population over the generations."""

from typing import TYPE_CHECKING

from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares

if TYPE_CHECKING:
    from neuroevo.analysis.population import Shares


def draw(shared: "Shares") -> Specification:
    """Draw the shares; the deeper or larger, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: "Shares") -> str:
    """Say which depth or size took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")
