"""The Pareto front before the cloud of all trials, coloured by generation, with the baselines.

A slider goes back to the front as it stood after any generation.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from neuroevo import wording
from neuroevo.analysis.front_history import FrontHistory, is_one_sided
from neuroevo.analysis.leader import TRAINED
from neuroevo.report.drawing import (
    SYMBOLS,
    Specification,
    axis_suffix,
    colour_bar,
    nothing,
    objective_axis,
    panel_domain,
    rounded,
    stepped,
    told,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neuroevo.evaluation import Objective

FRONT = "front"  # marks the traces that the slider moves
STEP = "front after generation"
PANEL_HEIGHT = 440
GAP = 0.09  # of the height between two panels
FAR_QUANTILE = 0.97


def draw(front: FrontHistory) -> Specification:
    """Draw a panel for each pair of the first objective with another; a history if it is alone."""
    if front.role("front").empty:
        return nothing("No trial of the search was completed.")
    pairs = pairs_of(front)
    traces: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * len(pairs) + 40,
        "coloraxis": colour_bar("generation", 0, int(front.points["generation"].max())),
        "hovermode": "closest",
    }
    for index, (across, upward) in enumerate(pairs):
        suffix = axis_suffix(index)
        traces += _panel(front, across, upward, suffix)
        layout[f"xaxis{suffix}"] = _axis(front, across) | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = _axis(front, upward) | {
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, len(pairs), GAP),
        }
    layout["shapes"], layout["annotations"] = _budget_marks(front, pairs)
    if len(front.steps) < 2:  # noqa: PLR2004 - nowhere to go
        return {"data": traces, "layout": layout}
    moved = [place for place, trace in enumerate(traces) if trace.get("meta") == FRONT]
    frames = [
        {"name": str(generation), "traces": moved, "data": _frame(front, members)}
        for generation, members in front.steps
    ]
    return {"data": traces, "layout": layout | stepped(frames, STEP), "frames": frames}


def caption(front: FrontHistory) -> str:
    """Say how large the front is and whether the objectives are at odds."""
    members = front.role("front")
    if members.empty:
        return (
            f"None of {wording.counted(front.missing, 'trial')} was completed: there is no front."
        )
    sentences = [_outcome(front, members)]
    if not front.role("baseline").empty:
        sentences.append("The baselines are marked by their own symbols.")
    sentences += _beaten(front, len(members))
    if front.undrawn:
        names = wording.listed([wording.shortened(name, 40) for name in front.undrawn])
        verb = "is" if len(front.undrawn) == 1 else "are"
        sentences.append(f"{names} {verb} not drawn, having diverged.")
    if front.missing:
        trials = wording.counted(front.missing, "trial")
        verb = "is" if front.missing == 1 else "are"
        sentences.append(f"{trials} without finite objectives {verb} not drawn.")
    return " ".join(sentences)


def controls(front: FrontHistory) -> str:
    """Say what the slider does, if there is one."""
    if len(front.steps) < 2:  # noqa: PLR2004 - nowhere to go
        return ""
    return "The slider goes back to the front and the trials as they stood after a generation."


def pairs_of(front: FrontHistory) -> "list[tuple[Objective | None, Objective]]":
    """Return what the panels show: across (None is the trial's number) and upward."""
    first, *others = front.objectives
    return [(other, first) for other in others] or [(None, first)]


def _outcome(front: FrontHistory, members: pd.DataFrame) -> str:
    others = len(front.points) - len(front.role("baseline")) - len(members)
    best = members.iloc[0]
    first = front.objectives[0]
    score = wording.measured(best[first.name], first.unit)
    if len(front.objectives) == 1:
        return (
            f"With one objective the front is one network, trial {best['number']} of generation "
            f"{best['generation']}, with a {first.label} of {score}."
        )
    if len(members) == 1:
        return (
            f"The front is a single network, trial {best['number']}: it is best in "
            f"{wording.listed([item.label for item in front.objectives])} at once, so "
            f"the objectives do not conflict here. {_behind(others)}"
        )
    if is_one_sided(front):
        return (
            f"The front has {len(members)} networks that lie almost on one another: one of them "
            "is best, or within a hair of it, in every objective, so the objectives hardly "
            f"conflict here. {_behind(others)}"
        )
    return (
        f"{len(members)} networks trade the objectives against each other: {_span(front, members)}."
        f" {_behind(others)}"
    )


def _beaten(front: FrontHistory, members: int) -> list[str]:
    """Return a sentence on the networks of the front that a baseline beats, if there are any."""
    if not front.dominated:
        return []
    if members == 1:
        return ["A baseline is as good in every objective and better in one."]
    beaten = f"{front.dominated:,} of the front’s {members:,} networks"
    if front.dominated == members:
        beaten = f"all {members:,} networks of the front"
    return [f"For {beaten} a baseline is as good in every objective and better in one."]


def _behind(others: int) -> str:
    if not others:
        return "No other trial was completed."
    trials = "The one other trial lies" if others == 1 else f"The other {others:,} trials lie"
    return f"{trials} behind, faint, the later the stronger in colour."


def _span(front: FrontHistory, members: pd.DataFrame) -> str:
    return wording.listed(
        [
            f"{item.label} from {wording.measured(members[item.name].min(), item.unit)}"
            f" to {wording.measured(members[item.name].max(), item.unit)}"
            for item in front.objectives
        ]
    )


def _panel(
    front: FrontHistory, across: "Objective | None", upward: "Objective", suffix: str
) -> list[dict[str, Any]]:
    """Return the traces of one panel: cloud, stairs, front, baselines."""
    cloud, members = (
        rows[rows["is_drawn"].astype(bool)] for rows in map(front.role, ("trial", "front"))
    )
    cloud = cloud.sort_values("generation", kind="stable")
    born = np.searchsorted(
        cloud["generation"], [generation for generation, _ in front.steps], side="right"
    )
    traces = [
        # How many there are at each step: the page cuts them off, since frames would repeat them.
        _points(cloud, across, upward, _CLOUD_MARKER) | {"meta": {"born": born.tolist()}},
        *_front(members, across, upward, has_stairs=_has_stairs(front)),
        _FRONT_IN_LEGEND,
    ]
    for index, name in enumerate(front.role("baseline")["name"]):
        row = front.role("baseline").iloc[[index]]
        traces.append(_points(row, across, upward, _baseline_marker(index)))
        traces[-1] |= {"name": wording.plain(str(name)), "cliponaxis": False}
    if not front.role("baseline").empty:
        traces.append(_points(front.role("baseline"), across, upward, _UNSEEN_MARKER))
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    return [{"showlegend": "name" in trace and not suffix} | trace | axes for trace in traces]


def _front(
    members: pd.DataFrame, across: "Objective | None", upward: "Objective", *, has_stairs: bool
) -> list[dict[str, Any]]:
    """Return the traces that the slider moves."""
    points = _points(members, across, upward, _FRONT_MARKER) | {"meta": FRONT}
    if across is None or not has_stairs:
        return [points]
    return [_staircase(members, across.name, upward.name) | {"meta": FRONT}, points]


def _frame(front: FrontHistory, members: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what of the moved traces is different at a step."""
    traces = [
        trace
        for across, upward in pairs_of(front)
        for trace in _front(members, across, upward, has_stairs=_has_stairs(front))
    ]
    return [
        {key: trace[key] for key in ("x", "y", "text", "customdata", "marker") if key in trace}
        for trace in traces
    ]


def _has_stairs(front: FrontHistory) -> bool:
    """Tell whether a line joins the front: in one panel, where it ever had two networks."""
    sizes = [len(front.role("front")), *(len(members) for _, members in front.steps)]
    return len(front.objectives) == 2 and max(sizes) > 1  # noqa: PLR2004 - one panel


_CLOUD_MARKER: dict[str, Any] = {"size": 5, "opacity": 0.4, "coloraxis": "coloraxis"}
_FRONT_MARKER: dict[str, Any] = {
    "size": 12,
    "coloraxis": "coloraxis",
    "line": {"color": LIGHT["ink"], "width": 1.5},
}


# Of points near the mouse plotly takes the smallest: on top of every baseline lies an unseen one.
_UNSEEN_MARKER: dict[str, Any] = {"size": 6, "opacity": 0, "color": LIGHT["ground"]}


# A legend can't show a marker that is coloured by a number.
_FRONT_IN_LEGEND: dict[str, Any] = {
    "type": "scatter",
    "mode": "markers",
    "x": [None],
    "y": [None],
    "name": "Pareto front",
    "hoverinfo": "skip",
    "marker": {
        "size": 12,
        "color": LIGHT["ramp-6"],
        "line": {"color": LIGHT["ink"], "width": 1.5},
    },
}


def _baseline_marker(index: int) -> dict[str, Any]:
    return {
        "symbol": SYMBOLS[index % len(SYMBOLS)],
        "size": 11,
        "color": LIGHT["ground"],
        "line": {"color": LIGHT["negative"], "width": 2},
    }


def _points(
    rows: pd.DataFrame, across: "Objective | None", upward: "Objective", marker: dict[str, Any]
) -> dict[str, Any]:
    """Return the points of some trials; what is told of each stands in the template once."""
    x = "number" if across is None else across.name
    named = "trial" if across is None else across.label
    who, labels = "<b>%{text}</b>", rows["name"]
    if "coloraxis" in marker:
        marker = {"color": [int(generation) for generation in rows["generation"]]} | marker
        who = "<b>trial %{customdata[0]}, generation %{marker.color}</b><br>%{text}"
        labels = rows["label"]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(rows[x]),
        "y": rounded(rows[upward.name]),
        "text": [wording.wrapped(wording.plain(text, 80)) for text in labels],
        "customdata": [
            [int(number), *scores]
            for number, *scores in zip(
                rows["number"],
                told(rows[x], "" if across is None else across.unit),
                told(rows[upward.name], upward.unit),
                strict=True,
            )
        ],
        "hovertemplate": f"{who}<br>{named} %{{customdata[1]}}"
        f"<br>{upward.label} %{{customdata[2]}}<extra></extra>",
        "marker": marker,
    }


def _staircase(members: pd.DataFrame, x: str, y: str) -> dict[str, Any]:
    ordered = members.sort_values(x)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(ordered[x]),
        "y": rounded(ordered[y]),
        "line": {"color": LIGHT["ink"], "width": 1, "shape": "hv"},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _budget_marks(
    front: FrontHistory, pairs: "Sequence[tuple[Objective | None, Objective]]"
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a line and a label at the budget, beyond which the target was never reached."""
    shapes, annotations = [], []
    for index, (across, _) in enumerate(pairs):
        if (
            across is None
            or across.name != TRAINED
            or (front.points[TRAINED] <= front.budget).all()
        ):
            continue
        suffix = axis_suffix(index)
        line = {"x0": front.budget, "x1": front.budget, "y0": 0, "y1": 1}
        refs = {"xref": f"x{suffix}", "yref": f"y{suffix} domain"}
        style = {"color": LIGHT["muted"], "width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", **line, **refs, "line": style, "layer": "below"})
        annotations.append(
            {
                **refs,
                "x": math.log10(front.budget),
                "y": 0.02,
                "yanchor": "bottom",
                "xanchor": "left",
                "textangle": -90,
                "text": "target not reached",
                "showarrow": False,
                "font": {"size": 12, "color": LIGHT["muted"]},
            }
        )
    return shapes, annotations


def _axis(front: FrontHistory, item: "Objective | None") -> dict[str, Any]:
    if item is None:
        return {"title": {"text": "trial"}}
    values = front.points[item.name].to_numpy(float)
    cloud = front.role("trial")[item.name].to_numpy(float)
    far = float(np.quantile(cloud, FAR_QUANTILE)) if len(cloud) else math.inf
    kept = values[(values <= far) | (front.points["role"] != "trial").to_numpy()]
    return objective_axis(item, kept)
