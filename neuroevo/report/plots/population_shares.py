"""How the activations shared the population over the generations."""

from typing import TYPE_CHECKING

from neuroevo.learning import ACTIVATIONS
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares
from neuroevo.report.theme import CATEGORIES

if TYPE_CHECKING:
    from neuroevo.report.findings import Findings


def data(findings: "Findings") -> shares.SharesData:
    """Count the activations of each generation's trials."""
    trials = [trial for trial in findings.searched if "activation" in trial.genome]
    values = [str(trial.genome["activation"]) for trial in trials]
    return shares.count("activation", trials, values, ACTIVATIONS)


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; an activation has the same colour in every run."""
    known: dict[str, str] = {name: CATEGORIES[index % 8] for index, name in enumerate(ACTIVATIONS)}
    return shares.draw(shared, {value: known.get(value, CATEGORIES[-1]) for value in shared.shares})


def caption(shared: shares.SharesData) -> str:
    """Say which activation took over."""
    if not shared.shares:
        return "The search space holds no activation."
    return shares.caption(shared, "{} networks")
