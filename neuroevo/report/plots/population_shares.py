"""How the activations shared the population over the generations.

Where each hidden layer has an activation of its own, it is the layers that they share.
"""

from typing import TYPE_CHECKING

from neuroevo.analysis.features import have_own_activations
from neuroevo.evaluation import layers_of
from neuroevo.learning import ACTIVATIONS
from neuroevo.report.drawing import Specification
from neuroevo.report.plots import shares
from neuroevo.report.theme import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neuroevo.analysis.findings import Findings
    from neuroevo.space import Value


def data(findings: "Findings") -> shares.SharesData:
    """Count the activations of each generation's trials, or of their hidden layers."""
    pairs = [(trial, name) for trial in findings.searched for name in _names(trial.genome)]
    trials, values = [trial for trial, _ in pairs], [name for _, name in pairs]
    counted = "hidden layers" if have_own_activations(trials) else "trials"
    return shares.count("activation", trials, values, ACTIVATIONS, counted=counted)


def draw(shared: shares.SharesData) -> Specification:
    """Draw the shares; an activation has the same colour in every run."""
    known: dict[str, str] = {name: CATEGORIES[index % 8] for index, name in enumerate(ACTIVATIONS)}
    return shares.draw(shared, {value: known.get(value, CATEGORIES[-1]) for value in shared.shares})


def caption(shared: shares.SharesData) -> str:
    """Say which activation took over."""
    if not shared.shares:
        return "The search space holds no activation."
    noun = "networks" if shared.counted == "trials" else "layers"
    return shares.caption(shared, f"{{}} {noun}")


def _names(genome: "Mapping[str, Value]") -> tuple[str, ...]:
    if "activation" in genome:
        return (str(genome["activation"]),)
    return tuple(layer.activation for layer in layers_of(genome))
