"""What a model of a search believes of each gene, with a panel for each, beside the trials."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neuroevo import wording
from neuroevo.analysis.believed_effects import BelievedEffect, BelievedEffects
from neuroevo.analysis.thinning import jitter, thinned
from neuroevo.report.drawing import (
    Specification,
    axis_suffix,
    band,
    column_domain,
    domains,
    empty_figure,
    objective_axis,
    rounded,
)
from neuroevo.report.feature_axes import feature_axis, range_text
from neuroevo.report.theme import LIGHT

if TYPE_CHECKING:
    from neuroevo.evaluation import Objective

COLUMNS = 2
PANEL_HEIGHT, GAP = 210, 74  # pixels
GUTTER = 0.05  # of the width, between two columns
MOST_MARKS = 300  # in a panel
TICKS = 3  # largest number of labelled powers of ten in a panel
FAN = 0.6  # of the distance of neighbouring values, over which equal values are spread


def draw(effects: BelievedEffects) -> Specification:
    """Draw the panels, two in a row."""
    if not effects.effects:
        return empty_figure("No model chose trials.")
    rows = -(-len(effects.effects) // COLUMNS)
    layout: dict[str, Any] = {
        "height": rows * PANEL_HEIGHT + (rows - 1) * GAP + 110,
        "hovermode": "closest",
    }
    traces: list[dict[str, Any]] = []
    for index, effect in enumerate(effects.effects):
        row, column = divmod(index, COLUMNS)
        suffix = axis_suffix(index)
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{axis_suffix(row)}"}
        traces += [trace | axes for trace in _panel(effects, effect, first=index == 0)]
        layout[f"xaxis{suffix}"] = feature_axis(effect.feature, TICKS) | {
            "anchor": f"y{axis_suffix(row)}",
            "domain": column_domain(column, COLUMNS, GUTTER),
            "nticks": 5,
        }
    # Measured values far beyond what is expected would make the curves flat.
    shown = [end for each in effects.effects for end in (*each.low, *each.high)]
    shown.append(float(effects.scores[effects.best]))
    for row, domain in enumerate(domains(rows, PANEL_HEIGHT, GAP)):
        layout[f"yaxis{axis_suffix(row)}"] = objective_axis(effects.objective, shown) | {
            "anchor": f"x{axis_suffix(row * COLUMNS)}",
            "domain": domain,
            "nticks": 5,
        }
    return {"data": traces, "layout": layout}


def caption(effects: BelievedEffects) -> str:
    """Name the gene with the greatest effect; empty if no model chose trials."""
    if not effects.effects:
        return ""
    item, first = effects.objective, effects.effects[0]
    best = item.best_of(first.expected)
    place = first.expected.index(best)
    worst = item.cost(max(map(item.cost, first.expected)))
    value = range_text(first.feature, first.places[place], first.places[place])
    hidden = ""
    if effects.hidden:
        genes = wording.counted(effects.hidden, "gene")
        hidden = f" Not drawn: {genes} with smaller effects."
    return (
        f"Lines are the {item.label} that a model of {effects.trials:,} trials expects if one gene "
        f"of trial {effects.numbers[effects.best]} is changed alone, with 95% intervals; dots are "
        "trials, which differ in other genes too. The first has the greatest effect: "
        f"{wording.measured(best, item)} at {value}, and {wording.measured(worst, item)} at worst "
        "elsewhere. The model learns from values worse than the median as if they were less bad, "
        "and its curves end at twice the distance between the best trial and random "
        f"configurations.{hidden}"
    )


def _panel(
    effects: BelievedEffects, effect: BelievedEffect, *, first: bool
) -> list[dict[str, Any]]:
    """Return the traces of one gene: measured trials, what is expected, the best trial."""
    item, feature = effects.objective, effect.feature
    drawn = np.array(thinned(len(effects.scores), MOST_MARKS), dtype=np.int64)
    spread = jitter(len(drawn), FAN) if feature.is_fanned else 0.0
    style = {"type": "scatter", "showlegend": first, "hovertemplate": "%{text}<extra></extra>"}
    texts = [
        f"<b>trial {effects.numbers[place]}</b><br>{_measured(effects.scores[place], item)}"
        for place in drawn
    ]
    trials = style | {
        "x": rounded(feature.values[drawn] + spread),
        "y": rounded(effects.scores[drawn]),
        "text": texts,
        "mode": "markers",
        "name": "trials",
        "marker": {"size": 4, "color": LIGHT["muted"], "opacity": 0.5},
    }
    best = style | {
        "x": rounded([feature.values[effects.best]]),
        "y": rounded([effects.scores[effects.best]]),
        "text": [f"the best, trial {effects.numbers[effects.best]}"],
        "mode": "markers",
        "name": "the best trial",
        "marker": {"size": 10, "color": LIGHT["category-2"]},
    }
    return [trials, *_expected(effect, item, style), best]


def _expected(
    effect: BelievedEffect, item: "Objective", style: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the expected scores: a line with a band, or marks with bars for options."""
    texts = [
        f"expected {item.label} {wording.measured(mean, item)}<br>95% interval "
        f"{wording.measured(low, item)} to {wording.measured(high, item)}"
        for mean, low, high in zip(effect.expected, effect.low, effect.high, strict=True)
    ]
    blue = LIGHT["category-1"]
    expected = style | {
        "x": rounded(effect.places),
        "y": rounded(effect.expected),
        "text": texts,
        "name": "expected, with a 95% interval",
    }
    if not effect.feature.options:
        line = expected | {"mode": "lines", "line": {"color": blue, "width": 2.5}}
        return [*band(effect.places, effect.low, effect.high, LIGHT["band-1"]), line]
    ends = np.array([effect.low, effect.high])
    means = np.array(effect.expected)
    bars = {
        "type": "data",
        "symmetric": False,
        "array": rounded(np.max(ends, axis=0) - means),
        "arrayminus": rounded(means - np.min(ends, axis=0)),
        "color": blue,
        "thickness": 2,
        "width": 0,
    }
    return [expected | {"mode": "markers", "marker": {"size": 9, "color": blue}, "error_y": bars}]


def _measured(score: float, item: "Objective") -> str:
    return f"{item.label} {wording.measured(score, item)}"
