"""How the numbers of hidden layers shared the population over the generations."""

from typing import TYPE_CHECKING

from neuroevo.report import wording
from neuroevo.report.drawing import Specification
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
    names = {depth: _name(depth) for depth in sorted({depth for _, depth in pairs})}
    values = [names[depth] for _, depth in pairs]
    return shares.count("depth", [trial for trial, _ in pairs], values, list(names.values()))


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; the deeper, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: shares.SharesData) -> str:
    """Say which depth took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")


def _name(depth: int) -> str:
    return wording.counted(depth, "hidden layer") if depth else "no hidden layer"
