"""How the numbers of hidden layers shared the population over the generations."""

from typing import TYPE_CHECKING

from neuroevo.report import wording
from neuroevo.report.drawing import Specification, ramp_colour
from neuroevo.report.plots import shares

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings


def data(findings: "Findings") -> shares.SharesData:
    """Count the depths of each generation's trials."""
    pairs = [
        (trial, len(hidden))
        for trial in findings.searched
        if isinstance(hidden := trial.genome.get("hidden"), tuple)
    ]
    order = [_name(depth) for depth in sorted({depth for _, depth in pairs})]
    values = [_name(depth) for _, depth in pairs]
    return shares.count("depth", [trial for trial, _ in pairs], values, order)


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; the deeper, the stronger the colour."""
    last = max(len(shared.shares) - 1, 1)
    colours = {value: ramp_colour(index / last) for index, value in enumerate(shared.shares)}
    return shares.draw(shared, colours)


def caption(shared: shares.SharesData) -> str:
    """Say which depth took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")


def _name(depth: int) -> str:
    return wording.counted(depth, "hidden layer") if depth else "no hidden layer"
