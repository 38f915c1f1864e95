"""The palette: readable in both themes, also with colour blindness, and the only colours used."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from neuroevo.report import theme
from neuroevo.report.plots import FIGURES
from neuroevo.report.run import Run

THEMES = [theme.LIGHT, theme.DARK]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def deuteranope(colour: str) -> tuple[float, ...]:
    """Return a colour as seen with deuteranopia (Viénot, Brettel, Mollon 1999)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = red**2.2, green**2.2, blue**2.2
    mixed = 0.29275 * red + 0.70725 * green
    return mixed ** (1 / 2.2), max(-0.02234 * red + 0.02234 * green + blue, 0) ** (1 / 2.2)


def colours(part: object) -> Iterator[str]:
    """Yield every colour in a figure specification."""
    if isinstance(part, dict):
        for item in part.values():
            yield from colours(item)
    elif isinstance(part, list):
        for item in part:
            yield from colours(item)
    elif isinstance(part, str) and re.match(r"#[0-9a-fA-F]{3,8}$|rgba?\(", part):
        yield part


def test_each_light_colour_has_one_twin() -> None:
    """Equal light colours have equal dark ones, so colours can be replaced one by one."""
    assert set(theme.LIGHT) == set(theme.DARK)
    for name, colour in theme.LIGHT.items():
        assert theme.twins()[colour] == theme.DARK[name]


@pytest.mark.parametrize("tokens", THEMES)
def test_text_can_be_read(tokens: dict[str, str]) -> None:
    """Text has a contrast of at least 4.5 on the page and on surfaces, lines of at least 2.5."""
    for paper in ("ground", "surface"):
        assert contrast(tokens["ink"], tokens[paper]) >= 7
        assert contrast(tokens["muted"], tokens[paper]) >= 4.5
        assert contrast(tokens["positive"], tokens[paper]) >= 3
        assert contrast(tokens["negative"], tokens[paper]) >= 3
    for number in range(1, 9):
        assert contrast(tokens[f"category-{number}"], tokens["ground"]) >= 2.5


@pytest.mark.parametrize("tokens", THEMES)
def test_ramp_rises_in_contrast(tokens: dict[str, str]) -> None:
    """The contrast with the background increases along the ramp, so it reads without colour."""
    steps = [contrast(tokens[f"ramp-{step}"], tokens["ground"]) for step in range(1, 10)]
    assert all(early < late for early, late in pairwise(steps))


@pytest.mark.parametrize("tokens", THEMES)
def test_signs_differ_for_colour_blind_readers(tokens: dict[str, str]) -> None:
    """The colours of positive and negative weights differ clearly with deuteranopia."""
    positive, negative = deuteranope(tokens["positive"]), deuteranope(tokens["negative"])
    assert sum((a - b) ** 2 for a, b in zip(positive, negative, strict=True)) ** 0.5 > 0.35


def test_ticks_of_narrow_axes_are_powers_of_ten() -> None:
    """Small numbers at ticks are written as in tables, also between powers of ten."""
    names = theme.template()["layout"]["xaxis"]["labelalias"]
    assert names["8.5e\u221215"] == "8.5 × 10⁻¹⁵"
    assert names["1.05e\u221214"] == "1.05 × 10⁻¹⁴"
    assert names["0.00035"] == "3.5 × 10⁻⁴"


def test_figures_use_no_colour_but_the_tokens(runs: Callable[[str], Run]) -> None:
    """Every colour in a figure has a twin for the dark theme."""
    findings = runs("conflict").findings
    for plot in FIGURES.values():
        used = set(colours(plot.draw(plot.data(findings))))
        assert used <= set(theme.LIGHT.values())
    assert set(colours(theme.template())) - {"rgba(0,0,0,0)"} <= set(theme.LIGHT.values())
