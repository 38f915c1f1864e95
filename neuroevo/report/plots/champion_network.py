"""The champion's network with its weights: the page's SVG drawing, also as a plotly figure."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.network_paths import amounts_to
from neuroevo.report.diagram import WIDTH, Diagram, Path, diagram_of, standalone, svg
from neuroevo.report.drawing import Specification, empty_figure

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.learning import Network

EXACT = 5e-4
SMALLEST, LARGEST = 1e-2, 1e4  # values written with four decimals
MOST_PRODUCTS = 3  # paths that the caption writes out
MOST_ENTRIES = 9  # of a matrix that the caption writes out


@dataclass(frozen=True, slots=True)
class NetworkData:
    """A trained network.

    Parameters
    ----------
    network
        The best replicate of the champion.
    diagram
        Its drawing.
    """

    network: "Network"
    diagram: Diagram


def data(findings: "Findings") -> NetworkData | None:
    """Lay the best replicate of the champion out; None if no weights were kept."""
    network = findings.network(findings.front[0]) if findings.front else None
    if network is None:
        return None
    return NetworkData(network, diagram_of(network))


def draw(champion: NetworkData | None) -> Specification:
    """Show the SVG drawing as an image, with invisible points for the hover texts."""
    if champion is None:
        return empty_figure("There is no trained network.")
    diagram = champion.diagram
    height = diagram.height + diagram.headroom
    drawing = standalone(svg(diagram, "A trained network"))
    units = [(unit.x, unit.y, unit.label) for layer in diagram.units for unit in layer]
    weights = [
        ((each.source.x + each.target.x) / 2, (each.source.y + each.target.y) / 2, each.label)
        for each in diagram.weights
    ]
    x, y, texts = zip(*weights, *units, strict=True)
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [round(place, 1) for place in x],
        "y": [round(place, 1) for place in y],
        "hovertext": [wording.plain(text, 80) for text in texts],
        "hoverinfo": "text",
        "marker": {"opacity": 0},
    }
    image = {
        "source": f"data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}",
        "xref": "x",
        "yref": "y",
        "x": 0,
        "y": -diagram.headroom,
        "sizex": WIDTH,
        "sizey": height,
        "layer": "below",
    }
    axis: dict[str, Any] = {"visible": False, "constrain": "domain"}
    layout = {
        "height": int(height) + 40,
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": axis | {"range": [0, WIDTH]},
        "yaxis": axis | {"range": [diagram.height, -diagram.headroom], "scaleanchor": "x"},
        "images": [image],
    }
    return {"data": [points], "layout": layout}


def caption(champion: NetworkData | None) -> str:
    """Explain thickness and colour, and write out the map of a linear network."""
    if champion is None:
        return "There is no trained network to draw."
    network, diagram = champion.network, champion.diagram
    architecture = network.architecture
    count = wording.counted(sum(values.size for values, _ in network.layers), "weight")
    largest = diagram.weights[-1]
    sentences = ["This is the champion."]
    ends = f"{largest.source.name} to {largest.target.name}"
    sentences += [
        f"{count}: thicker lines are larger, blue is positive and orange negative.",
        "Point at a line for its value.",
        "Circles show the biases." if architecture.biases else "It has no biases.",
        f"The largest weight, {wording.number(largest.value)}, connects {ends}.",
    ]
    if diagram.left_out:
        sentences.append(f"The weakest {diagram.left_out:,} are not drawn.")
    if isinstance(architecture.activation, tuple):
        names = wording.listed(architecture.activation)
        sentences.append(f"From left to right, its hidden layers are {names}.")
    sentences.append(_paths(network, diagram))
    if architecture.activation == architecture.output == "linear":
        sentences.append(_product(network, diagram))
    return " ".join(filter(None, sentences))


def _paths(network: "Network", diagram: Diagram) -> str:
    """Return a sentence on the strongest paths, with the products of the strongest few."""
    inputs, outputs = len(diagram.units[0]), len(diagram.units[-1])
    origin = "each input"
    if inputs > len(diagram.paths):
        origin = f"each of {len(diagram.paths)} inputs"
    elif inputs == 1:
        origin = "the input"
    end = "the output with the largest product"
    if inputs == outputs:
        end = "the output" if outputs == 1 else "the output of the same position"
    few = sorted(diagram.paths, key=lambda path: -abs(path.product))[:MOST_PRODUCTS]
    products = wording.listed([_path(path) for path in diagram.paths if path in few])
    is_linear = network.architecture.activation == "linear"
    aside = "" if is_linear else " (weights only, without the activations)"
    return f"The strongest path from {origin} to {end} is outlined{aside}: {products}."


def _path(path: Path) -> str:
    first, last = path.weights[0].source.name, path.weights[-1].target.name
    arrow = f"{wording.TIGHT}→{wording.TIGHT}"
    factors = " × ".join(_four_decimals(weight.value) for weight in path.weights)
    product = f" = {_four_decimals(path.product)}" if len(path.weights) > 1 else ""
    return f"{wording.shortened(first)}{arrow}{wording.shortened(last)} {factors}{product}"


def _four_decimals(value: float) -> str:
    if not SMALLEST <= abs(value) < LARGEST:
        return wording.number(value)
    return f"{value:.4f}".rstrip("0").removesuffix(".").replace("-", "−")


def _product(network: "Network", diagram: Diagram) -> str:
    """Return a sentence on the product of the layers of a linear network."""
    weights, biases = amounts_to(network)
    if weights.size > MOST_ENTRIES:
        return ""
    if (
        weights.shape[0] == weights.shape[1]
        and np.allclose(weights, np.eye(len(weights)), atol=EXACT)
        and (np.abs(biases) < EXACT).all()
    ):
        return (
            "Multiplied, its layers are the identity to three decimals: each output is equal to "
            "its input."
        )
    inputs = [unit.name for unit in diagram.units[0]]
    equations = [
        f"output {unit.name} = {_sum(weights[:, column], inputs, biases[column])}"
        for column, unit in enumerate(diagram.units[-1])
    ]
    return f"Multiplied, its layers compute {wording.listed(equations)}."


def _sum(weights: np.ndarray, names: Sequence[str], bias: float) -> str:
    """Return a weighted sum as text, without terms that are 0 to three decimals."""
    terms = [
        (value, f"{abs(value):.3f} {name}".rstrip())
        for value, name in zip([*weights, bias], [*names, ""], strict=True)
        if abs(value) >= EXACT
    ]
    text = " ".join(f"{'−' if value < 0 else '+'} {term}" for value, term in terms)
    return f"−{text[2:]}" if text.startswith("− ") else text.removeprefix("+ ") or "0"
