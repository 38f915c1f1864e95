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
    laid_out,
    svg,
)
from neuroevo.report.plots.champion_network import NetworkData, caption
from tests.invented_findings import NAMED, network

LAYERS = [(), (3,), (6, 6), (1, 32), (32, 32, 32, 32), (6,) * 9, (100,)]


@pytest.mark.parametrize("hidden", LAYERS)
def test_units_stand_apart_inside_the_drawing(hidden: tuple[int, ...]) -> None:
    """No unit leaves the drawing or covers another, from no hidden layer to many."""
    diagram = laid_out(network(hidden))
    for layer in diagram.units:
        for unit in layer:
            assert unit.radius <= unit.x <= WIDTH - unit.radius
            assert 0 <= unit.y - unit.radius < unit.y + unit.radius <= diagram.height
        for one, other in combinations(layer, 2):
            assert abs(one.y - other.y) >= one.radius + other.radius


def test_network_without_biases_is_said_to_have_none() -> None:
    """Its units carry no number and look unlike inputs, and the caption tells of no bias."""
    for biases in (True, False):
        drawn = network((3,), biases=biases)
        diagram = laid_out(drawn)
        root = ET.fromstring(svg(diagram, "a network"))  # noqa: S314 - our own text
        units = root.findall("g[@class='units']/g")
        assert [unit.get("class") == "input" for unit in units] == [True] * 2 + [False] * 5
        assert [unit.find("text") is not None for unit in units[2:]] == [biases] * 5
        assert any("bias" in (unit.findtext("title") or "") for unit in units) == biases
        told = caption(NetworkData(drawn, diagram))
        assert ("Circles carry the biases." in told) == biases
        assert ("It has no biases." in told) != biases


@pytest.mark.parametrize("hidden", LAYERS)
def test_svg_has_every_weight_with_its_value(hidden: tuple[int, ...]) -> None:
    """The drawing is well-formed, names each weight, and says how many it leaves out."""
    diagram = laid_out(replace(network(hidden), columns=Columns(("x", "y"), ("<i>", '"&'))))
    root = ET.fromstring(svg(diagram, 'a "label" <b>'))  # noqa: S314 - our own text
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
def test_each_layer_is_headed_by_its_activation(
    activation: str | tuple[str, ...], shown: list[str]
) -> None:
    """Where activations differ and there is room they stand above their layers, within sight."""
    count = 3 if isinstance(activation, str) else len(activation)
    diagram = laid_out(network((4,) * count, activation))
    root = ET.fromstring(svg(diagram, "label"))  # noqa: S314 - our own text
    _, top, _, height = map(float, root.get("viewBox", "").split())
    headings = root.findall("text[@class='activation']")
    assert [heading.text for heading in headings] == shown
    for heading, layer in zip(headings, diagram.units[1:], strict=False):
        assert float(heading.get("x", "nan")) == pytest.approx(layer[0].x, abs=0.05)
        assert top < float(heading.get("y", "nan")) < layer[0].y - layer[0].radius
    assert top + height == pytest.approx(diagram.height, abs=0.1)


PRODUCT, LAYERS_TOLD = "Multiplied out", "its hidden layers are linear and tanh."


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        (network((3, 2), ("linear", "linear")), [PRODUCT]),
        (network((3, 2), ("linear", "tanh")), [LAYERS_TOLD]),
        (network((3, 2), output="softmax"), []),
        (network(()), [PRODUCT]),
    ],
)
def test_only_a_linear_network_is_multiplied_out(drawn: Network, told: list[str]) -> None:
    """One layer that is not linear, or softmax at the end, and there is no product to tell."""
    words = caption(NetworkData(drawn, laid_out(drawn)))
    assert [each for each in (PRODUCT, LAYERS_TOLD) if each in words] == told


@pytest.mark.parametrize("bias", [-0.45, -0.005, -1.26, 12.5, -31.4, -1234.5])
@pytest.mark.parametrize("hidden", LAYERS)
def test_biases_fit_into_their_units(hidden: tuple[int, ...], bias: float) -> None:
    """A bias is written no wider than its circle, and left out where it would be tiny."""
    drawn = network(hidden)
    biased = Network(drawn.architecture, np.full(drawn.architecture.vector_size, bias))
    diagram = laid_out(biased)
    root = ET.fromstring(svg(diagram, "label"))  # noqa: S314 - our own text
    groups = root.findall("g[@class='units']/g")
    assert len(groups) == sum(len(layer) for layer in diagram.units)
    for group in groups:
        circle, text = group.find("circle"), group.find("text")
        if text is None or circle is None:
            continue
        size = float(text.get("font-size", "0"))
        assert SMALLEST_TEXT <= size <= LARGEST_TEXT
        assert 0.55 * size * len(text.text or "") <= 2 * float(circle.get("r", "0"))


def test_caption_says_when_the_headline_is_another_network() -> None:
    """The drawing is the champion's, and says so where the report opens with another one."""
    drawn = network((3,))
    one, other = (NetworkData(drawn, laid_out(drawn), rank) for rank in (1, 239))
    assert caption(one).startswith("This is rank 1, the champion.")
    assert "not the network of the headline, which is rank 239." in caption(other)


def test_caption_tells_what_a_linear_network_computes() -> None:
    """A linear network that is the identity is called so; another one is written as sums."""
    architecture = Architecture(inputs=2, hidden=(), outputs=2, activation="linear")
    for parameters, told in (
        ([0, 0, 1, 0, 0, 1], "the identity to three decimals"),
        ([0.5, 0, -2, 0, 0.25, 0], "output x = −2.000 x + 0.250 y + 0.500 and output y = 0."),
    ):
        linear = Network(architecture, np.array(parameters, dtype=np.float64), NAMED)
        drawn = NetworkData(linear, laid_out(linear))
        assert told in caption(drawn)
