"""The drawing of a network."""

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from neuroevo.learning import Architecture, Columns, Network
from neuroevo.report.diagram import (
    LARGEST_TEXT,
    MOST_WEIGHTS,
    SMALLEST_TEXT,
    WIDTH,
    diagram_of,
    svg,
)
from neuroevo.report.plots.champion_network import NetworkData, caption
from tests.invented_findings import NAMED, network

LAYERS = [(), (3,), (6, 6), (1, 32), (32, 32, 32, 32), (6,) * 9, (100,)]


@pytest.mark.parametrize("hidden", LAYERS)
def test_units_are_inside_the_drawing_and_do_not_overlap(hidden: tuple[int, ...]) -> None:
    """No unit is outside the drawing or covers another, with any number of hidden layers."""
    diagram = diagram_of(network(hidden))
    for layer in diagram.units:
        for unit in layer:
            assert unit.radius <= unit.x <= WIDTH - unit.radius
            assert 0 <= unit.y - unit.radius < unit.y + unit.radius <= diagram.height
        for one, other in combinations(layer, 2):
            assert abs(one.y - other.y) >= one.radius + other.radius


def test_network_without_biases_shows_none() -> None:
    """Its units have no number and look unlike inputs, and the caption mentions no biases."""
    for biases in (True, False):
        drawn = network((3,), biases=biases)
        diagram = diagram_of(drawn)
        root = ET.fromstring(svg(diagram, "a network"))  # noqa: S314 - generated here
        units = root.findall("g[@class='units']/g")
        assert [unit.get("class") == "input" for unit in units] == [True] * 2 + [False] * 5
        assert [unit.find("text") is not None for unit in units[2:]] == [biases] * 5
        assert any("bias" in (unit.findtext("title") or "") for unit in units) == biases
        text = caption(NetworkData(drawn, diagram))
        assert ("Circles show the biases." in text) == biases
        assert ("It has no biases." in text) != biases


@pytest.mark.parametrize("hidden", LAYERS)
def test_svg_has_every_weight_with_its_value(hidden: tuple[int, ...]) -> None:
    """The SVG is well-formed, names each weight, and the weights that are left out are counted."""
    diagram = diagram_of(replace(network(hidden), columns=Columns(("x", "y"), ("<i>", '"&'))))
    root = ET.fromstring(svg(diagram, 'a "label" <b>'))  # noqa: S314 - generated here
    paths = root.findall("g[@class='weights']/path")
    count = sum(len(values.ravel()) for values, _ in network(hidden).layers)
    assert len(paths) == min(count, MOST_WEIGHTS)
    assert diagram.left_out == count - len(paths)
    assert all("→" in (path.findtext("title") or "") for path in paths)
    assert root.get("aria-label") == 'a "label" <b>'
    assert {element.text for element in root.iter("text")} >= {"x", "y", "<i>", '"&'}


@pytest.mark.parametrize(
    ("activation", "shown"),
    [
        (("tanh", "relu", "tanh"), ["tanh", "relu", "tanh"]),
        ("tanh", []),
        (("tanh", "leaky_relu") * 7, []),  # no room
    ],
)
def test_activations_are_above_their_layers(
    activation: str | tuple[str, ...], shown: list[str]
) -> None:
    """If activations differ and there is room, each is above its layer and inside the drawing."""
    count = 3 if isinstance(activation, str) else len(activation)
    diagram = diagram_of(network((4,) * count, activation))
    root = ET.fromstring(svg(diagram, "label"))  # noqa: S314 - generated here
    _, top, _, height = map(float, root.get("viewBox", "").split())
    headings = root.findall("text[@class='activation']")
    assert [heading.text for heading in headings] == shown
    for heading, layer in zip(headings, diagram.units[1:], strict=False):
        assert float(heading.get("x", "nan")) == pytest.approx(layer[0].x, abs=0.05)
        assert top < float(heading.get("y", "nan")) < layer[0].y - layer[0].radius
    assert top + height == pytest.approx(diagram.height, abs=0.1)


PRODUCT, LAYER_NAMES = "Multiplied", "its hidden layers are linear and tanh."


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        (network((3, 2), ("linear", "linear")), [PRODUCT]),
        (network((3, 2), ("linear", "tanh")), [LAYER_NAMES]),
        (network((3, 2), output="softmax"), []),
        (network(()), [PRODUCT]),
    ],
)
def test_only_a_linear_network_has_a_product(drawn: Network, expected: list[str]) -> None:
    """The caption has no product if one layer is not linear, or if softmax follows."""
    words = caption(NetworkData(drawn, diagram_of(drawn)))
    assert [each for each in (PRODUCT, LAYER_NAMES) if each in words] == expected


@pytest.mark.parametrize("bias", [-0.45, -0.005, -1.26, 12.5, -31.4, -1234.5])
@pytest.mark.parametrize("hidden", LAYERS)
def test_biases_fit_into_their_units(hidden: tuple[int, ...], bias: float) -> None:
    """The text of a bias is no wider than its circle, and left out if it would be tiny."""
    drawn = network(hidden)
    biased = Network(drawn.architecture, np.full(drawn.architecture.vector_size, bias))
    diagram = diagram_of(biased)
    root = ET.fromstring(svg(diagram, "label"))  # noqa: S314 - generated here
    groups = root.findall("g[@class='units']/g")
    assert len(groups) == sum(len(layer) for layer in diagram.units)
    for group in groups:
        circle, text = group.find("circle"), group.find("text")
        if text is None or circle is None:
            continue
        size = float(text.get("font-size", "0"))
        assert SMALLEST_TEXT <= size <= LARGEST_TEXT
        assert 0.55 * size * len(text.text or "") <= 2 * float(circle.get("r", "0"))


def test_caption_has_the_map_of_a_linear_network() -> None:
    """The caption names the identity, and writes any other linear map as sums."""
    architecture = Architecture(inputs=2, hidden=(), outputs=2, activation="linear")
    for parameters, expected in (
        ([0, 0, 1, 0, 0, 1], "the identity to three decimals"),
        ([0.5, 0, -2, 0, 0.25, 0], "output x = −2.000 x + 0.250 y + 0.500 and output y = 0."),
    ):
        linear = Network(architecture, np.array(parameters, dtype=np.float64), NAMED)
        drawn = NetworkData(linear, diagram_of(linear))
        assert expected in caption(drawn)
