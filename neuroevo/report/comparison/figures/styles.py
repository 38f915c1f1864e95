"""The colours and symbols of runs in all figures of a comparison, and step lines over trials.

If settings have several seeds, or there are many runs of one, each setting has its colour,
otherwise each run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis.histories import Numbers, median_curve
from neuroevo.report.drawing import DASHES, SYMBOLS, rounded
from neuroevo.report.theme import CATEGORIES, THIN

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison

LONGEST = 40  # characters of a label in a legend
GAP = 0.08  # share of the height between two panels
MANY = 9  # runs of one setting: more than there are colours
NO_TRIALS = "No run has a completed trial in an objective that all of them have."


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a run or setting: its name for plotly's texts, colour, dash and symbol."""

    name: str
    colour: str
    dash: str
    symbol: str


def is_by_setting(comparison: "Comparison") -> bool:
    """Whether runs of a setting are drawn alike."""
    is_one = len(comparison.settings) == 1
    return comparison.is_grouped or (is_one and len(comparison.contenders) >= MANY)


def run_styles(comparison: "Comparison") -> dict[str, Style]:
    """Return the style of each run, by its label."""
    return {
        each.label: _style(each.label, each.setting if is_by_setting(comparison) else place)
        for place, each in enumerate(comparison.contenders)
    }


def setting_styles(comparison: "Comparison") -> dict[str, Style]:
    """Return the style of each setting, by its name."""
    return {name: _style(name, place) for place, name in enumerate(comparison.settings)}


def legend_name(comparison: "Comparison", label: str) -> str:
    """Return a run's text in a legend; empty if another run represents its setting there."""
    if not is_by_setting(comparison):
        return run_styles(comparison)[label].name
    styles = setting_styles(comparison)
    groups = comparison.settings.items()
    return next((styles[name].name for name, group in groups if group[0].label == label), "")


def step_lines(
    comparison: "Comparison",
    table: pd.DataFrame,
    columns: tuple[str, str],
    hover: Callable[[float, float], str],
    *,
    in_legend: bool = True,
) -> list[dict[str, Any]]:
    """Return a line for each run; grouped runs are faint, with the median of each setting.

    Parameters
    ----------
    comparison
        The runs.
    table
        Rows of the runs, with a column ``run``.
    columns
        The columns for x and y.
    hover
        Returns the hover text of a point from x and y.
    in_legend
        Whether they are named in the legend.
    """
    curves = {
        str(label): (rows[columns[0]].to_numpy(float), rows[columns[1]].to_numpy(float))
        for label, rows in table.groupby("run", sort=False)
    }
    styles = run_styles(comparison)
    lines = [
        _line(styles[label], styles[label].name, curves[label], hover)
        | {"showlegend": in_legend and not is_by_setting(comparison)}
        for label in comparison.labels
        if label in curves
    ]
    if not is_by_setting(comparison):
        return lines
    for line in lines:
        # Not by opacity, as a browser darkens what is below many lines that have it.
        line["line"] |= {"width": 1, "color": THIN[line["line"]["color"]]}
    for style, group in zip(
        setting_styles(comparison).values(), comparison.settings.values(), strict=True
    ):
        if all(each.label in curves for each in group):
            name = f"{style.name}, median of {len(group)}" if len(group) > 1 else style.name
            median = _line(style, name, median_curve([curves[each.label] for each in group]), hover)
            median["line"]["width"] = 3
            lines.append(median | {"showlegend": in_legend})
    return lines


def _style(name: str, index: int) -> Style:
    symbols = ("circle", *SYMBOLS)
    return Style(
        wording.plain(name, LONGEST),
        CATEGORIES[index % len(CATEGORIES)],
        DASHES[index // len(CATEGORIES) % len(DASHES)],
        symbols[index % len(symbols)],
    )


def _line(
    style: Style, name: str, curve: tuple[Numbers, Numbers], hover: Callable[[float, float], str]
) -> dict[str, Any]:
    x, y = curve
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": rounded(x),
        "y": rounded(y),
        "name": name,
        # Not in the template, in which parts of a name could be placeholders.
        "meta": f"<b>{name}</b>",
        "customdata": [hover(*point) for point in zip(x, y, strict=True)],
        "hovertemplate": "%{meta}<br>%{customdata}<extra></extra>",
        "line": {"color": style.colour, "width": 2.5, "dash": style.dash, "shape": "hv"},
    }
