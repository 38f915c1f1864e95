"""How the activations shared the population over the generations.

Where each hidden layer has an activation of its own, it is the layers that they share.
"""

from neuroevo.analysis.population import Shares
from neuroevo.learning import ACTIVATIONS
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares
from neuroevo.report.theme import CATEGORIES


def draw(shared: Shares) -> Specification:
    """Draw the shares; an activation has the same colour in every run."""
    known: dict[str, str] = {name: CATEGORIES[index % 8] for index, name in enumerate(ACTIVATIONS)}
    return shares.draw(shared, {value: known.get(value, CATEGORIES[-1]) for value in shared.shares})


def caption(shared: Shares) -> str:
    """Say which activation took over."""
    if not shared.shares:
        return "The search space holds no activation."
    noun = "networks" if shared.counted == "trials" else "layers"
    return shares.caption(shared, f"{{}} {noun}")
