"""Best and median of each generation, one panel for each objective."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neuroevo.report import wording
from neuroevo.report.drawing import (
    Specification,
    merged,
    nothing,
    objective_axis,
    objective_name,
    rounded,
    told,
    whole_ticks,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective
    from neuroevo.report.findings import Findings

PANEL_HEIGHT = 230
CLOSE = 2.0  # a median within this factor of the best has followed it


@dataclass(frozen=True, slots=True)
class ProgressData:
    """What the plot of the progress shows.

    Parameters
    ----------
    objectives
        The objectives, in the experiment's order.
    generations
        A row a generation and objective: ``generation``, ``objective``, ``best``, ``lower``,
        ``median``, ``upper`` (quartiles over the completed trials of the generation) and
        ``best_so_far``.
    """

    objectives: "tuple[Objective, ...]"
    generations: pd.DataFrame

    def of(self, name: str) -> pd.DataFrame:
        """Return the rows of one objective."""
        return self.generations[self.generations["objective"] == name]


def data(findings: "Findings") -> ProgressData:
    """Summarise each objective over the completed trials of each generation."""
    scores: defaultdict[int, list[tuple[float, ...]]] = defaultdict(list)
    for trial in findings.complete:
        scores[trial.generation].append(findings.scores(trial))
    rows = []
    for index, item in enumerate(findings.objectives):
        best_so_far = math.inf
        for generation in sorted(scores):
            column = [row[index] for row in scores[generation]]
            lower, median, upper = np.quantile(column, [0.25, 0.5, 0.75])
            best_so_far = min(best_so_far, *column)
            rows.append([generation, item.name, min(column), lower, median, upper, best_so_far])
    columns = ["generation", "objective", "best", "lower", "median", "upper", "best_so_far"]
    return ProgressData(findings.objectives, pd.DataFrame(rows, columns=columns))


def draw(progress: ProgressData) -> Specification:
    """Draw a panel for each objective, one below the other over the same generations."""
    if progress.generations.empty:
        return nothing("No trial of the search was completed.")
    count = len(progress.objectives)
    last = int(progress.generations["generation"].max())
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + 90,
        "hovermode": "x unified",
        "xaxis": {
            "title": {"text": "generation"},
            "range": [-0.3, last + 0.3],
            **whole_ticks(last),
            "anchor": "y" if count == 1 else f"y{count}",
            "showgrid": False,
        },
    }
    for index, item in enumerate(progress.objectives):
        suffix = "" if index == 0 else str(index + 1)
        rows = progress.of(item.name)
        traces += [
            trace | {"yaxis": f"y{suffix}"} for trace in _panel(item, rows, first=index == 0)
        ]
        seen = rows[["best", "median", "upper"]].to_numpy(float).ravel()
        layout[f"yaxis{suffix}"] = merged(
            objective_axis(item, seen), {"domain": _domain(index, count), "nticks": 6}
        )
    return {"data": traces, "layout": layout}


def caption(progress: ProgressData) -> str:
    """Say by which generation each objective's best was found and when the median followed."""
    if progress.generations.empty:
        return "No trial was completed, so there is no progress to show."
    return " ".join(_sentence(item, progress.of(item.name)) for item in progress.objectives)


def _sentence(item: "Objective", rows: pd.DataFrame) -> str:
    best = float(rows["best_so_far"].iloc[-1])
    found = int(rows.loc[rows["best"] <= best, "generation"].iloc[0])
    name = objective_name(item)
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
    """Return the traces of one objective: quartile band, median, best, best so far."""
    x = [int(generation) for generation in rows["generation"]]
    mode = "lines+markers" if len(rows) == 1 else "lines"
    edge = {"type": "scatter", "x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    line = {"type": "scatter", "x": x, "mode": mode, "hovertemplate": "%{customdata}"}
    blue, orange = LIGHT["category-1"], LIGHT["category-2"]
    return [
        edge | {"y": rounded(rows["lower"]), "showlegend": False},
        edge
        | {
            "y": rounded(rows["upper"]),
            "fill": "tonexty",
            "fillcolor": LIGHT["band-2"],
            "showlegend": False,
        },
        line
        | {
            "y": rounded(rows["median"]),
            "customdata": told(rows["median"], item.unit),
            "name": "median of the generation, middle half shaded",
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


def _domain(index: int, count: int) -> list[float]:
    gap = 0.07 if count > 1 else 0.0
    height = (1 - gap * (count - 1)) / count
    top = 1 - index * (height + gap)
    return [round(max(top - height, 0), 4), round(top, 4)]
