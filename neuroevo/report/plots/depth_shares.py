"""How the numbers of hidden layers shared the population over the generations."""

from neuroevo.analysis.population import Shares
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares


def draw(shared: Shares) -> Specification:
    """Draw the shares; the deeper, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: Shares) -> str:
    """Say which depth took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")
