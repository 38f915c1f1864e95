"""The Pareto front, all other trials and the baselines.

A slider shows the front after earlier generations.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neuroevo import wording
from neuroevo.analysis.front_history import FrontHistory, is_one_sided
from neuroevo.report.drawing import (
    SYMBOLS,
    Specification,
    about_limits,
    axis_suffix,
    colour_bar,
    configuration_text,
    empty_figure,
    frame_controls,
    limit_line,
    number_texts,
    objective_axis,
    panel_domain,
    rounded,
    stairs,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

FRONT = "front"  # in the metadata of traces that the slider changes
STEP = "front after generation"
PANEL_HEIGHT = 440
GAP = 0.09  # between two panels, as a share of the height
FAR_QUANTILE = 0.97


def draw(front: FrontHistory) -> Specification:
    """Draw a panel for each pair of the first objective with another, or with the trial number."""
    if front.role("front").empty:
        return empty_figure("No trial of the search was completed.")
    pairs = pairs_of(front)
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * len(pairs) + 40,
        "coloraxis": colour_bar("generation", 0, int(front.points["generation"].max())),
        "hovermode": "closest",
        "meta": {"trials": True},  # a click picks them, see picking.js
    }
    for index, (across, upward) in enumerate(pairs):
        suffix = axis_suffix(index)
        traces += _panel(front, across, upward, suffix)
        horizontal, vertical = _axis(front, across), _axis(front, upward)
        layout[f"xaxis{suffix}"] = horizontal | {"anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = vertical | {
            "anchor": f"x{suffix}",
            "domain": panel_domain(index, len(pairs), GAP),
        }
        shapes += limit_line(upward, vertical, f"y{suffix}", f"x{suffix}")
        if across is not None:
            shapes += limit_line(across, horizontal, f"x{suffix}", f"y{suffix}")
    layout["shapes"] = shapes
    if len(front.steps) < 2:  # noqa: PLR2004 - one generation has no history
        return {"data": traces, "layout": layout}
    changed = [place for place, trace in enumerate(traces) if trace.get("meta") == FRONT]
    frames = [
        {"name": str(generation), "traces": changed, "data": _frame(front, members)}
        for generation, members in front.steps
    ]
    return {"data": traces, "layout": layout | frame_controls(frames, STEP), "frames": frames}


def caption(front: FrontHistory) -> str:
    """Describe the front, and the trials that are not drawn."""
    members = front.role("front")
    if members.empty:
        trials = wording.counted(front.missing, "trial")
        return f"None of {trials} was completed: there is no front."
    sentences = [_summary(front, members)]
    if front.lacks_feasible:
        text = "No trial keeps the constraints; the nearest to it is drawn as the front"
        sentences = [f"{text}, others as crosses."]
    elif broken := len(front.role("infeasible")):
        trials = wording.counted(broken, "trial")
        sentences.append(f"Crosses break a constraint: {trials}, which the front leaves out.")
    if not front.role("baseline").empty:
        sentences.append("Baselines have symbols of their own.")
    if front.dominated:
        dominated = f"{front.dominated:,} of the front’s {len(members):,} configurations"
        if front.dominated == len(members):
            dominated = (
                "the configuration" if len(members) == 1 else f"all {len(members):,} configurations"
            )
            dominated += " of the front"
        sentences.append(
            f"For {dominated} there is a baseline that is as good in every objective and better in "
            "one."
        )
    sentences += about_limits((item, _covered(front, item)) for item in front.objectives)
    missing = [f"{wording.shortened(name, 40)} (diverged)" for name in front.undrawn]
    missing += wording.undrawn_trials(front.missing, front.stopped)
    if missing:
        sentences.append(f"Not drawn: {wording.listed(missing)}.")
    return " ".join(sentences)


def controls(front: FrontHistory) -> str:
    """Describe the slider, if there is one."""
    if len(front.steps) < 2:  # noqa: PLR2004 - one generation has no history
        return ""
    return "The slider shows the front and the trials after an earlier generation."


def pairs_of(front: FrontHistory) -> "list[tuple[Objective | None, Objective]]":
    """Return the horizontal (None for the trial number) and vertical axis of each panel."""
    first, *others = front.objectives
    return [(other, first) for other in others] or [(None, first)]


def _summary(front: FrontHistory, members: pd.DataFrame) -> str:
    best, first = members.iloc[0], front.objectives[0]
    if len(front.objectives) == 1:
        return (
            f"With one objective the front is one configuration, trial {best['number']} of "
            f"generation {best['generation']}: {first.label} "
            f"{wording.measured(best[first.name], first)}."
        )
    count = len(front.role("trial"))
    others = "No other trial was completed."
    if count:
        trials = "The one other trial is" if count == 1 else f"The other {count:,} trials are"
        others = f"{trials} faint; later ones have stronger colours."
    if len(members) == 1:
        names = wording.listed([item.label for item in front.objectives])
        return (
            f"The front is one configuration, trial {best['number']}: it is best in {names}, so "
            f"the objectives do not conflict here. {others}"
        )
    if is_one_sided(front):
        return (
            f"The front has {len(members)} configurations with almost the same objectives: one of "
            "them is best or almost best in every objective, so the objectives hardly conflict "
            f"here. {others}"
        )
    ranges = wording.listed(
        [
            f"{item.label} from {wording.measured(members[item.name].min(), item)}"
            f" to {wording.measured(members[item.name].max(), item)}"
            for item in front.objectives
        ]
    )
    return (
        f"The front has {len(members)} configurations, with trade-offs between {ranges}. {others}"
    )


def _panel(
    front: FrontHistory, across: "Objective | None", upward: "Objective", suffix: str
) -> list[dict[str, Any]]:
    """Return the traces of one panel: other trials, stairs, front, baselines."""
    trials, members, infeasible = (
        rows[rows["is_drawn"].astype(bool)]
        for rows in map(front.role, ("trial", "front", "infeasible"))
    )
    traces = [
        *([_broken(front, infeasible, across, upward)] if len(infeasible) else []),
        _growing(front, trials, across, upward, _TRIAL_MARKER),
        *_front(members, across, upward, has_stairs=_has_stairs(front)),
        _FRONT_IN_LEGEND,
    ]
    for index, name in enumerate(front.role("baseline")["name"]):
        row = front.role("baseline").iloc[[index]]
        traces.append(_points(row, across, upward, _baseline_marker(index)))
        traces[-1] |= {"name": wording.plain(str(name))}
    if not front.role("baseline").empty:
        traces.append(_points(front.role("baseline"), across, upward, _INVISIBLE_MARKER))
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    return [{"showlegend": "name" in trace and not suffix} | trace | axes for trace in traces]


def _growing(
    front: FrontHistory,
    trials: pd.DataFrame,
    across: "Objective | None",
    upward: "Objective",
    marker: dict[str, Any],
) -> dict[str, Any]:
    """Return the points of trials, with the number of them at each step.

    With it the page cuts the trace: frames would repeat all of them.
    """
    trials = trials.sort_values("generation", kind="stable")
    steps = [generation for generation, _ in front.steps]
    counts = np.searchsorted(trials["generation"], steps, side="right").tolist()
    return _points(trials, across, upward, marker) | {"meta": {"counts": counts}}


def _broken(
    front: FrontHistory,
    trials: pd.DataFrame,
    across: "Objective | None",
    upward: "Objective",
) -> dict[str, Any]:
    """Return the points of trials that break a constraint."""
    named = trials.assign(name=[f"trial {number}" for number in trials["number"]])
    return _growing(front, named, across, upward, _INFEASIBLE_MARKER) | {
        "name": "breaks a constraint"
    }


def _front(
    members: pd.DataFrame, across: "Objective | None", upward: "Objective", *, has_stairs: bool
) -> list[dict[str, Any]]:
    """Return the traces that the slider changes."""
    points = _points(members, across, upward, _FRONT_MARKER) | {"meta": FRONT}
    if across is None or not has_stairs:
        return [points]
    return [_staircase(members, across, upward) | {"meta": FRONT}, points]


def _frame(front: FrontHistory, members: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the content of the changed traces at a step."""
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
    """Return whether a line joins the front: in a single panel, if it ever had two networks."""
    sizes = [len(front.role("front")), *(len(members) for _, members in front.steps)]
    return len(front.objectives) == 2 and max(sizes) > 1  # noqa: PLR2004 - one panel


_TRIAL_MARKER: dict[str, Any] = {"size": 5, "opacity": 0.4, "coloraxis": "coloraxis"}
_FRONT_MARKER: dict[str, Any] = {
    "size": 12,
    "coloraxis": "coloraxis",
    "line": {"color": LIGHT["ink"], "width": 1.5},
}


_INFEASIBLE_MARKER: dict[str, Any] = {
    "symbol": "x-thin",
    "size": 6,
    "opacity": 0.6,
    "color": LIGHT["muted"],
    "line": {"color": LIGHT["muted"], "width": 1},
}


# plotly chooses the smallest of the points near the mouse: this one lies on each baseline.
_INVISIBLE_MARKER: dict[str, Any] = {"size": 6, "opacity": 0, "color": LIGHT["ground"]}


# A legend can't show markers with a colour axis.
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
    """Return the points of some trials, with a hover template for all."""
    x = "number" if across is None else across.name
    across_label = "trial" if across is None else across.label
    name, labels = "<b>%{text}</b>", rows["name"]
    if "coloraxis" in marker:
        marker = {"color": [int(generation) for generation in rows["generation"]]} | marker
        name = "<b>trial %{customdata[0]}, generation %{marker.color}</b><br>%{text}"
        labels = rows["label"]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(rows[x]),
        "y": rounded(rows[upward.name]),
        "text": [configuration_text(text) for text in labels],
        "customdata": [
            [int(number), *scores]
            for number, *scores in zip(
                rows["number"],
                number_texts(rows[x], across),
                number_texts(rows[upward.name], upward),
                strict=True,
            )
        ],
        "hovertemplate": f"{name}<br>{across_label} %{{customdata[1]}}"
        f"<br>{upward.label} %{{customdata[2]}}<extra></extra>",
        "marker": marker,
        "cliponaxis": False,
    }


def _staircase(members: pd.DataFrame, across: "Objective", upward: "Objective") -> dict[str, Any]:
    ordered = members.sort_values(across.name)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rounded(ordered[across.name]),
        "y": rounded(ordered[upward.name]),
        "line": {"color": LIGHT["ink"], "width": 1, "shape": stairs(across)},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _axis(front: FrontHistory, item: "Objective | None") -> dict[str, Any]:
    if item is None:
        return {"title": {"text": "trial"}}
    return objective_axis(item, _covered(front, item))


def _covered(front: FrontHistory, item: "Objective") -> NDArray[np.float64]:
    """Return the scores that an axis covers: all but the worst trials behind the front."""
    values = front.points[item.name].to_numpy(float)
    trials = item.cost(front.role("trial")[item.name].to_numpy(float))
    far = float(np.quantile(trials, FAR_QUANTILE)) if len(trials) else math.inf
    return values[(item.cost(values) <= far) | (front.points["role"] != "trial").to_numpy()]
