"""Ancestors of networks of the front: for each network its line of better parents.

The panels show the objectives over the generations.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.ancestry import FAMILIES, family
from neuroevo.analysis.descent import Descent, Line, Step, gains
from neuroevo.report.drawing import (
    Specification,
    about_limits,
    axis_suffix,
    configuration_text,
    domains,
    empty_figure,
    limit_line,
    objective_axis,
    rounded,
    view_menu,
    whole_ticks,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT, GAP = 240, 30  # pixels
MOST_CHANGES = 120  # steps of a line with their changes in the hover text
VISIBLE_SHARE = 0.9  # of the other ancestors, best first, that an axis covers
LABEL_WIDTH = 0.2  # of the axis, for the label of a step
LABEL_ROOM = 0.08  # of the height of a panel, above and below its points
SYMBOLS = dict(zip(FAMILIES, ("circle", "star", "diamond", "square", "hexagon"), strict=True))
COLOURS = {
    name: LIGHT[f"category-{place}"] for name, place in zip(FAMILIES, (8, 7, 1, 2, 3), strict=True)
}


def draw(lineage: Descent) -> Specification:
    """Draw a panel for each objective, with a menu of the networks."""
    if not lineage.lines:
        return empty_figure("There is no front, so there are no ancestors.")
    count = len(lineage.objectives)
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + GAP * (count - 1) + 100,
        "shapes": shapes,
        "margin": {"t": 44, "b": 56},
        "hovermode": "closest",
        "meta": {"trials": True},  # a click picks them, see picking.js
        "legend": {"y": 1.0, "yref": "paper", "itemclick": False, "itemdoubleclick": False},
        "xaxis": _generation_axis(lineage, lineage.lines[0]),
    }
    traces: list[dict[str, Any]] = []
    owners: list[int] = []
    places = domains(count, PANEL_HEIGHT, GAP)
    for place, item in enumerate(lineage.objectives):
        axis = _with_room(objective_axis(item, _visible(lineage, place)))
        shapes += limit_line(item, axis, f"y{axis_suffix(place)}", "x")
        layout[f"yaxis{axis_suffix(place)}"] = axis | {"domain": places[place], "nticks": 6}
        for owner, line in enumerate(lineage.lines):
            legend = [] if place else _legend(line)
            for trace in (*legend, *_panel(lineage, line, place)):
                shown = {"yaxis": f"y{axis_suffix(place)}", "visible": owner == 0}
                traces.append(trace | shown)
                owners.append(owner)
    buttons = [_button(lineage, line, owner, owners) for owner, line in enumerate(lineage.lines)]
    layout["updatemenus"] = [menu | {"pad": {"b": 34}} for menu in view_menu(buttons)]
    return {"data": traces, "layout": layout}


def caption(lineage: Descent) -> str:
    """Give the length of the champion's line and its largest improvement."""
    if not lineage.lines:
        return "No trial was completed, so there are no ancestors."
    line = lineage.lines[0]
    sentences = [_summary(line), _largest_gain(lineage, line)]
    if len(line.steps) > 1:
        sentences.append("Labels show the operator and the change of the largest steps.")
    drawn = [(item, _visible(lineage, place)) for place, item in enumerate(lineage.objectives)]
    return " ".join([*filter(None, sentences), *about_limits(drawn)])


def controls(lineage: Descent) -> str:
    """Describe the menu, if there is one."""
    return (
        "Choose another configuration of the front in the list." if len(lineage.lines) > 1 else ""
    )


def _summary(line: Line) -> str:
    first, last = line.steps[0], line.steps[-1]
    origin = "given" if family(first.operator) == "given" else "drawn at random"
    if len(line.steps) == 1:
        return (
            f"The champion, trial {last.number} of generation {last.generation}, has no ancestors: "
            f"it was {origin}."
        )
    steps = wording.counted(len(line.steps) - 1, "step")
    start = (
        f"How the champion, trial {last.number}, came about: the line begins with trial "
        f"{first.number} of generation {first.generation}, which was {origin}, and leads from "
        f"parent to child in {steps}; of two parents it has the better one."
    )
    others = line.ancestors - len(line.steps) + 1
    if not others:
        return f"{start} The champion has no other ancestors."
    ancestors = wording.counted(others, "other ancestor")
    return f"{start} The champion has {ancestors}; the nearest are the grey points."


def _largest_gain(lineage: Descent, line: Line) -> str:
    """Return a sentence on the largest gain in the first objective with a visible one."""
    for place, item in enumerate(lineage.objectives):
        gained = gains(lineage, line, place)
        best = int(gained.argmax())
        before, after = (
            wording.measured(line.steps[each].scores[place], item)
            for each in (max(best - 1, 0), best)
        )
        if gained[best] <= 0 or before == after:
            continue
        step = line.steps[best]
        changes = f" ({wording.shortened(step.changes, 120)})" * bool(step.changes)
        return (
            f"Its largest gain in {item.label}, from {before} to {after}, came in generation "
            f"{step.generation} from {wording.operator(step.operator)}{changes}."
        )
    return ""


def _generation_axis(lineage: Descent, line: Line) -> dict[str, Any]:
    last = _last_generation(line)
    return {
        "title": {"text": "generation"},
        "range": [-0.04 * last, 1.04 * last],
        **whole_ticks(last),
        "anchor": f"y{axis_suffix(len(lineage.objectives) - 1)}",
        "showgrid": False,
    }


def _with_room(axis: dict[str, Any]) -> dict[str, Any]:
    """Extend the range of an axis, so that labels below its lowest points are not on its edge."""
    if "range" not in axis:
        return axis
    low, high = axis["range"]
    room = LABEL_ROOM * (high - low)
    return axis | {"range": [low - room, high + room]}


def _last_generation(line: Line) -> int:
    return max(line.steps[-1].generation, 1)


def _visible(lineage: Descent, place: int) -> list[float]:
    """Return the scores that an axis covers: of the lines, and of most of the other ancestors."""
    near = [step.scores[place] for line in lineage.lines for step in line.relatives]
    finite = sorted(filter(math.isfinite, near), key=lineage.objectives[place].cost)
    steps = [step.scores[place] for line in lineage.lines for step in line.steps]
    return [*steps, *finite[: round(len(finite) * VISIBLE_SHARE)]]


def _legend(line: Line) -> list[dict[str, Any]]:
    """Return a trace without points for each kind of operator in a line."""
    present = {family(step.operator) for step in line.steps}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [None],
            "y": [None],
            "name": name,
            "hoverinfo": "skip",
            "marker": {"symbol": SYMBOLS[name], "size": 10, "color": COLOURS[name]},
        }
        for name in FAMILIES
        if name in present
    ]


def _panel(lineage: Descent, line: Line, place: int) -> list[dict[str, Any]]:
    """Return the traces of a line in one objective: other ancestors, labels, the line."""
    steps = {step.number: step for step in (*line.steps, *line.relatives)}
    ends = [(steps[parent], steps[child]) for parent, child in line.edges]
    shared = {"type": "scatter", "showlegend": False}
    edges = {
        "mode": "lines",
        "x": [
            each for parent, child in ends for each in (parent.generation, child.generation, None)
        ],
        "y": [
            each
            for parent, child in ends
            for each in (*rounded([parent.scores[place], child.scores[place]]), None)
        ],
        "line": {"color": LIGHT["faint"], "width": 0.8},
        "opacity": 0.6,
        "hoverinfo": "skip",
    }
    relatives = _points(line.relatives, place) | {
        "mode": "markers",
        "marker": {"size": 4, "color": LIGHT["faint"]},
        "cliponaxis": False,
        "text": [wording.plain(wording.operator(step.operator), 24) for step in line.relatives],
        "customdata": [step.number for step in line.relatives],
        "hovertemplate": "trial %{customdata}, generation %{x}<br>%{text}<extra></extra>",
    }
    traces = (edges, relatives, _labels(lineage, line, place), _line(lineage, line, place))
    return [shared | trace for trace in traces]


def _points(steps: Sequence[Step], place: int) -> dict[str, Any]:
    return {
        "x": [step.generation for step in steps],
        "y": rounded(step.scores[place] for step in steps),
    }


def _line(lineage: Descent, line: Line, place: int) -> dict[str, Any]:
    item = lineage.objectives[place]
    gained = gains(lineage, line, place)
    detailed = set(np.argsort(-np.abs(gained), kind="stable")[:MOST_CHANGES].tolist())
    kinds = [family(step.operator) for step in line.steps]
    return _points(line.steps, place) | {
        "mode": "lines+markers",
        "cliponaxis": False,
        "line": {"color": LIGHT["ink"], "width": 1.5},
        "customdata": [
            [step.number, _hover_text(line, index, place, item, in_full=index in detailed)]
            for index, step in enumerate(line.steps)
        ],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "marker": {
            "size": 10,
            "symbol": [SYMBOLS[kind] for kind in kinds],
            "color": [COLOURS[kind] for kind in kinds],
            "line": {"color": LIGHT["ground"], "width": 1},
        },
    }


def _hover_text(line: Line, index: int, place: int, item: "Objective", *, in_full: bool) -> str:
    step = line.steps[index]
    score = wording.measured(step.scores[place], item)
    if index:
        before = line.steps[index - 1].scores[place]
        score = f"{wording.measured(before, item)} → {score}"
        change = _change(item, before, step.scores[place])
        score += f" ({change})" * bool(change)
    parts = [
        f"<b>trial {step.number}, generation {step.generation}</b>",
        wording.plain(wording.operator(step.operator), 24),
        configuration_text(step.changes) if in_full else "",
        f"{item.label} {score}",
    ]
    return "<br>".join(filter(None, parts))


def _labels(lineage: Descent, line: Line, place: int) -> dict[str, Any]:
    """Return operator and change of the steps with the largest changes, largest first.

    A step has a label if no larger one needs the same part of the axis: labels start at the middle
    of a step in the left half of the panel, and end there in the right half.
    """
    item, last = lineage.objectives[place], _last_generation(line)
    gained = gains(lineage, line, place)
    starts: list[float] = []
    labels: list[tuple[float, float, str, str]] = []  # x, y, text, position
    for index in np.argsort(-np.abs(gained), kind="stable").tolist():
        before, after = line.steps[max(index - 1, 0)], line.steps[index]
        middle = (before.generation + after.generation) / 2
        is_left = middle < last / 2
        start = middle / last - (0 if is_left else LABEL_WIDTH)
        change = _change(item, before.scores[place], after.scores[place])
        is_free = all(abs(start - other) >= LABEL_WIDTH for other in starts)
        if not gained[index] or change in {"", "×1", "÷1"} or not is_free:
            continue
        low, high = sorted((before.scores[place], after.scores[place]))
        operator = wording.plain(wording.operator(after.operator), 24)
        starts.append(start)
        height = math.sqrt(low * high) if item.logarithmic else (low + high) / 2
        # Beside a falling line there is room at its upper right and at its lower left.
        falls = (gained[index] > 0) != item.maximised
        vertical = "top" if falls == is_left else "bottom"
        position = f"{vertical} {'right' if is_left else 'left'}"
        labels.append((middle, height, f"{operator} {change}", position))
    return {
        "mode": "markers+text",
        "marker": {"size": 12, "opacity": 0},  # keeps the text off the line
        "x": [x for x, _, _, _ in labels],
        "y": rounded(y for _, y, _, _ in labels),
        "text": [text for _, _, text, _ in labels],
        "textposition": [position for _, _, _, position in labels],
        "textfont": {"size": 12, "color": LIGHT["muted"]},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _change(item: "Objective", before: float, after: float) -> str:
    """Return the change of a score: ``×1.5``, ``÷12``, ``+2``; empty if it has no value.

    A penalty has no ratio: then it is ``reached``, or empty if it is not.
    """
    if not (math.isfinite(before) and math.isfinite(after)) or after > item.limit:
        return ""
    if before > item.limit:
        return "reached"
    if not item.logarithmic:
        return f"{'−' if after < before else '+'}{wording.number(abs(after - before))}"
    if before <= 0 or after <= 0:
        return ""
    ratio = after / before
    if ratio < 1:
        return f"÷{wording.number(float(f'{1 / ratio:.2g}'))}"
    return f"×{wording.number(float(f'{ratio:.2g}'))}"


def _button(lineage: Descent, line: Line, owner: int, owners: Sequence[int]) -> dict[str, Any]:
    last, item = line.steps[-1], lineage.objectives[0]
    score = wording.measured(last.scores[0], item)
    return {
        "label": f"rank {line.rank}: trial {last.number}, {item.label} {score}",
        "method": "update",
        "args": [
            {"visible": [each == owner for each in owners]},
            {"xaxis": _generation_axis(lineage, line)},
        ],
    }
