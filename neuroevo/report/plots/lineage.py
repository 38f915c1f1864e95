"""Where a network of the front comes from: its line of better parents, and their relatives.

Each generation stands further right, each better ancestor further down.
"""

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.ancestry import FAMILIES, family
from neuroevo.analysis.descent import Descent, Line, Step, gains
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    chooser,
    domains,
    nothing,
    objective_axis,
    rounded,
    whole_ticks,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

PANEL_HEIGHT, GAP = 240, 30  # pixels
MOST_TOLD = 120  # steps of a line whose changes are told
MOST_IN_SIGHT = 0.9  # share of the relatives, the best, for which an axis has room
MOST_LABELS = 40  # of a line in a panel
WIDTH = 640  # pixels across which labels have to find room; most screens have more
LETTER, LINE_HEIGHT = 6.6, 15  # pixels of a label
BESIDE = 8  # pixels from the middle of an edge to its label
LEAST_FACTOR = 0.1  # below which a score is said to be divided
MARK = 12  # pixels of a step, over which no label lies
SYMBOLS = dict(zip(FAMILIES, ("circle", "star", "diamond", "square", "hexagon"), strict=True))
COLOURS = dict(
    zip(
        FAMILIES,
        (LIGHT[f"category-{place}"] for place in (8, 7, 1, 2, 3)),
        strict=True,
    )
)


def draw(lineage: Descent) -> Specification:
    """Draw a panel for each objective, and a menu of the front's members."""
    if not lineage.lines:
        return nothing("There is no front to trace back.")
    count = len(lineage.objectives)
    layout: dict[str, Any] = {
        "height": PANEL_HEIGHT * count + GAP * (count - 1) + 100,
        "margin": {"t": 44, "b": 56},
        "hovermode": "closest",
        "legend": {"y": 1.0, "yref": "paper", "itemclick": False, "itemdoubleclick": False},
        "xaxis": _generations(lineage, lineage.lines[0]),
    }
    traces: list[dict[str, Any]] = []
    owners: list[int] = []
    places = domains(count, PANEL_HEIGHT, GAP)
    for place, item in enumerate(lineage.objectives):
        axis = objective_axis(item, _in_sight(lineage, place))
        layout[f"yaxis{axis_suffix(place)}"] = axis | {"domain": places[place], "nticks": 6}
        for owner, line in enumerate(lineage.lines):
            named = [] if place else [_in_legend(name) for name in _families(line)]
            for trace in (*named, *_panel(lineage, line, place, axis.get("range", (0, 1)))):
                shown = {"yaxis": f"y{axis_suffix(place)}", "visible": owner == 0}
                traces.append(trace | shown)
                owners.append(owner)
    layout["updatemenus"] = [
        menu | {"pad": {"b": 34}}
        for menu in chooser(
            [_button(lineage, line, owner, owners) for owner, line in enumerate(lineage.lines)]
        )
    ]
    return {"data": traces, "layout": layout}


def caption(lineage: Descent) -> str:
    """Say how long the champion's line is, which step brought it most, and what its labels are."""
    if not lineage.lines:
        return "No trial was completed, so there is nothing to trace back."
    line = lineage.lines[0]
    sentences = [_outcome(line), *_greatest(lineage, line)]
    if len(line.steps) > 1:
        sentences.append(
            "Beside the line stand the operators, and by how much each changed the objective."
        )
    return " ".join(sentences)


def controls(lineage: Descent) -> str:
    """Say what can be chosen, if there is more than one line."""
    return "Other members of the front can be chosen." if len(lineage.lines) > 1 else ""


def _outcome(line: Line) -> str:
    first, last = line.steps[0], line.steps[-1]
    if len(line.steps) == 1:
        return (
            f"The champion, trial {last.number} of generation {last.generation}, has no ancestors: "
            f"it was {_born(last)}."
        )
    steps = wording.counted(len(line.steps) - 1, "step")
    start = (
        f"The champion’s line of better parents leads in {steps} from trial {first.number}, "
        f"{_born(first)} in generation {first.generation}, to trial {last.number}"
    )
    if line.ancestors == len(line.steps) - 1:
        return f"{start}; it has no other ancestors."
    ancestors = wording.counted(line.ancestors, "ancestor")
    return f"{start}; with all other parents it has {ancestors}, the nearest of which are faint."


def _born(step: Step) -> str:
    return "given" if family(step.operator) == "given" else "drawn at random"


def _greatest(lineage: Descent, line: Line) -> list[str]:
    """Return a sentence on the step that brought most in the first objective in which one did."""
    for place, item in enumerate(lineage.objectives):
        gained = gains(lineage, line, place)
        best = int(gained.argmax())
        if gained[best] <= 0:
            continue
        before, after = (
            wording.measured(line.steps[each].scores[place], item.unit) for each in (best - 1, best)
        )
        if before == after:
            continue
        step = line.steps[best]
        changes = f" ({wording.shortened(step.changes, 120)})" * bool(step.changes)
        name = item.label
        gain = (
            f"Its greatest gain in {name}, from {before} to {after}, came in generation "
            f"{step.generation} by {wording.operator(step.operator)}{changes}."
        )
        return [gain]
    return []


def _generations(lineage: Descent, line: Line) -> dict[str, Any]:
    """Return the axis of the generations, which ends where a line does."""
    last = max(line.steps[-1].generation, 1)
    return {
        "title": {"text": "generation"},
        "range": [-0.04 * last, 1.04 * last],
        **whole_ticks(last),
        "anchor": f"y{axis_suffix(len(lineage.objectives) - 1)}",
        "showgrid": False,
    }


def _families(line: Line) -> list[str]:
    seen = {family(step.operator) for step in line.steps}
    return [name for name in FAMILIES if name in seen]


def _in_sight(lineage: Descent, place: int) -> list[float]:
    """Return the scores that an axis has to hold: of the lines, and of most of the relatives."""
    near = [step.scores[place] for line in lineage.lines for step in line.relatives]
    far = sorted(score for score in near if math.isfinite(score))
    steps = [step.scores[place] for line in lineage.lines for step in line.steps]
    return [*steps, *far[: round(len(far) * MOST_IN_SIGHT)]]


def _in_legend(name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [None],
        "y": [None],
        "name": name,
        "hoverinfo": "skip",
        "marker": {"symbol": SYMBOLS[name], "size": 10, "color": COLOURS[name]},
    }


def _panel(
    lineage: Descent, line: Line, place: int, sight: Sequence[float]
) -> list[dict[str, Any]]:
    """Return the traces of a line in one objective: relatives and their edges, the line, its words.

    The axis has the values in sight, on a logarithmic one as powers of ten.
    """
    steps = {step.number: step for step in (*line.steps, *line.relatives)}
    ends = [(steps[parent], steps[child]) for parent, child in line.edges]
    faint = {"color": LIGHT["faint"], "width": 0.8}
    shared = {"type": "scatter", "showlegend": False}
    edges = shared | {
        "mode": "lines",
        "x": [
            each for parent, child in ends for each in (parent.generation, child.generation, None)
        ],
        "y": [
            each
            for parent, child in ends
            for each in (*rounded([parent.scores[place], child.scores[place]]), None)
        ],
        "line": faint,
        "opacity": 0.6,
        "hoverinfo": "skip",
    }
    relatives = (
        shared
        | _marks(line.relatives, place)
        | {
            "mode": "markers",
            "marker": {"size": 4, "color": LIGHT["faint"]},
            "text": [wording.plain(wording.operator(step.operator), 24) for step in line.relatives],
            "customdata": [step.number for step in line.relatives],
            "hovertemplate": "trial %{customdata}, generation %{x}<br>%{text}<extra></extra>",
        }
    )
    words_of_edges = shared | _labels(lineage, line, place, sight)
    return [edges, relatives, words_of_edges, shared | _main(lineage, line, place)]


def _marks(steps: Sequence[Step], place: int) -> dict[str, Any]:
    return {
        "x": [step.generation for step in steps],
        "y": rounded(step.scores[place] for step in steps),
    }


def _main(lineage: Descent, line: Line, place: int) -> dict[str, Any]:
    item = lineage.objectives[place]
    gained = gains(lineage, line, place)
    told = set(np.argsort(-np.abs(gained), kind="stable")[:MOST_TOLD].tolist())
    kinds = [family(step.operator) for step in line.steps]
    return _marks(line.steps, place) | {
        "mode": "lines+markers",
        "line": {"color": LIGHT["ink"], "width": 1.5},
        "customdata": [
            _told(line, index, place, item, in_full=index in told)
            for index in range(len(line.steps))
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {
            "size": 10,
            "symbol": [SYMBOLS[kind] for kind in kinds],
            "color": [COLOURS[kind] for kind in kinds],
            "line": {"color": LIGHT["ground"], "width": 1},
        },
    }


def _told(line: Line, index: int, place: int, item: "Objective", *, in_full: bool) -> str:
    step = line.steps[index]
    score = wording.measured(step.scores[place], item.unit)
    if index:
        before = line.steps[index - 1].scores[place]
        score = f"{wording.measured(before, item.unit)} → {score}"
        gain = _gain(item, before, step.scores[place])
        score += f" ({gain})" * bool(gain)
    parts = [
        f"<b>trial {step.number}, generation {step.generation}</b>",
        wording.plain(wording.operator(step.operator), 24),
        wording.wrapped(wording.plain(step.changes, 160), 40) if in_full else "",
        f"{item.label} {score}",
    ]
    return "<br>".join(filter(None, parts))


def _labels(lineage: Descent, line: Line, place: int, sight: Sequence[float]) -> dict[str, Any]:
    """Return each edge's operator and gain at its middle, the greatest first, where there is room.

    Where there is none for both, it is the gain alone; what is left out is told of the step.
    """
    item = lineage.objectives[place]
    spots = _spots(line, item, place, sight)
    taken = [(x - MARK / 2, x + MARK / 2, y - MARK / 2, y + MARK / 2) for x, y in spots.values()]
    placed: dict[int, tuple[str, str]] = {}
    for index in np.argsort(-np.abs(gains(lineage, line, place)), kind="stable").tolist():
        if not {index - 1, index} <= spots.keys() or len(placed) == MOST_LABELS:
            continue
        gain = _gain(item, *(line.steps[each].scores[place] for each in (index - 1, index)))
        operator = wording.plain(wording.operator(line.steps[index].operator), 24)
        x, y = np.mean([spots[index - 1], spots[index]], axis=0)
        falls = spots[index][1] <= spots[index - 1][1]
        for text, beside in product((f"{operator} {gain}", gain), _BESIDE[falls]):
            box = _box(x, y, text, beside)
            inside = box[0] >= 0 and box[1] <= WIDTH and box[2] >= 0 and box[3] <= PANEL_HEIGHT
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                placed[index] = text, beside
                break
    ends = [(line.steps[index - 1], line.steps[index]) for index in placed]
    middle = (lambda a, b: math.sqrt(a * b)) if item.logarithmic else (lambda a, b: (a + b) / 2)
    return {
        "mode": "markers+text",
        "marker": {"size": MARK, "opacity": 0},  # keeps the words off the line
        "x": [(before.generation + after.generation) / 2 for before, after in ends],
        "y": rounded(middle(before.scores[place], after.scores[place]) for before, after in ends),
        "text": [text for text, _ in placed.values()],
        "textposition": [beside for _, beside in placed.values()],
        "textfont": {"size": 12, "color": LIGHT["muted"]},
        "hoverinfo": "skip",
    }


# Beside a line that falls there is room above it on the right, and below it on the left.
_BESIDE = {
    True: ("top right", "bottom left"),
    False: ("bottom right", "top left"),
}


def _spots(
    line: Line, item: "Objective", place: int, sight: Sequence[float]
) -> dict[int, tuple[float, float]]:
    """Return where the steps with finite scores lie, in pixels from the lower left."""
    last = max(line.steps[-1].generation, 1)
    low, high = sight
    found = {}
    for index, step in enumerate(line.steps):
        score = step.scores[place]
        if math.isfinite(score) and (score > 0 or not item.logarithmic):
            height = math.log10(score) if item.logarithmic else score
            x = WIDTH * (step.generation / last + 0.04) / 1.08
            found[index] = x, PANEL_HEIGHT * (height - low) / (high - low)
    return found


def _box(x: float, y: float, text: str, beside: str) -> tuple[float, float, float, float]:
    """Return left, right, lower and upper end of a text beside a point, in pixels."""
    wide = LETTER * len(text)
    left = x + BESIDE if beside.endswith("right") else x - BESIDE - wide
    lower = y + BESIDE if beside.startswith("top") else y - BESIDE - LINE_HEIGHT
    return left, left + wide, lower, lower + LINE_HEIGHT


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _gain(item: "Objective", before: float, after: float) -> str:
    """Return what became of a score in short: ``×0.53``, ``÷12``, ``+2``; empty if it can't be."""
    if not (math.isfinite(before) and math.isfinite(after)):
        return ""
    if not item.logarithmic:
        return f"{'−' if after < before else '+'}{wording.number(abs(after - before))}"
    if before <= 0 or after <= 0:
        return ""
    ratio = after / before
    if ratio < LEAST_FACTOR:
        return f"÷{wording.number(float(f'{1 / ratio:.2g}'))}"
    return f"×{wording.number(float(f'{ratio:.2g}'))}"


def _button(lineage: Descent, line: Line, owner: int, owners: Sequence[int]) -> dict[str, Any]:
    last, item = line.steps[-1], lineage.objectives[0]
    score = wording.measured(last.scores[0], item.unit)
    return {
        "label": f"rank {line.rank}: trial {last.number}, {item.label} {score}",
        "method": "update",
        "args": [
            {"visible": [each == owner for each in owners]},
            {"xaxis": _generations(lineage, line)},
        ],
    }
