"""The median of each objective over two settings, as a map with a cell for each pair of values."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    configuration_text,
    empty_figure,
    panel_title,
    rounded,
)
from neuroevo.report.sweep.figures.positions import different, positions
from neuroevo.report.sweep.texts import estimate_text, setting_name
from neuroevo.report.theme import LIGHT, RAMP

if TYPE_CHECKING:
    from neuroevo.analysis.sweep_results import SettingResult, SweepResults
    from neuroevo.evaluation import Objective

ROW, ROOM, LEAST = 44, 120, 120  # pixels: of a row, between two panels, and of a panel at least


def draw(results: "SweepResults") -> Specification:
    """Draw a panel for each objective; empty unless two settings vary."""
    keys = results.keys
    if len(keys) != 2 or results.has_labels:  # noqa: PLR2004 - a map has two
        return empty_figure("Not two settings vary.")
    across, down = (
        positions(key, different(results, key), as_numbers=False) for key in (keys[1], keys[0])
    )
    size = max(ROW * len(down.values), LEAST)
    count = len(results.objectives)
    height = count * (size + ROOM)
    traces = []
    layout: dict[str, Any] = {"height": height, "margin": {"t": 40, "b": 20}, "annotations": []}
    for index, item in enumerate(results.objectives):
        suffix = axis_suffix(index)
        cells: dict[tuple[float, float], SettingResult] = {
            (down.place(each.settings[down.key]), across.place(each.settings[across.key])): each
            for each in results.settings
        }
        trace = _panel(results, item, cells, (len(down.values), len(across.values)))
        traces.append(trace | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"})
        top = 1 - index * (size + ROOM) / height
        layout[f"xaxis{suffix}"] = across.axis | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = down.axis | {
            "anchor": f"x{suffix}",
            "domain": [round(top - size / height, 4), round(top, 4)],
            "range": [len(down.values) - 0.5, -0.5],
        }
        layout["annotations"].append(panel_title(f"<b>{item.label}</b>", suffix, 4))
    return {"data": traces, "layout": layout}


def caption(results: "SweepResults") -> str:
    """Say what the cells are."""
    better = wording.better_values(results.objectives)
    return f"Each cell is the median over the replicates; stronger colours are better. {better}."


def _panel(
    results: "SweepResults",
    item: "Objective",
    cells: "dict[tuple[float, float], SettingResult]",
    shape: tuple[int, int],
) -> dict[str, Any]:
    levels, texts = np.full(shape, np.nan), [[""] * shape[1] for _ in range(shape[0])]
    hovers = [[""] * shape[1] for _ in range(shape[0])]
    for (row, column), each in cells.items():
        place = int(row), int(column)
        found = results.median(each, item)
        is_finite = math.isfinite(found.value)
        levels[place] = item.fitness(found.value) if is_finite else np.nan
        texts[place[0]][place[1]] = wording.measured(found.value, item) if is_finite else item.lost
        name = configuration_text(setting_name(results, each))
        hovers[place[0]][place[1]] = f"<b>{name}</b><br>{item.label} {estimate_text(found, item)}"
    return {
        "type": "heatmap",
        "z": [rounded(row) for row in -levels],
        "text": texts,
        "texttemplate": "%{text}",
        "textfont": {"color": LIGHT["ink"]},
        "hovertext": hovers,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "colorscale": [[0, LIGHT["surface"]], [1, RAMP[2]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
