"""How the sizes of the networks shared the population: hidden units in classes that double."""

from neuroevo.analysis.population import Shares
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares


def draw(shared: Shares) -> Specification:
    """Draw the shares; the larger, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: Shares) -> str:
    """Say which size took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")
