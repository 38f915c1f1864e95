"""Colours of all pages and figures, light and dark, as CSS and as plotly template.

Figures are made in the light colours; pages replace each colour by its twin in the dark theme.

The categories follow Okabe and Ito, "Color Universal Design" (2008), with more contrast to the
background. The ramp goes from a pale to a strong blue, so that later values have more contrast.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from neuroevo import wording

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", '
    '"Liberation Sans", Arial, sans-serif'
)
MONOSPACED = (
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono", '
    '"Liberation Mono", monospace'
)

BAND_OPACITY, THIN_OPACITY = 0.18, 0.45
NARROW_POWER = 15  # ten to minus this: axes may have a narrow range down to there
SMALLEST_POWER = 32
LARGE_POWER = 7  # from which on ticks are powers of ten


def _with_bands(tokens: dict[str, str]) -> Mapping[str, str]:
    """Return the tokens with a translucent ``band-N`` and ``thin-N`` for each ``category-N``."""
    bands = {}
    for name, colour in tokens.items():
        if name.startswith("category-"):
            parts = ", ".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
            for kind, opacity in (("band", BAND_OPACITY), ("thin", THIN_OPACITY)):
                bands[name.replace("category", kind)] = f"rgba({parts}, {opacity})"
    return MappingProxyType(tokens | bands)


LIGHT: Mapping[str, str] = _with_bands(
    {
        "ground": "#ffffff",
        "surface": "#f5f7f9",
        "ink": "#14181d",
        "muted": "#586270",
        "rule": "#d9dfe5",
        "grid": "#e9edf1",
        "faint": "#aab3bd",
        "positive": "#0072b2",
        "negative": "#c94f00",
        "category-1": "#0072b2",
        "category-2": "#d98c00",
        "category-3": "#008f68",
        "category-4": "#b8578f",
        "category-5": "#c94f00",
        "category-6": "#45a6dc",
        "category-7": "#a08c00",
        "category-8": "#7b8590",
        "ramp-1": "#bcd3e3",
        "ramp-2": "#a3c3d8",
        "ramp-3": "#8ab3ce",
        "ramp-4": "#71a2c3",
        "ramp-5": "#5890b6",
        "ramp-6": "#417ea8",
        "ramp-7": "#2d6b97",
        "ramp-8": "#1c5784",
        "ramp-9": "#0d426e",
    }
)

DARK: Mapping[str, str] = _with_bands(
    {
        "ground": "#0f1318",
        "surface": "#171d24",
        "ink": "#e9edf1",
        "muted": "#a3aebb",
        "rule": "#2d3640",
        "grid": "#212931",
        "faint": "#57626e",
        "positive": "#4ba6e0",
        "negative": "#f2803f",
        "category-1": "#4ba6e0",
        "category-2": "#e9a820",
        "category-3": "#1fb88a",
        "category-4": "#df8fbd",
        "category-5": "#f2803f",
        "category-6": "#9bd6f7",
        "category-7": "#e6dc4a",
        "category-8": "#98a2ae",
        "ramp-1": "#29475f",
        "ramp-2": "#315a78",
        "ramp-3": "#3b6d91",
        "ramp-4": "#4780a8",
        "ramp-5": "#5693bd",
        "ramp-6": "#6aa6ce",
        "ramp-7": "#83b8db",
        "ramp-8": "#a0cae6",
        "ramp-9": "#c1ddf0",
    }
)

RAMP: tuple[str, ...] = tuple(LIGHT[f"ramp-{step}"] for step in range(1, 10))
BANDS: tuple[str, ...] = tuple(LIGHT[f"band-{number}"] for number in range(1, 9))
THIN: Mapping[str, str] = MappingProxyType(
    {LIGHT[f"category-{n}"]: LIGHT[f"thin-{n}"] for n in range(1, 9)}
)
"""The colour of a thin line, of which there are many, by that of a category."""
CATEGORIES: tuple[str, ...] = tuple(LIGHT[f"category-{number}"] for number in range(1, 9))


def twins() -> dict[str, str]:
    """Return the dark twin of each light colour."""
    return {LIGHT[name]: DARK[name] for name in LIGHT}


def custom_properties(tokens: Mapping[str, str]) -> str:
    """Return the tokens as CSS declarations, ``--name: colour;``."""
    return " ".join(f"--{name}: {colour};" for name, colour in tokens.items())


def style() -> str:
    """Return the tokens as a style sheet; the dark ones are for screens with the dark theme."""
    light, dark = custom_properties(LIGHT), custom_properties(DARK)
    return (
        f":root {{ --font: {FONT}; --monospaced: {MONOSPACED}; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def _tick_names() -> dict[str, str]:
    """Return texts of small and large ticks on logarithmic axes, by their text in `TICK_FORMAT`.

    plotly's own powers of ten have a larger font than other ticks.
    """
    names = {}
    few = (100, 200, 500)
    many = sorted({*range(100, 200, 5), *range(200, 1000, 10)})  # of axes with a narrow range
    for power in range(4, SMALLEST_POWER + 1):
        for hundredths in many if power <= NARROW_POWER else few:
            digits = f"{hundredths / 100:g}"
            # d3 writes numbers below a millionth with an exponent.
            plain = f"0.{'0' * (power - 1)}{digits.replace('.', '')}"
            written = plain if power <= 6 else f"{digits}e\u2212{power}"  # noqa: PLR2004 - see above
            factor = "" if digits == "1" else f"{digits} × "
            names[written] = f"{factor}{wording.power_of_ten(-power)}"
    for power in range(LARGE_POWER, SMALLEST_POWER + 1):
        for digit in (1, 2, 5):
            # d3 writes numbers of more than twelve digits with an exponent.
            written = f"{digit * 10**power:,}" if power < 12 else f"{digit}e+{power}"  # noqa: PLR2004 - see above
            factor = "" if digit == 1 else f"{digit} × "
            names[written] = f"{factor}{wording.power_of_ten(power)}"
    return names


def template() -> dict[str, Any]:
    """Return the plotly template with fonts, axes, legend and colours of all figures, in light."""
    axis = {
        "gridcolor": LIGHT["grid"],
        "linecolor": LIGHT["rule"],
        "tickcolor": LIGHT["rule"],
        "zeroline": False,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
        "separatethousands": True,
        "labelalias": _tick_names(),
        "title": {"font": {"size": 13, "color": LIGHT["muted"]}, "standoff": 10},
        "tickfont": {"size": 12, "color": LIGHT["muted"]},
    }
    layout = {
        "font": {"family": FONT, "size": 13, "color": LIGHT["ink"]},
        "paper_bgcolor": LIGHT["ground"],
        "plot_bgcolor": LIGHT["ground"],
        "colorway": list(CATEGORIES),
        "coloraxis": {"colorscale": [[step / 8, colour] for step, colour in enumerate(RAMP)]},
        "xaxis": axis,
        "yaxis": axis,
        "hoverlabel": {
            "bgcolor": LIGHT["surface"],
            "bordercolor": LIGHT["rule"],
            "font": {"family": FONT, "size": 12, "color": LIGHT["ink"]},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 12, "color": LIGHT["ink"]},
            "bgcolor": "rgba(0,0,0,0)",
        },
        "margin": {"l": 56, "r": 16, "t": 16, "b": 48},
    }
    return {"layout": layout}
