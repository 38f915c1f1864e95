"""Where the units and weights of a network stand in a drawing of it, and the drawing as SVG.

It knows networks, not runs. Colours come from the page's CSS, so the drawing follows its theme.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from neuroevo import wording
from neuroevo.analysis.network_paths import strongest_path

if TYPE_CHECKING:
    from neuroevo.learning import Network

WIDTH = 800.0
SIDE = 120.0  # room for the names of the inputs and outputs
TALLEST = 560.0
MOST_WEIGHTS = 2_500
LARGEST_TEXT, SMALLEST_TEXT = 11.0, 8.0  # of a bias written into its unit
LETTER = 0.58  # width of a character, as a share of its height
HEADING_TEXT, HEADROOM = 15.0, 26.0  # of a layer's activation above it, and the room for it
THICKEST = 6.0
OUTLINE = 1.75  # on each side of a weight that is marked
MOST_PATHS = 8
MANY_WEIGHTS = 200  # from which on the weak ones must step back to leave the strong visible


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the network: its place, what it is called, its bias (None where it has none)."""

    x: float
    y: float
    radius: float
    name: str
    bias: float | None


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight between two units of neighbouring layers."""

    source: Unit
    target: Unit
    value: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the network, a weight from each layer to the next."""

    weights: tuple[Weight, ...]

    @property
    def product(self) -> float:
        """What its weights multiply to: what reaches the output of 1 at the input, if linear."""
        return math.prod(weight.value for weight in self.weights)


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the drawing, and where its middle is."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A network laid out from left to right.

    Parameters
    ----------
    units
        The units of each layer, from the inputs to the outputs.
    weights
        The weights, weakest first, so that the strong ones are drawn on top.
    left_out
        How many weights, the weakest, are not among them.
    height
        Height of the drawing below its headroom, its width being `WIDTH`.
    activations
        What stands above each hidden layer, where they differ and there is room.
    paths
        The strongest path from each input: to the output of the same place if there are as many
        outputs as inputs, else to the output that it reaches most strongly.
    """

    units: tuple[tuple[Unit, ...], ...]
    weights: tuple[Weight, ...]
    left_out: int
    height: float
    activations: tuple[Label, ...] = ()
    paths: tuple[Path, ...] = ()

    @property
    def marked(self) -> tuple[Weight, ...]:
        """The weights of the paths, each once."""
        return tuple(dict.fromkeys(weight for path in self.paths for weight in path.weights))

    @property
    def headroom(self) -> float:
        """Height of what stands above the layers."""
        return HEADROOM if self.activations else 0.0

    @property
    def thickest(self) -> float:
        """The stroke of the strongest weight: the closer the units, the thinner."""
        gap = self.height / max(len(layer) for layer in self.units)
        return min(THICKEST, max(1.6, 0.1 * gap))

    def stroke(self, weight: Weight) -> float:
        """Return how thick a weight is drawn: the larger, the more."""
        return max(0.4, self.thickest * abs(weight.value) / (self.strongest or 1.0))

    def opacity(self, weight: Weight) -> float:
        """Return how opaque a weight is drawn: the stronger, the more."""
        faintest = 0.3 if len(self.weights) < MANY_WEIGHTS else 0.08
        return faintest + (0.95 - faintest) * abs(weight.value) / (self.strongest or 1.0)

    @property
    def strongest(self) -> float:
        """The largest size of a weight."""
        return abs(self.weights[-1].value) if self.weights else 0.0

    @property
    def strongest_bias(self) -> float:
        """The largest size of a bias."""
        biases = [abs(unit.bias) for layer in self.units for unit in layer if unit.bias is not None]
        return max(biases, default=0.0)


def laid_out(network: "Network") -> Diagram:
    """Lay a trained network out; inputs and outputs are numbered where their names aren't known."""
    layers, columns = network.layers, network.columns
    counts = [len(layers[0][0]), *(len(biases) for _, biases in layers)]
    height = min(TALLEST, max(190.0, 44.0 * max(counts)))
    units = []
    for place in range(len(counts)):
        names = _names(place, counts, columns.inputs, columns.outputs)
        biased = place > 0 and network.architecture.biases
        biases = layers[place - 1][1] if biased else None
        x = SIDE + (WIDTH - 2 * SIDE) * place / (len(counts) - 1)
        units.append(_column(x, height, names, biases))
    weights = [
        Weight(units[place][source], units[place + 1][target], float(values[source, target]))
        for place, (values, _) in enumerate(layers)
        for source in range(len(values))
        for target in range(values.shape[1])
    ]
    weights.sort(key=lambda weight: abs(weight.value))
    left_out = max(0, len(weights) - MOST_WEIGHTS)
    headings = _headings(network, [layer[0].x for layer in units[1:-1]])
    paths = _strongest_paths([values for values, _ in layers], units)
    return Diagram(tuple(units), tuple(weights[left_out:]), left_out, height, headings, paths)


def _strongest_paths(
    layers: Sequence[np.ndarray], units: Sequence[Sequence[Unit]]
) -> tuple[Path, ...]:
    same = len(units[0]) == len(units[-1])
    paths = []
    for source in range(len(units[0])):
        places = strongest_path(layers, source, source if same else None)
        paths.append(
            Path(
                tuple(
                    Weight(
                        units[layer][here],
                        units[layer + 1][there],
                        float(layers[layer][here, there]),
                    )
                    for layer, (here, there) in enumerate(pairwise(places))
                )
            )
        )
    kept = sorted(paths, key=lambda path: -abs(path.product))[:MOST_PATHS]
    return tuple(path for path in paths if path in kept)


def svg(diagram: Diagram, label: str) -> Markup:
    """Return the drawing as SVG for the page, everything foreign in it escaped.

    Parameters
    ----------
    label
        What the drawing shows, for those who can't see it.
    """
    head = Markup('<svg class="network" viewBox="0 {} {} {}" role="img" aria-label="{}">').format(
        _short(-diagram.headroom),
        _short(WIDTH),
        _short(diagram.height + diagram.headroom),
        label,
    )
    headings = Markup("").join(
        Markup('<text class="activation" x="{}" y="{}">{}</text>').format(
            _short(each.x), _short(each.y), each.text
        )
        for each in diagram.activations
    )
    weights = Markup("").join(_weight(diagram, weight) for weight in diagram.weights)
    marked = Markup("").join(_marked(diagram, weight) for weight in diagram.marked)
    units = Markup("").join(_unit(diagram, unit) for layer in diagram.units for unit in layer)
    names = Markup("").join(_edge_names(diagram))
    return Markup(
        '{}<g class="weights">{}</g><g class="weights marked">{}</g>'
        '<g class="units">{}</g>{}{}</svg>'
    ).format(head, weights, marked, units, names, headings)


def _names(
    place: int, counts: Sequence[int], inputs: Sequence[str], outputs: Sequence[str]
) -> list[str]:
    count = counts[place]
    if place == 0:
        return list(inputs) if len(inputs) == count else _numbered("input", count)
    if place == len(counts) - 1:
        return list(outputs) if len(outputs) == count else _numbered("output", count)
    return _numbered(f"layer {place} unit", count)


def _headings(network: "Network", columns: Sequence[float]) -> tuple[Label, ...]:
    activation = network.architecture.activation
    if not isinstance(activation, tuple):
        return ()
    widest = LETTER * HEADING_TEXT * (max(map(len, activation)) + 1)
    if columns[1] - columns[0] < widest:
        return ()
    return tuple(Label(x, -HEADROOM / 2, name) for x, name in zip(columns, activation, strict=True))


def _numbered(what: str, count: int) -> list[str]:
    return [f"{what} {number}" for number in range(1, count + 1)]


def _column(
    x: float, height: float, names: Sequence[str], biases: np.ndarray | None
) -> tuple[Unit, ...]:
    count = len(names)
    gap = min(height / count, 84.0)
    radius = min(19.0, max(2.5, gap * 0.36))
    top = height / 2 - gap * (count - 1) / 2
    return tuple(
        Unit(
            x,
            top + gap * index,
            radius,
            name,
            None if biases is None else float(biases[index]),
        )
        for index, name in enumerate(names)
    )


def _weight(diagram: Diagram, weight: Weight) -> Markup:
    return _line(
        weight, _sign(weight.value), diagram.stroke(weight), f"{diagram.opacity(weight):.2f}"
    )


def _marked(diagram: Diagram, weight: Weight) -> Markup:
    """Return a weight of a path once more on top of the others, outlined."""
    stroke = diagram.stroke(weight)
    outline = _line(weight, "outline", stroke + 2 * OUTLINE, "1")
    return outline + _line(weight, _sign(weight.value), stroke, "1")


def _line(weight: Weight, look: str, stroke: float, opacity: str) -> Markup:
    source, target = weight.source, weight.target
    start, end = source.x + source.radius, target.x - target.radius
    bend = (end - start) * 0.42
    path = (
        f"M{_short(start)} {_short(source.y)}C{_short(start + bend)} {_short(source.y)} "
        f"{_short(end - bend)} {_short(target.y)} {_short(end)} {_short(target.y)}"
    )
    return Markup(
        '<path class="{}" d="{}" stroke-width="{}" stroke-opacity="{}"><title>{}</title></path>'
    ).format(
        look,
        path,
        _short(stroke),
        opacity,
        f"{source.name} → {target.name}: {wording.number(weight.value)}",
    )


def _unit(diagram: Diagram, unit: Unit) -> Markup:
    if unit.bias is None:
        circle, told = "input" if unit in diagram.units[0] else "unbiased", unit.name
        strength, number = 0.0, Markup("")
    else:
        circle, told = _sign(unit.bias), f"{unit.name}: bias {wording.number(unit.bias)}"
        strength = 0.45 * abs(unit.bias) / (diagram.strongest_bias or 1.0)
        number = _bias(unit, _two_digits(unit.bias))
    place = f'cx="{_short(unit.x)}" cy="{_short(unit.y)}" r="{_short(unit.radius)}"'
    return Markup(
        '<g class="{}"><title>{}</title><circle class="paper" {}/>'
        '<circle class="bias" {} fill-opacity="{}"/>{}</g>'
    ).format(
        circle,
        told,
        Markup(place),  # noqa: S704 - numbers of ours only
        Markup(place),  # noqa: S704 - numbers of ours only
        f"{strength:.2f}",
        number,
    )


def _bias(unit: Unit, written: str) -> Markup:
    """Return a bias as text that fits into its unit; nothing where it would be too small."""
    size = min(LARGEST_TEXT, 1.7 * unit.radius / (LETTER * len(written)))
    if size < SMALLEST_TEXT:
        return Markup("")
    place = (_short(unit.x), _short(unit.y), _short(size))
    return Markup('<text x="{}" y="{}" font-size="{}">{}</text>').format(*place, written)


def _edge_names(diagram: Diagram) -> list[Markup]:
    first, last = diagram.units[0], diagram.units[-1]
    return [
        Markup('<text class="name" x="{}" y="{}" text-anchor="{}">{}</text>').format(
            _short(unit.x + side * (unit.radius + 10)),
            _short(unit.y),
            anchor,
            wording.shortened(unit.name, 14),
        )
        for units, side, anchor in ((first, -1, "end"), (last, 1, "start"))
        if len(units) <= 32  # noqa: PLR2004 - more would be written over one another
        for unit in units
    ]


def _sign(value: float) -> str:
    return "negative" if value < 0 else "positive"


def _two_digits(value: float) -> str:
    size = abs(value)
    written = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits
    return "0" if float(written) == 0 else written.replace("-", "−").replace("0.", ".", 1)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
