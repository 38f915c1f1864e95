"""Drawing of a network as SVG: places of units and weights, and their elements.

It knows networks, not runs. Colours come from CSS, so the drawing follows the theme of its page.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.network_paths import strongest_path
from neuroevo.report import theme
from neuroevo.report.document import asset

if TYPE_CHECKING:
    from neuroevo.learning import Network

WIDTH = 800.0
SIDE = 120.0  # room for the names of inputs and outputs, at least
PHONE_TEXT = 26.0  # font size of names on a phone, in network.css
LONGEST_NAME = 12  # characters that are shown
NAME_GAP = 30.0  # between the middle of a unit and its name
TALLEST = 560.0
MOST_WEIGHTS = 2_500
MOST_NAMES = 32  # of inputs or outputs; more names would overlap
LARGEST_TEXT, SMALLEST_TEXT = 11.0, 8.0  # font sizes of a bias inside its unit
LETTER = 0.58  # width of a character, as a share of its height
HEADING_TEXT, HEADROOM = 15.0, 26.0  # font size of the activations above layers, and their height
THICKEST = 6.0
OUTLINE = 1.75  # on each side of a weight of a strongest path
MOST_PATHS = 8
MANY_WEIGHTS = 200  # from here on weak weights are drawn fainter


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with its place; its bias is None where it has none."""

    x: float
    y: float
    radius: float
    name: str
    bias: float | None

    @property
    def label(self) -> str:
        """The name and, if there is one, the bias."""
        return self.name if self.bias is None else f"{self.name}: bias {wording.number(self.bias)}"


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight between two units of neighbouring layers."""

    source: Unit
    target: Unit
    value: float

    @property
    def label(self) -> str:
        """The names of both units and the value."""
        return f"{self.source.name} → {self.target.name}: {wording.number(self.value)}"


@dataclass(frozen=True, slots=True)
class Path:
    """A path through the network: one weight for each pair of neighbouring layers."""

    weights: tuple[Weight, ...]

    @property
    def product(self) -> float:
        """Product of the weights."""
        return math.prod(weight.value for weight in self.weights)


@dataclass(frozen=True, slots=True)
class Diagram:
    """A network laid out from left to right.

    Parameters
    ----------
    units
        The units of each layer, from the inputs to the outputs.
    weights
        The weights, weakest first, so that strong ones are drawn on top.
    left_out
        Number of weights that are not drawn: the weakest.
    height
        Height of the drawing without its headroom; its width is `WIDTH`.
    activations
        Texts above the hidden layers; empty if all layers have the same activation or there is
        no room.
    paths
        The strongest path from each input: to the output of the same index if there are as many
        outputs as inputs, else to the output with the largest product.
    """

    units: tuple[tuple[Unit, ...], ...]
    weights: tuple[Weight, ...]
    left_out: int
    height: float
    activations: tuple[str, ...]
    paths: tuple[Path, ...]

    @property
    def outlined(self) -> tuple[Weight, ...]:
        """The weights of the paths, each once."""
        return tuple(dict.fromkeys(weight for path in self.paths for weight in path.weights))

    @property
    def headroom(self) -> float:
        """Height of the texts above the layers."""
        return HEADROOM if self.activations else 0.0

    def strength(self, weight: Weight) -> float:
        """Return the size of a weight as a share of the largest."""
        return abs(weight.value) / (abs(self.weights[-1].value) or 1.0)

    def stroke(self, weight: Weight) -> float:
        """Return the line width of a weight; smaller if units are close to each other."""
        gap = self.height / max(len(layer) for layer in self.units)
        thickest = min(THICKEST, max(1.6, 0.1 * gap))
        return max(0.4, thickest * self.strength(weight))

    def opacity(self, weight: Weight) -> float:
        """Return the opacity of a weight."""
        faintest = 0.3 if len(self.weights) < MANY_WEIGHTS else 0.08
        return faintest + (0.95 - faintest) * self.strength(weight)


def diagram_of(network: "Network") -> Diagram:
    """Lay a trained network out. Inputs and outputs without known names are numbered."""
    layers, columns = network.layers, network.columns
    counts = [len(layers[0][0]), *(len(biases) for _, biases in layers)]
    height = min(TALLEST, max(190.0, 44.0 * max(counts)))
    units = []
    for place, count in enumerate(counts):
        names: Sequence[str] = _numbered(f"layer {place} unit", count)
        if place == 0:
            names = columns.inputs if len(columns.inputs) == count else _numbered("input", count)
        elif place == len(counts) - 1:
            names = columns.outputs if len(columns.outputs) == count else _numbered("output", count)
        biased = place > 0 and network.architecture.biases
        biases = layers[place - 1][1].tolist() if biased else [None] * count
        left, right = _side(columns.inputs), _side(columns.outputs)
        x = left + (WIDTH - left - right) * place / (len(counts) - 1)
        units.append(_column(x, height, names, biases))
    weights = [
        Weight(units[place][source], units[place + 1][target], float(values[source, target]))
        for place, (values, _) in enumerate(layers)
        for source, target in np.ndindex(values.shape)
    ]
    weights.sort(key=lambda weight: abs(weight.value))
    left_out = max(0, len(weights) - MOST_WEIGHTS)
    distance = units[1][0].x - units[0][0].x
    activations = _activations(network, distance)
    paths = _strongest_paths([values for values, _ in layers], units)
    return Diagram(tuple(units), tuple(weights[left_out:]), left_out, height, activations, paths)


def svg(diagram: Diagram, label: str) -> Markup:
    """Return the drawing as SVG for a page; all names in it are escaped.

    Parameters
    ----------
    diagram
        The network.
    label
        Description of the drawing for screen readers.
    """
    top, height = -diagram.headroom, diagram.height + diagram.headroom
    units = (unit for layer in diagram.units for unit in layer)
    parts = [
        _group("weights", (_line(diagram, weight) for weight in diagram.weights)),
        _group("weights outlined", (_outlined(diagram, weight) for weight in diagram.outlined)),
        _group("units", (_unit(diagram, unit) for unit in units)),
        *_names(diagram.units[0], -1, "end"),
        *_names(diagram.units[-1], 1, "start"),
        *(
            Markup('<text class="activation" x="{}" y="{}">{}</text>').format(
                _short(layer[0].x), _short(-HEADROOM / 2), name
            )
            for layer, name in zip(diagram.units[1:], diagram.activations, strict=False)
        ),
    ]
    box = f"0 {_short(top)} {_short(WIDTH)} {_short(height)}"
    return Markup('<svg class="network" viewBox="{}" role="img" aria-label="{}">{}</svg>').format(
        box, label, Markup("").join(parts)
    )


def standalone(drawing: Markup) -> str:
    """Return a drawing as the text of an SVG file, in light colours."""
    head = Markup('<svg xmlns="http://www.w3.org/2000/svg" width="{:.0f}" class').format(WIDTH)
    opening, rest = drawing.replace("<svg class", head, 1).split(">", 1)
    tokens = f":root {{ --font: {theme.FONT}; {theme.custom_properties(theme.LIGHT)} }}"
    return f"{opening}><style>{tokens}\n{asset('network.css').text}</style>{rest}"


def _side(names: Sequence[str]) -> float:
    """Return the room that the names of inputs or outputs need, also on a phone."""
    longest = max((min(len(name), LONGEST_NAME) for name in names), default=0)
    shown = longest if len(names) <= MOST_NAMES else 0
    return max(SIDE, NAME_GAP + LETTER * PHONE_TEXT * shown)


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name} {number}" for number in range(1, count + 1)]


def _column(
    x: float, height: float, names: Sequence[str], biases: Sequence[float | None]
) -> tuple[Unit, ...]:
    gap = min(height / len(names), 84.0)
    radius = min(19.0, max(2.5, gap * 0.36))
    top = height / 2 - gap * (len(names) - 1) / 2
    return tuple(
        Unit(x, top + gap * index, radius, name, bias)
        for index, (name, bias) in enumerate(zip(names, biases, strict=True))
    )


def _activations(network: "Network", distance: float) -> tuple[str, ...]:
    """Return the texts above the hidden layers, if they fit into the distance of two layers."""
    activation = network.architecture.activation
    if isinstance(activation, str):
        return ()
    widest = LETTER * HEADING_TEXT * (max(map(len, activation)) + 1)
    return activation if widest <= distance else ()


def _strongest_paths(
    layers: Sequence[np.ndarray], units: Sequence[Sequence[Unit]]
) -> tuple[Path, ...]:
    same = len(units[0]) == len(units[-1])
    paths = []
    for source in range(len(units[0])):
        places = strongest_path(layers, source, source if same else None)
        weights = (
            Weight(units[layer][here], units[layer + 1][there], float(layers[layer][here, there]))
            for layer, (here, there) in enumerate(pairwise(places))
        )
        paths.append(Path(tuple(weights)))
    kept = sorted(paths, key=lambda path: -abs(path.product))[:MOST_PATHS]
    return tuple(path for path in paths if path in kept)


def _group(name: str, parts: Iterable[Markup]) -> Markup:
    return Markup('<g class="{}">{}</g>').format(name, Markup("").join(parts))


def _outlined(diagram: Diagram, weight: Weight) -> Markup:
    stroke = diagram.stroke(weight)
    outline = _path(weight, "outline", stroke + 2 * OUTLINE, "1")
    return outline + _path(weight, _sign(weight.value), stroke, "1")


def _line(diagram: Diagram, weight: Weight) -> Markup:
    opacity = f"{diagram.opacity(weight):.2f}"
    return _path(weight, _sign(weight.value), diagram.stroke(weight), opacity)


def _path(weight: Weight, name: str, stroke: float, opacity: str) -> Markup:
    source, target = weight.source, weight.target
    start, end = source.x + source.radius, target.x - target.radius
    bend = (end - start) * 0.42
    curve = (
        f"M{_short(start)} {_short(source.y)}C{_short(start + bend)} {_short(source.y)} "
        f"{_short(end - bend)} {_short(target.y)} {_short(end)} {_short(target.y)}"
    )
    return Markup(
        '<path class="{}" d="{}" stroke-width="{}" stroke-opacity="{}"><title>{}</title></path>'
    ).format(name, curve, _short(stroke), opacity, weight.label)


def _unit(diagram: Diagram, unit: Unit) -> Markup:
    place = Markup('cx="{}" cy="{}" r="{}"').format(
        _short(unit.x), _short(unit.y), _short(unit.radius)
    )
    name, opacity, bias = "input" if unit in diagram.units[0] else "unbiased", 0.0, Markup("")
    if unit.bias is not None:
        biases = [abs(each.bias or 0.0) for layer in diagram.units for each in layer]
        name, bias = _sign(unit.bias), _bias(unit, unit.bias)
        opacity = 0.45 * abs(unit.bias) / (max(biases) or 1.0)
    return Markup(
        '<g class="{}"><title>{}</title><circle class="paper" {}/>'
        '<circle class="bias" {} fill-opacity="{}"/>{}</g>'
    ).format(name, unit.label, place, place, f"{opacity:.2f}", bias)


def _bias(unit: Unit, bias: float) -> Markup:
    """Return a bias as text that fits into its unit; empty if the text would be too small."""
    text = _two_digits(bias)
    size = min(LARGEST_TEXT, 1.7 * unit.radius / (LETTER * len(text)))
    if size < SMALLEST_TEXT:
        return Markup("")
    place = (_short(unit.x), _short(unit.y), _short(size))
    return Markup('<text x="{}" y="{}" font-size="{}">{}</text>').format(*place, text)


def _names(units: Sequence[Unit], side: int, anchor: str) -> Iterator[Markup]:
    for unit in units if len(units) <= MOST_NAMES else ():
        x, y = _short(unit.x + side * (unit.radius + 10)), _short(unit.y)
        yield Markup('<text class="name" x="{}" y="{}" text-anchor="{}">{}</text>').format(
            x, y, anchor, wording.shortened(unit.name, LONGEST_NAME)
        )


def _sign(value: float) -> str:
    return "negative" if value < 0 else "positive"


def _two_digits(value: float) -> str:
    size = abs(value)
    text = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits
    return "0" if float(text) == 0 else text.replace("-", "−").replace("0.", ".", 1)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
