"""Shares of the children of each operator that are better than their parents or led to a front."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.operator_credit import OperatorCredit, wilson
from neuroevo.report.drawing import (
    Specification,
    empty_figure,
    interval_bars,
    percent_format,
    rounded,
    row_axis,
)
from neuroevo.report.theme import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from neuroevo.evaluation import Objective

ROW_HEIGHT = 46
ENOUGH = 20  # children of an operator for a sentence on it
SAME = 0.02  # differences below are none: decades, or units on a linear scale
SPREAD = 0.5  # of a row, over which its marks are spread
FAINT = 0.35  # opacity of the marks of operators with fewer children
MEANINGS = {
    "initial": "for the first generation",
    "immigrant": "for a later generation",
    "seed": "with the experiment",
    "crossover": "each gene of one parent, or between both",
    "crossover+mutation": "crossover, then some genes changed",
    "mutations": "several genes changed at once",
    "step": "one number increased or decreased",
    "switch": "one choice, such as the activation, replaced by another",
    "resize_layer": "one hidden layer wider or narrower",
    "switch_activation": "another activation for one hidden layer",
    "add_layer": "a new hidden layer, drawn at random",
    "copy_layer": "one hidden layer repeated",
    "drop_layer": "one hidden layer removed",
}


_POSSESSIVES = {"operator": "an operator’s", "round": "a round’s"}
_ROUNDS = (
    "A model chooses among many children: those of round 1 have evaluated parents, those of a "
    "later round the best children before. Unscreened ones are taken as they come."
)


def draw(operators: OperatorCredit) -> Specification:
    """Draw a row for each operator, with a mark and an interval for each of its shares."""
    credit = operators.credit
    if not credit["with_parents"].any():
        kind = "round of screening" if operators.are_rounds else "operator"
        return empty_figure(f"No {kind} had children.")
    measures = _measures(operators)
    offsets = np.linspace(-SPREAD / 2, SPREAD / 2, len(measures)) if len(measures) > 1 else [0.0]
    traces = [
        _marks(operators, measure, offset, CATEGORIES[index], has_enough=has_enough)
        for index, (measure, offset) in enumerate(zip(measures, offsets, strict=True))
        for has_enough in (True, False)
    ]
    labels = [
        f"{wording.plain(wording.operator(operator), 24)}<br>{children:,}"
        for operator, children in zip(credit["operator"], credit["children"], strict=True)
    ]
    widest = max(
        wilson(int(row[column]), int(row[whole]))[1]
        for _, column, whole in measures
        for row in credit.to_dict("records")
        if row[whole]
    )
    layout = {
        "height": ROW_HEIGHT * len(credit) + 130,
        "margin": {"t": 44, "b": 56},
        "hovermode": "closest",
        "legend": {"itemclick": False, "itemdoubleclick": False},
        "xaxis": {
            "title": {"text": "share of its children"},
            "tickformat": percent_format([0.0, widest]),
            "range": [-0.01, min(1.0, widest * 1.05) + 0.01],
            "nticks": 6,
        },
        "yaxis": row_axis(labels) | {"showgrid": False},
    }
    return {"data": traces, "layout": layout}


def caption(operators: OperatorCredit) -> str:
    """Name the operators with the largest shares."""
    credit = operators.credit
    if credit.empty:
        return "" if operators.are_rounds else "There are no trials."
    kind = "round" if operators.are_rounds else "operator"
    ranked = credit[credit["with_parents"] >= ENOUGH]
    explanation = (
        f"Each mark is a share of {_POSSESSIVES[kind]} children, with a 95% interval; the number "
        "of children is below its name."
    )
    if (credit["children"] >= ENOUGH).any():
        explanation += f" Marks of fewer than {ENOUGH} children are faint."
    if operators.are_rounds:
        explanation = f"{_ROUNDS} {explanation}"
    if ranked.empty:
        if not credit["with_parents"].any():
            return f"All trials were drawn at random: no {kind} had children."
        return f"{explanation} No {kind} had {ENOUGH} children with parents: too few to compare."
    rows = ranked.to_dict("records")
    sentences = [_improvement(rows, item, kind) for item in operators.objectives]
    best = max(rows, key=lambda row: row["led_to_front"] / row["children"])
    if best["led_to_front"]:
        share = wording.percent(best["led_to_front"] / best["children"])
        name = wording.operator(str(best["operator"]))
        subject = name.capitalize() if operators.are_rounds else f"The operator {name}"
        sentences.append(
            f"{subject} has the largest share on the front or among its ancestors, "
            f"{share} of its children."
        )
    return " ".join([*sentences, explanation])


def _measures(operators: OperatorCredit) -> list[tuple[str, str, str]]:
    """Return for each share its name, the column of its count and the column of the total."""
    improved = [
        (f"better in {item.label}", f"improved.{item.name}", "with_parents")
        for item in operators.objectives
    ]
    return [*improved, ("on the front or among its ancestors", "led_to_front", "children")]


def _marks(
    operators: OperatorCredit,
    measure: tuple[str, str, str],
    offset: float,
    colour: str,
    *,
    has_enough: bool,
) -> dict[str, Any]:
    """Return a share of each operator that has enough children, or of each that has too few."""
    name, column, whole = measure
    counts = operators.credit[whole]
    rows = operators.credit[(counts > 0) & ((counts >= ENOUGH) == has_enough)]
    any_has_enough = bool((counts >= ENOUGH).any())
    shares = rows[column] / rows[whole]
    ends = [wilson(*pair) for pair in zip(rows[column], rows[whole], strict=True)]
    lower, upper = np.array(ends).reshape(-1, 2).T
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "opacity": 1 if has_enough or not any_has_enough else FAINT,
        "legendgroup": name,
        "showlegend": has_enough == any_has_enough,
        "x": rounded(shares),
        "y": [round(int(place) + float(offset), 3) for place in rows.index],
        "error_x": interval_bars(shares, lower, upper, colour),
        "marker": {"size": 9, "color": colour},
        "text": [_hover_text(operators, row, measure) for row in rows.to_dict("records")],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover_text(
    operators: OperatorCredit, row: "Mapping[Hashable, Any]", measure: tuple[str, str, str]
) -> str:
    name, column, whole = measure
    lines = [
        f"<b>{wording.plain(wording.operator(str(row['operator'])), 40)}</b>",
        *([MEANINGS[row["operator"]]] if row["operator"] in MEANINGS else []),
        f"{row[column]:,} of {row[whole]:,} children {name}",
    ]
    for item in operators.objectives:
        gain = row[f"gain.{item.name}"]
        if column == f"improved.{item.name}" and not math.isnan(gain):
            lines.append(f"median child: {_gain(item, gain)}")
    if whole == "children":
        lines.append(f"{row['on_front']:,} on the final front")
    return "<br>".join(lines)


def _gain(item: "Objective", gain: float) -> str:
    """Return a gain over the better parent in words, on the objective's own scale."""
    if abs(gain) < SAME:
        return "about the same as the parent"
    word = "worse" if gain < 0 else "better"
    if item.logarithmic:
        return f"{wording.factor(10 ** abs(gain))} times {word} than the parent"
    return f"{wording.number(abs(gain))} {word} than the parent"


def _improvement(rows: "Sequence[Mapping[Hashable, Any]]", item: "Objective", kind: str) -> str:
    best = max(rows, key=lambda row: row[f"improved.{item.name}"] / row["with_parents"])
    improved = best[f"improved.{item.name}"]
    if not improved:
        return f"No {kind}’s children were better in {item.label} than their parents."
    share = wording.percent(improved / best["with_parents"])
    name = wording.operator(str(best["operator"]))
    name = f"the operator {name}" if kind == "operator" else name
    gain = best[f"gain.{item.name}"]
    median = "" if math.isnan(gain) else f"; the median child was {_gain(item, gain)}"
    return (
        f"In {item.label}, {name} improved on the better "
        f" parent most often: {share} of {best['with_parents']:,} children{median}."
    )
