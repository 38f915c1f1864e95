"""Each objective over one setting, a line for each value of a second one, with bands."""

import math
from typing import TYPE_CHECKING, Any

from neuroevo.analysis.sweep_results import quantiles
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    band,
    configuration_text,
    empty_figure,
    objective_axis,
    panel_domain,
    rounded,
)
from neuroevo.report.sweep.figures.positions import (
    Positions,
    different,
    positions,
)
from neuroevo.report.sweep.texts import estimate_text, key_name, lost, setting_name, value_text
from neuroevo.report.theme import BANDS, CATEGORIES

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SettingResult, SweepResults
    from neuroevo.evaluation import Objective

PANEL, ROOM = 260, 72  # pixels: of a panel, and of its axis
MOST_LINES = 8


def draw(results: "SweepResults") -> Specification:
    """Draw a panel for each objective; empty unless one or two settings vary."""
    grid = grid_of(results)
    if grid is None:
        return empty_figure("More than two settings vary.")
    across, groups = grid
    count = len(results.objectives)
    height = count * PANEL + count * ROOM
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": height + 30, "hovermode": "closest", "margin": {"t": 40}}
    for index, item in enumerate(results.objectives):
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        values: list[float] = []
        for number, (name, members) in enumerate(groups.items()):
            line, ends = _line(results, across, item, members, number)
            values += ends
            if len(groups) > 1:
                line[-1] |= {"name": name, "legendgroup": name, "showlegend": index == 0}
            traces += [trace | axes for trace in line]
        layout[f"xaxis{suffix}"] = across.axis | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = objective_axis(item, values) | {
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, count, ROOM / height),
        }
    return {"data": traces, "layout": layout}


def caption(results: "SweepResults") -> str:
    """Say what lines and bands are."""
    grid = grid_of(results)
    if grid is None:
        return ""
    unit = "the champions of all seeds" if results.searches else "the replicates"
    return (
        f"Each line is the median of {unit}, with error bars of its 95% interval; bands are from "
        "the 5th to the 95th percentile. Settings for which more than half "
        f"{lost(results)}, or did not reach the target, have no point."
    )


def grid_of(
    results: "SweepResults",
) -> "tuple[Positions, dict[str, list[SettingResult]]] | None":
    """Return the setting across and the results of each line, if one or two settings vary.

    Of two settings, the one with more values lies across, and the other one decides the lines.
    """
    if results.has_labels and results.axis_keys:
        keys: tuple[str, ...] = (*results.axis_keys, "")
    else:
        keys = results.keys
    if not 1 <= len(keys) <= 2 or (results.has_labels and not results.axis_keys):  # noqa: PLR2004 - as the sentence says
        return None
    values = {key: different(results, key) for key in keys}
    first, *others = sorted(keys, key=lambda key: (key == "", -len(values[key])))
    if others and len(values[others[0]]) > MOST_LINES:
        return None
    groups: dict[str, list[SettingResult]] = {}
    for each in results.settings:
        groups.setdefault(_group(each, others[0]) if others else "", []).append(each)
    return positions(first, values[first]), groups


def _group(result: "SettingResult", key: str) -> str:
    if not key:
        return result.label
    return f"{key_name(key)} {value_text(key, result.settings.get(key))}"


def _line(
    results: "SweepResults",
    across: Positions,
    item: "Objective",
    members: "list[SettingResult]",
    number: int,
) -> tuple[list[dict[str, Any]], list[float]]:
    """Return the traces of a line, the last one with its points, and the values that it covers."""
    ordered = sorted(members, key=lambda each: across.place(each.settings.get(across.key)))
    places = [across.place(each.settings.get(across.key)) for each in ordered]
    medians = [results.median(each, item) for each in ordered]
    ends = [quantiles(each.scores[item.name]) for each in ordered]
    colour = CATEGORIES[number % len(CATEGORIES)]
    values = [item.reached(each.value) for each in medians]
    # Without a lower end there is no band: a penalty is no measurement.
    lower = [item.reached(low) for low, _ in ends]
    upper = [
        min(high, item.limit) if math.isfinite(low) else low
        for low, (_, high) in zip(lower, ends, strict=True)
    ]
    shaded = band(places, lower, upper, BANDS[number % len(BANDS)])
    points = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": rounded(places),
        "y": rounded(values),
        "showlegend": False,
        "line": {"color": colour, "width": 2},
        "marker": {"size": 7, "color": colour},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": rounded(min(each.high, item.limit) - each.value for each in medians),
            "arrayminus": rounded(each.value - each.low for each in medians),
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        "customdata": [
            [
                configuration_text(setting_name(results, each)),
                f"{item.label} {estimate_text(found, item)}",
            ]
            for each, found in zip(ordered, medians, strict=True)
        ],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    }
    return [*shaded, points], [*values, *lower, *upper]
