"""How the sizes of the networks shared the population: hidden units in classes that double."""

from typing import TYPE_CHECKING

from neuroevo.report import wording
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings


def data(findings: "Findings") -> shares.SharesData:
    """Count the hidden units of each generation's trials."""
    pairs = [
        (trial, sum(wording.widths(hidden)).bit_length())
        for trial in findings.searched
        if isinstance(hidden := trial.genome.get("hidden"), tuple)
    ]
    names = {size: _name(size) for size in sorted({size for _, size in pairs})}
    values = [names[size] for _, size in pairs]
    return shares.count("size", [trial for trial, _ in pairs], values, list(names.values()))


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; the larger, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: shares.SharesData) -> str:
    """Say which size took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")


def _name(length: int) -> str:
    """Return the sizes whose binary numbers have a length, in words."""
    least, most = 1 << length >> 1, (1 << length) - 1
    if least >= most:
        return wording.counted(most, "hidden unit") if most else "no hidden unit"
    return f"{least} to {most} hidden units"
