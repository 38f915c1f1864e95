"""Best, median and spread of each generation, one panel for each objective."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from neuroevo import wording
from neuroevo.analysis.generation_spreads import GenerationSpreads
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    axis_suffix,
    band,
    generation_axis,
    nothing,
    objective_axis,
    panel_domain,
    rounded,
    told,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 230
GAP = 0.07  # of the height between two panels
CLOSE = 2.0  # a median within this factor of the best has followed it


def draw(progress: GenerationSpreads) -> Specification:
    """Draw a panel for each objective, one below the other over the same generations."""
    if progress.generations.empty:
        return nothing("No trial of the search was completed.")
    count = len(progress.objectives)
    last = int(progress.generations["generation"].max())
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "hovermode": "x unified",
        "xaxis": generation_axis(0, last) | {"anchor": f"y{axis_suffix(count - 1)}"},
    }
    for index, item in enumerate(progress.objectives):
        suffix = axis_suffix(index)
        rows = progress.of(item.name)
        rows = rows.iloc[thinned(len(rows), MOST_GENERATIONS)]
        traces += [
            trace | {"yaxis": f"y{suffix}"} for trace in _panel(item, rows, first=index == 0)
        ]
        seen = rows[["best", "median", "upper"]].to_numpy(float).ravel()
        layout[f"yaxis{suffix}"] = objective_axis(item, seen) | {
            "domain": panel_domain(index, count, GAP),
            "nticks": 6,
        }
    return {"data": traces, "layout": layout}


def caption(progress: GenerationSpreads) -> str:
    """Say by which generation each objective's best was found and when the median followed."""
    if progress.generations.empty:
        return "No trial was completed, so there is no progress to show."
    return " ".join(_sentence(item, progress.of(item.name)) for item in progress.objectives)


def _sentence(item: "Objective", rows: pd.DataFrame) -> str:
    best = float(rows["best_so_far"].iloc[-1])
    found = int(rows.loc[rows["best"] <= best, "generation"].iloc[0])
    name = item.label
    lowest = wording.measured(best, item.unit)
    start = f"Lowest {name}: {lowest}, found in generation {found}"
    followed = rows.loc[rows["median"] <= best + abs(best) * (CLOSE - 1), "generation"]
    median = float(rows["median"].iloc[-1])
    if len(rows) == 1:
        return f"{start}; the median of that generation was {wording.measured(median, item.unit)}."
    if followed.empty:
        return f"{start}; the median ended at {wording.measured(median, item.unit)}."
    return f"{start}; the median came within a factor of two in generation {followed.iloc[0]}."


def _panel(item: "Objective", rows: pd.DataFrame, *, first: bool) -> list[dict[str, Any]]:
    """Return the traces of one objective: band of the middle 80%, median, best, best so far."""
    x = [int(generation) for generation in rows["generation"]]
    mode = "lines+markers" if len(rows) == 1 else "lines"
    line = {"type": "scatter", "x": x, "mode": mode, "hovertemplate": "%{customdata}"}
    blue, orange = LIGHT["category-1"], LIGHT["category-2"]
    return [
        *band(x, rows["lower"], rows["upper"], LIGHT["band-2"]),
        line
        | {
            "y": rounded(rows["median"]),
            "customdata": told(rows["median"], item.unit),
            "name": "median of the generation, the middle 80% shaded",
            "line": {"color": orange, "width": 2, "dash": "dash"},
            "showlegend": first,
        },
        line
        | {
            "y": rounded(rows["best"]),
            "customdata": told(rows["best"], item.unit),
            "name": "best of the generation",
            "mode": "markers",
            "marker": {"color": blue, "size": 5},
            "showlegend": first,
        },
        line
        | {
            "y": rounded(rows["best_so_far"]),
            "customdata": told(rows["best_so_far"], item.unit),
            "name": "best so far",
            "line": {"color": blue, "width": 2.5, "shape": "hv"},
            "showlegend": first,
        },
    ]
