"""How runs look in all figures of a comparison, and lines that step from trial to trial.

A setting has its colour where there are several seeds of it, else each run has its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis.histories import Numbers, median_curve
from neuroevo.report.drawing import DASHES, SYMBOLS, rounded
from neuroevo.report.theme import CATEGORIES

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison

LONGEST = 40  # letters of a label in a legend
GAP = 0.08  # share of the height between two panels
FAINT = 0.45


@dataclass(frozen=True, slots=True)
class Mark:
    """The looks of a run or setting: its name in plotly's texts, colour, dash and symbol."""

    name: str
    colour: str
    dash: str
    symbol: str


def mark(name: str, index: int) -> Mark:
    """Return the looks of the run or setting with a number, from 0 on."""
    again = index // len(CATEGORIES)
    symbols = ("circle", *SYMBOLS)
    return Mark(
        wording.plain(name, LONGEST),
        CATEGORIES[index % len(CATEGORIES)],
        DASHES[again % len(DASHES)],
        symbols[index % len(symbols)],
    )


def marks(comparison: "Comparison") -> dict[str, Mark]:
    """Return the looks of each run, by its label."""
    return {
        each.label: mark(each.label, each.setting if comparison.is_grouped else place)
        for place, each in enumerate(comparison.contenders)
    }


def setting_marks(comparison: "Comparison") -> dict[str, Mark]:
    """Return the looks of each setting, by its name."""
    return {name: mark(name, place) for place, name in enumerate(comparison.settings)}


def legend_name(comparison: "Comparison", label: str) -> str:
    """Return what a legend says of a run; nothing where another one stands for its setting."""
    if not comparison.is_grouped:
        return marks(comparison)[label].name
    looks, groups = setting_marks(comparison), comparison.settings
    return next((looks[name].name for name in groups if groups[name][0].label == label), "")


def step_lines(
    comparison: "Comparison",
    table: pd.DataFrame,
    columns: tuple[str, str],
    told: Callable[[float, float], str],
    *,
    in_legend: bool = True,
) -> list[dict[str, Any]]:
    """Return a line a run; where runs are grouped, faint ones and the median of each setting.

    Parameters
    ----------
    comparison
        Whose runs they are.
    table
        Rows of the runs, with a column ``run``.
    columns
        Those that are drawn, across and upward.
    told
        What a tooltip says of a point, given both.
    in_legend
        Whether they are named in the legend.
    """
    looks = marks(comparison)
    rows = {str(label): rows for label, rows in table.groupby("run", sort=False)}
    traces = [
        _line(looks[label], *_course(rows[label], columns), told)
        | {"showlegend": in_legend and not comparison.is_grouped}
        | ({"opacity": FAINT} if comparison.is_grouped else {})
        for label in comparison.labels
        if label in rows
    ]
    if not comparison.is_grouped:
        return traces
    for trace in traces:
        trace["line"] |= {"width": 1}
    medians = [
        _median(look, [_course(rows[each.label], columns) for each in group], told)
        | {"showlegend": in_legend}
        for look, group in zip(
            setting_marks(comparison).values(), comparison.settings.values(), strict=True
        )
        if all(each.label in rows for each in group)
    ]
    return [*traces, *medians]


def _median(
    look: Mark, courses: Sequence[tuple[Numbers, Numbers]], told: Callable[[float, float], str]
) -> dict[str, Any]:
    name = f"{look.name}, median of {len(courses)}" if len(courses) > 1 else look.name
    line = _line(look, *median_curve(courses), told)
    line["line"] |= {"width": 3}
    return line | {"name": name, "meta": f"<b>{name}</b>"}


def _course(rows: pd.DataFrame, columns: tuple[str, str]) -> tuple[Numbers, Numbers]:
    x, y = (rows[column].to_numpy(float) for column in columns)
    return x, y


def _line(
    look: Mark, x: Numbers, y: Numbers, told: Callable[[float, float], str]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) == 1 else "lines",
        "x": rounded(x),
        "y": rounded(y),
        "name": look.name,
        # Not part of the template, in which a foreign name could stand for something else.
        "meta": f"<b>{look.name}</b>",
        "customdata": [told(across, up) for across, up in zip(x, y, strict=True)],
        "hovertemplate": "%{meta}<br>%{customdata}<extra></extra>",
        "line": {"color": look.colour, "width": 2.5, "dash": look.dash, "shape": "hv"},
    }
