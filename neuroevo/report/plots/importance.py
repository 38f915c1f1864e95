"""How much each feature of the genomes matters for each objective, with intervals."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.gene_importance import PREDICTS, Importances, matters
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    domains,
    nothing,
    rounded,
)
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.analysis.forest import Importance
    from neuroevo.evaluation import Objective

ROW_HEIGHT = 30
HEADING = 58  # pixels between two panels: ticks, and the next one's title
TOLD = 3


def draw(weighed: Importances) -> Specification:
    """Draw a panel for each objective: a row a feature, its median and its interval."""
    if not weighed.panels:
        return nothing("There is too little to learn from.")
    rows, count = len(weighed.features), len(weighed.panels)
    size = ROW_HEIGHT * rows + 14
    places = domains(count, size, HEADING)
    layout: dict[str, Any] = {
        "height": count * size + (count - 1) * HEADING + 100,
        "margin": {"t": 34, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "annotations": [],
    }
    traces = []
    for index, (item, measured) in enumerate(weighed.panels):
        suffix = axis_suffix(index)
        order = weighed.ranked(weighed.objectives.index(item))
        low, high = min(0.0, *measured.lower), max(0.1, *measured.upper)
        room = 0.04 * (high - low)
        traces.append(
            _points(weighed, measured, order) | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        )
        layout[f"xaxis{suffix}"] = {
            "anchor": f"y{suffix}",
            "range": [round(low - room, 4), round(high + room, 4)],
            "zeroline": True,
            "zerolinecolor": LIGHT["muted"],
            "nticks": 6,
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "domain": places[index],
            "range": [rows - 0.4, -0.6],
            "tickvals": list(range(rows)),
            "ticktext": [wording.plain(weighed.features[place].name, 24) for place in order],
            "showgrid": False,
            "ticks": "",
        }
        layout["annotations"].append(_heading(item, measured, places[index][1]))
    layout[f"xaxis{axis_suffix(count - 1)}"] |= {"title": {"text": "R² lost when it is shuffled"}}
    return {"data": traces, "layout": layout}


def caption(weighed: Importances) -> str:
    """Say what matters most for each objective, and how far the forest is to be trusted."""
    if not weighed.features:
        return "All trials of the search have the same genes, so none can matter more."
    if not weighed.panels:
        return (
            f"{wording.counted(weighed.trials, 'trial')}, too few or too alike in their scores to "
            "learn from them what mattered."
        )
    sentences = [_finding(weighed, item, measured) for item, measured in weighed.panels]
    sentences += [
        f"All trials are the same in {item.label}, or too few to learn from."
        for item, measured in zip(weighed.objectives, weighed.measured, strict=True)
        if measured is None
    ]
    sentences.append(
        f"A random forest learns from {wording.counted(weighed.trials, 'trial')} and predicts "
        "others that it has not seen, which R² rates; each dot is how much of it is lost when that "
        "gene is shuffled among them (lines: 10 to 90% of the shuffles; hollow if it may be "
        "chance)."
    )
    if weighed.failed:
        trials = wording.counted(weighed.failed, "trial")
        verb = "counts" if weighed.failed == 1 else "count"
        sentences.append(f"{trials} without finite objectives {verb} as bad as the worst.")
    sentences.append("It tells of what the search tried, not of the whole space.")
    return " ".join(sentences)


def _finding(weighed: Importances, item: "Objective", measured: "Importance") -> str:
    name = item.label
    predicted = wording.number(round(measured.predicted, 2))
    if measured.predicted < PREDICTS:
        return (
            f"For {name} the forest does not predict trials that it has not seen (R² {predicted}), "
            "so its dots say nothing."
        )
    order = weighed.ranked(weighed.objectives.index(item))
    certain = [weighed.features[place].name for place in order if matters(measured, place)]
    trust = f"R² {predicted}"
    if not certain:
        return f"For {name} no single gene matters for certain ({trust})."
    first, *others = certain
    then = f", then {wording.listed(others[: TOLD - 1])}" if others else ""
    return f"What matters most for {name} is the {first}{then} ({trust})."


def _points(found: Importances, measured: "Importance", order: tuple[int, ...]) -> dict[str, Any]:
    median, lower, upper = (
        values[list(order)] for values in (measured.median, measured.lower, measured.upper)
    )
    trusted = measured.predicted >= PREDICTS
    colour = LIGHT["category-1"] if trusted else LIGHT["faint"]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(median),
        "y": list(range(len(order))),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(upper - median),
            "arrayminus": rounded(median - lower),
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        "marker": {
            "size": 10,
            "color": [
                colour if matters(measured, place) and trusted else LIGHT["ground"]
                for place in order
            ],
            "line": {"color": colour, "width": 2},
        },
        "text": [
            f"<b>{wording.plain(found.features[place].name, 40)}</b><br>"
            f"{wording.number(measured.median[place])} of R² lost, "
            f"{wording.number(measured.lower[place])} to {wording.number(measured.upper[place])}"
            for place in order
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _heading(item: "Objective", measured: "Importance", top: float) -> dict[str, Any]:
    return {
        "text": f"<b>{item.label}</b>, R² {wording.number(round(measured.predicted, 2))}",
        "showarrow": False,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yref": "paper",
        "y": top,
        "yanchor": "bottom",
        "yshift": 8,
        "font": {"size": 13, "color": LIGHT["ink"]},
    }
