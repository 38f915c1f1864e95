"""What each operator is worth: how often its children improve on their parents, where it led."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.operator_credit import OperatorCredit, wilson
from neuroevo.report.drawing import Specification, nothing, rounded
from neuroevo.report.theme import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from neuroevo.evaluation import Objective

ROW_HEIGHT = 46
ENOUGH = 20  # children of an operator that is spoken of
SAME = 0.02  # decades, or units where the scale is not logarithmic, that are no difference
SPREAD = 0.5  # of a row, over which its marks are spread
FAINT = 0.35  # opacity of the marks of an operator that has fewer
MEANINGS = {
    "initial": "drawn at random for the first generation",
    "immigrant": "drawn at random later, as fresh blood",
    "seed": "given with the experiment",
    "crossover": "each gene one parent’s, or between the two",
    "crossover+mutation": "a crossover of which genes were then changed",
    "mutations": "several genes changed at once",
    "step": "one number moved up or down",
    "switch": "one choice, such as the activation, replaced by another",
    "resize_layer": "one hidden layer wider or narrower",
    "switch_activation": "another activation for one hidden layer",
    "add_layer": "a new hidden layer, drawn at random",
    "copy_layer": "one hidden layer doubled: another like it behind it",
    "drop_layer": "one hidden layer taken out",
}


def draw(operators: OperatorCredit) -> Specification:
    """Draw a row an operator, in it a mark with an interval for each of its shares."""
    credit = operators.credit
    if not credit["with_parents"].any():
        return nothing("No operator had children.")
    measures = _measures(operators)
    offsets = np.linspace(-SPREAD / 2, SPREAD / 2, len(measures)) if len(measures) > 1 else [0.0]
    traces = [
        _marks(operators, measure, offset, CATEGORIES[index], has_enough=has_enough)
        for index, (measure, offset) in enumerate(zip(measures, offsets, strict=True))
        for has_enough in (True, False)
    ]
    layout = {
        "height": ROW_HEIGHT * len(credit) + 130,
        "margin": {"t": 44, "b": 56},
        "hovermode": "closest",
        "legend": {"itemclick": False, "itemdoubleclick": False},
        "xaxis": {
            "title": {"text": "share of its children"},
            "tickformat": ".0%",
            "range": [-0.01, min(1.0, _widest(operators) * 1.05) + 0.01],
            "nticks": 6,
        },
        "yaxis": {
            "range": [len(credit) - 0.5, -0.5],
            "tickvals": list(range(len(credit))),
            "ticktext": [
                f"{wording.plain(wording.operator(operator), 24)}<br>{children:,}"
                for operator, children in zip(credit["operator"], credit["children"], strict=True)
            ],
            "showgrid": False,
            "ticks": "",
        },
    }
    return {"data": traces, "layout": layout}


def caption(operators: OperatorCredit) -> str:
    """Say which operator improved most often, and which led to the front most often."""
    credit = operators.credit
    if credit.empty:
        return "There are no trials to credit."
    bred = credit[credit["with_parents"] >= ENOUGH]
    what = (
        "Each mark is a share of the children that an operator made, whose number stands beside "
        f"its name, with an interval of 95%; of fewer than {ENOUGH} children it is faint."
    )
    if bred.empty:
        most = int(credit["with_parents"].max())
        if not most:
            return "All trials were drawn at random: no operator had children."
        return f"{what} No operator had {ENOUGH} children with parents: too few to rank them."
    rows = bred.to_dict("records")
    sentences = [_improved(rows, item) for item in operators.objectives]
    best = max(rows, key=lambda row: row["led_to_front"] / row["children"])
    if best["led_to_front"]:
        share = wording.percent(best["led_to_front"] / best["children"])
        name = wording.operator(str(best["operator"]))
        sentences.append(
            f"Most often on the way to the front was {name}: {share} of its children are on it or "
            "among its ancestors."
        )
    return " ".join([*sentences, what])


def _measures(operators: OperatorCredit) -> list[tuple[str, str, str]]:
    """Return of each mark its name, its column, and the column of what it is a share of."""
    improved = [
        (f"better in {item.label}", f"improved.{item.name}", "with_parents")
        for item in operators.objectives
    ]
    return [*improved, ("on the way to the front", "led_to_front", "children")]


def _marks(
    operators: OperatorCredit,
    measure: tuple[str, str, str],
    offset: float,
    colour: str,
    *,
    has_enough: bool,
) -> dict[str, Any]:
    """Return a share of each operator that has enough children for it, or of each that has few."""
    name, column, whole = measure
    counts = operators.credit[whole]
    rows = operators.credit[(counts > 0) & ((counts >= ENOUGH) == has_enough)]
    shares = rows[column] / rows[whole]
    ends = [wilson(*pair) for pair in zip(rows[column], rows[whole], strict=True)]
    lower, upper = np.array(ends).reshape(-1, 2).T
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "opacity": 1 if has_enough else FAINT,
        "legendgroup": name,
        "showlegend": has_enough,
        "x": rounded(shares),
        "y": [round(int(place) + float(offset), 3) for place in rows.index],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": rounded(upper - shares),
            "arrayminus": rounded(shares - lower),
            "thickness": 2,
            "width": 0,
            "color": colour,
        },
        "marker": {"size": 9, "color": colour},
        "text": [_told(operators, row, measure) for row in rows.to_dict("records")],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _told(
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
            lines.append(f"median child: {_gained(item, gain)}")
    if whole == "children":
        lines.append(f"{row['on_front']:,} on the final front")
    return "<br>".join(lines)


def _gained(item: "Objective", gain: float) -> str:
    """Return a gain in words, on the objective's own scale."""
    worse = "worse" if gain < 0 else "better"
    if abs(gain) < SAME:
        return "about as good as that"
    if item.logarithmic:
        return f"{wording.factor(10 ** abs(gain))} times {worse} than that"
    return f"{wording.number(abs(gain))} {worse} than that"


def _widest(operators: OperatorCredit) -> float:
    return max(
        wilson(int(row[column]), int(row[whole]))[1]
        for _, column, whole in _measures(operators)
        for row in operators.credit.to_dict("records")
        if row[whole]
    )


def _improved(rows: "Sequence[Mapping[Hashable, Any]]", item: "Objective") -> str:
    name = item.label
    best = max(rows, key=lambda row: row[f"improved.{item.name}"] / row["with_parents"])
    share = best[f"improved.{item.name}"] / best["with_parents"]
    operator = wording.operator(str(best["operator"]))
    if not share:
        return f"No operator’s children were better in {name} than their parents."
    gain = best[f"gain.{item.name}"]
    median = "" if math.isnan(gain) else f"; the median child was {_gained(item, gain)}"
    return (
        f"In {name}, {operator} improved on the better parent most often, with "
        f"{wording.percent(share)} of {best['with_parents']:,} children{median}."
    )
