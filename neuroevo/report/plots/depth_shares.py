"""How the numbers of hidden layers shared the population over the generations."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings


def data(findings: "Findings") -> shares.SharesData:
    """Count the depths of each generation's trials."""
    return shares.count_layers(findings, "depth", len, wording.hidden_layers)


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; the deeper, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: shares.SharesData) -> str:
    """Say which depth took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")
