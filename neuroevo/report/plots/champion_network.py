"""The champion's network with its weights, as a plotly figure; the page draws the same as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.leader import leading
from neuroevo.analysis.network_paths import amounts_to
from neuroevo.report.diagram import OUTLINE, SIDE, WIDTH, Diagram, Label, Path, Weight, laid_out
from neuroevo.report.drawing import Specification, nothing
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.findings import Findings
    from neuroevo.learning import Network

STRENGTHS = 5
EXACT = 5e-4
SMALLEST, LARGEST = 1e-2, 1e4  # that are written with four decimals
TOLD = 3  # paths that are written out


@dataclass(frozen=True, slots=True)
class NetworkData:
    """The champion's network, laid out; both are None while there is none.

    Parameters
    ----------
    network
        The best replicate of the champion.
    diagram
        Its drawing.
    headline_rank
        Rank of the network that the report opens with.
    """

    network: "Network | None"
    diagram: Diagram | None
    headline_rank: int = 1


def data(findings: "Findings") -> NetworkData:
    """Lay the champion's best network out, with the task's names of inputs and outputs."""
    network = findings.network(findings.front[0]) if findings.front else None
    if network is None:
        return NetworkData(None, None)
    rank = findings.front.index(leading(findings)) + 1
    return NetworkData(network, laid_out(network), rank)


def draw(drawn: NetworkData) -> Specification:
    """Draw weights as lines in a few thicknesses and units as circles."""
    diagram = drawn.diagram
    if diagram is None:
        return nothing("There is no trained network.")
    layout = {
        "height": int(diagram.height) + 40,
        "showlegend": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {"visible": False, "range": [SIDE / 3, WIDTH - SIDE / 3]},
        "yaxis": {"visible": False, "range": [diagram.height, -diagram.headroom]},
        "annotations": [_heading(label) for label in diagram.activations],
    }
    traces = [*_weights(diagram), *_marked(diagram), _units(diagram)]
    return {"data": traces, "layout": layout}


def caption(drawn: NetworkData) -> str:
    """Say what thickness and colour mean, and what a linear network amounts to."""
    if drawn.network is None or drawn.diagram is None:
        return "There is no trained network to draw."
    architecture = drawn.network.architecture
    weights = sum(values.size for values, _ in drawn.network.layers)
    strongest = drawn.diagram.weights[-1]
    looks = (
        f"{wording.counted(weights, 'weight')}, the thicker the larger, blue where positive and "
        "orange where negative; point at one for its value. "
        f"{'Circles carry the biases.' if architecture.biases else 'It has no biases.'}"
    )
    largest = (
        f"The largest weight, {wording.number(strongest.value)}, leads from "
        f"{strongest.source.name} to {strongest.target.name}."
    )
    sentences = ["This is rank 1, the champion."]
    if drawn.headline_rank != 1:
        other = f"the network of the headline, which is rank {drawn.headline_rank:,}"
        sentences = [f"This is rank 1, the champion, and not {other}."]
    sentences += [looks, largest]
    if drawn.diagram.left_out:
        sentences.append(f"The weakest {drawn.diagram.left_out:,} are left out.")
    if isinstance(architecture.activation, tuple):
        names = wording.listed(architecture.activation)
        sentences.append(f"From left to right its hidden layers are {names}.")
    sentences.append(_paths(drawn.network, drawn.diagram))
    if architecture.activation == architecture.output == "linear":
        sentences.append(_product(drawn.network, drawn.diagram))
    return " ".join(filter(None, sentences))


def _paths(network: "Network", diagram: Diagram) -> str:
    """Return a sentence on the strongest paths, the products of a few written out."""
    same = len(diagram.units[0]) == len(diagram.units[-1])
    ends = "the output of its place" if same else "the output that it reaches most strongly"
    few = sorted(diagram.paths, key=lambda path: -abs(path.product))[:TOLD]
    told = [_written(path) for path in diagram.paths if path in few]
    which = "Outlined is the strongest path from"
    start = f"{which} each input to {ends}"
    if len(diagram.units[0]) > len(diagram.paths):
        start = f"{which} each of {len(diagram.paths)} inputs to {ends}"
    elif len(diagram.paths) == 1:
        start = f"{which} the input to {'the output' if same else ends}"
    bent = network.architecture.activation != "linear"
    aside = " (as far as weights go: activations bend what passes)" if bent else ""
    return f"{start}{aside}: {wording.listed(told)}."


def _written(path: Path) -> str:
    first, last = path.weights[0].source.name, path.weights[-1].target.name
    arrow = f"{wording.TIGHT}→{wording.TIGHT}"
    factors = " × ".join(_four_decimals(weight.value) for weight in path.weights)
    whole = f" = {_four_decimals(path.product)}" if len(path.weights) > 1 else ""
    return f"{wording.shortened(first)}{arrow}{wording.shortened(last)} {factors}{whole}"


def _four_decimals(value: float) -> str:
    if not SMALLEST <= abs(value) < LARGEST:
        return wording.number(value)
    return f"{value:.4f}".rstrip("0").removesuffix(".").replace("-", "−")


def _product(network: "Network", diagram: Diagram) -> str:
    weights, biases = amounts_to(network)
    if weights.size > 9:  # noqa: PLR2004 - more would be no sentence
        return ""
    square = weights.shape[0] == weights.shape[1]
    if (
        square
        and np.allclose(weights, np.eye(len(weights)), atol=EXACT)
        and (np.abs(biases) < EXACT).all()
    ):
        return (
            "Multiplied out, its layers are the identity to three decimals: "
            "every output repeats its input."
        )
    outputs = [unit.name for unit in diagram.units[-1]]
    inputs = [unit.name for unit in diagram.units[0]]
    equations = [
        f"output {name} = {_sum(weights[:, column], inputs, biases[column])}"
        for column, name in enumerate(outputs)
    ]
    return f"Multiplied out, it computes {wording.listed(equations)}."


def _sum(weights: np.ndarray, names: Sequence[str], bias: float) -> str:
    """Return a weighted sum in words, without the terms that three decimals don't show."""
    terms = [
        (value, f"{abs(value):.3f} {name}".rstrip())
        for value, name in zip([*weights, bias], [*names, ""], strict=True)
        if abs(value) >= EXACT
    ]
    written = " ".join(f"{'−' if value < 0 else '+'} {term}" for value, term in terms)
    if written.startswith("− "):
        return f"−{written[2:]}"
    return written.removeprefix("+ ") or "0"


def _heading(label: Label) -> dict[str, Any]:
    return {"text": label.text, "x": label.x, "y": label.y, "showarrow": False}


def _weights(diagram: Diagram) -> list[dict[str, Any]]:
    traces = []
    for strength in range(1, STRENGTHS + 1):
        for sign in ("positive", "negative"):
            group = [
                weight
                for weight in diagram.weights
                if _strength(weight, diagram) == strength
                and (weight.value < 0) == (sign == "negative")
            ]
            if group:
                look = {"color": LIGHT[sign], "width": diagram.thickest * strength / STRENGTHS}
                traces.append(_lines(group) | {"line": look, "opacity": diagram.opacity(group[-1])})
    return traces


def _marked(diagram: Diagram) -> list[dict[str, Any]]:
    """Return the weights of the paths once more, each outlined."""
    traces = []
    for weight in diagram.marked:
        stroke = diagram.stroke(weight)
        sign = LIGHT["negative" if weight.value < 0 else "positive"]
        for colour, width in ((LIGHT["ink"], stroke + 2 * OUTLINE), (sign, stroke)):
            traces.append(_lines([weight]) | {"line": {"color": colour, "width": round(width, 1)}})
    return traces


def _strength(weight: Weight, diagram: Diagram) -> int:
    share = abs(weight.value) / (diagram.strongest or 1.0)
    return max(1, round(share * STRENGTHS))


def _lines(group: list[Weight]) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    text: list[str | None] = []
    for weight in group:
        middle_x = (weight.source.x + weight.target.x) / 2
        middle_y = (weight.source.y + weight.target.y) / 2
        x += [round(place, 1) for place in (weight.source.x, middle_x, weight.target.x)] + [None]
        y += [round(place, 1) for place in (weight.source.y, middle_y, weight.target.y)] + [None]
        told = f"{weight.source.name} → {weight.target.name}: {wording.number(weight.value)}"
        text += [None, wording.plain(told, 80), None, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "text": text,
        "hoverinfo": "text",
    }


def _units(diagram: Diagram) -> dict[str, Any]:
    units = [unit for layer in diagram.units for unit in layer]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(unit.x, 1) for unit in units],
        "y": [round(unit.y, 1) for unit in units],
        "hovertext": [
            wording.plain(
                unit.name
                if unit.bias is None
                else f"{unit.name}: bias {wording.number(unit.bias)}",
                80,
            )
            for unit in units
        ],
        "hoverinfo": "text",
        "marker": {
            "size": [round(2 * unit.radius, 1) for unit in units],
            "color": LIGHT["ground"],
            "opacity": 1,
            "line": {"color": LIGHT["ink"], "width": 1.5},
        },
    }
