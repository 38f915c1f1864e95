"""Best, median and spread of each generation, with a panel for each objective."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.generation_spreads import GenerationSpreads
from neuroevo.analysis.thinning import thinned
from neuroevo.report.drawing import (
    MOST_GENERATIONS,
    Specification,
    about_limits,
    axis_suffix,
    band,
    empty_figure,
    generation_axis,
    limit_line,
    number_texts,
    objective_axis,
    panel_domain,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT = 230
GAP = 0.07  # between two panels, as a share of the height
CLOSE = 2.0  # factor between median and best within which they are close


def draw(progress: GenerationSpreads) -> Specification:
    """Draw a panel for each objective, one below the other over the same generations."""
    if progress.generations.empty:
        return empty_figure("No trial of the search was completed.")
    count = len(progress.objectives)
    last = int(progress.generations["generation"].max())
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "shapes": shapes,
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
        axis = objective_axis(item, _visible(item, rows))
        shapes += limit_line(item, axis, f"y{suffix}", "x")
        layout[f"yaxis{suffix}"] = axis | {
            "domain": panel_domain(index, count, GAP),
            "nticks": 6,
        }
    return {"data": traces, "layout": layout}


def caption(progress: GenerationSpreads) -> str:
    """Give for each objective the generation of the best and of a median close to it."""
    if progress.generations.empty:
        return "No feasible trial was completed, so there is no progress to show."
    rows = [(item, progress.of(item.name)) for item in progress.objectives]
    sentences = [_sentence(*each) for each in rows]
    if progress.stopped:
        trials = wording.stopped_trials(progress.stopped)
        sentences.append(f"Medians leave out {trials}, mostly bad ones.")
    return " ".join([*sentences, *about_limits((item, _visible(item, own)) for item, own in rows)])


def _visible(item: "Objective", rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the scores that the axis covers: all but the worst of each generation."""
    worse = "lower" if item.maximised else "upper"
    return rows[["best", "median", worse]].to_numpy(float).ravel()


def _sentence(item: "Objective", rows: pd.DataFrame) -> str:
    best = float(rows["best_so_far"].iloc[-1])
    costs = item.cost(rows["best"].to_numpy(float)), item.cost(rows["median"].to_numpy(float))
    found = int(rows.loc[costs[0] <= item.cost(best), "generation"].iloc[0])
    if best > item.limit:
        return f"No trial reached the target; the closest one was found in generation {found}."
    shown = wording.measured(best, item)
    start = f"{item.best.capitalize()} {item.label}: {shown}, found in generation {found}"
    distance = abs(best) * (1 - 1 / CLOSE if item.maximised else CLOSE - 1)
    close = rows.loc[costs[1] <= item.cost(best) + distance, "generation"]
    median = wording.measured(float(rows["median"].iloc[-1]), item)
    if len(rows) == 1:
        return f"{start}; the median of that generation was {median}."
    if close.empty:
        return f"{start}; the median of the last generation was {median}."
    return f"{start}; the median was within a factor of two of it in generation {close.iloc[0]}."


def _panel(item: "Objective", rows: pd.DataFrame, *, first: bool) -> list[dict[str, Any]]:
    """Return the traces of one objective: band of the middle 80%, median, best, best so far."""
    x = [int(generation) for generation in rows["generation"]]
    mode = "lines+markers" if len(rows) == 1 else "lines"
    blue, orange = LIGHT["category-1"], LIGHT["category-2"]

    def trace(column: str, name: str, **style: Any) -> dict[str, Any]:  # noqa: ANN401 - of plotly
        return {
            "type": "scatter",
            "x": x,
            "mode": mode,
            "hovertemplate": "%{customdata}",
            "y": rounded(rows[column]),
            "customdata": number_texts(rows[column], item),
            "name": name,
            "showlegend": first,
        } | style

    return [
        *band(x, rows["lower"], rows["upper"], LIGHT["band-2"]),
        trace(
            "median",
            "median of the generation, the middle 80% shaded",
            line={"color": orange, "width": 2, "dash": "dash"},
        ),
        trace(
            "best",
            "best of the generation",
            mode="markers",
            cliponaxis=False,
            marker={"color": blue, "size": 5},
        ),
        trace(
            "best_so_far",
            "best so far",
            line={"color": blue, "width": 2.5, "shape": "hv"},
        ),
    ]
