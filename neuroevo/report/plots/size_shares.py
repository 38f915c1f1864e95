"""How the sizes of the networks shared the population: hidden units in classes that double."""

from typing import TYPE_CHECKING

from neuroevo import wording
from neuroevo.analysis.features import units
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.evaluation import HiddenLayer


def data(findings: "Findings") -> shares.SharesData:
    """Count the hidden units of each generation's trials."""
    return shares.count_layers(findings, "size", _length, _name)


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; the larger, the stronger the colour."""
    return shares.draw(shared, shares.ramp(shared))


def caption(shared: shares.SharesData) -> str:
    """Say which size took over."""
    if not shared.shares:
        return "The search space holds no hidden layers."
    return shares.caption(shared, "networks with {}")


def _length(layers: "tuple[HiddenLayer, ...]") -> int:
    """Return the length of the binary number of hidden units, which stands for a class of sizes."""
    return units(layers).bit_length()


def _name(length: int) -> str:
    """Return the sizes whose binary numbers have a length, in words."""
    least, most = 1 << length >> 1, (1 << length) - 1
    if least >= most:
        return wording.counted(most, "hidden unit") if most else "no hidden unit"
    return f"{least} to {most} hidden units"
