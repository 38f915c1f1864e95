"""The layout of figures with a panel for each target."""

from typing import Any

from neuroevo import wording
from neuroevo.analysis.predicted_values import PredictedValues
from neuroevo.report.drawing import axis_suffix, column_domain, domains, panel_title

COLUMNS = 2
ALONE, SIZE, GAP = 340, 190, 84  # pixels: one panel, each of several, between two rows
GUTTER = 0.2  # of the width, between two columns


def panel_layout(values: PredictedValues, across: str, upward: str) -> dict[str, Any]:
    """Return a layout with two axes for each target, with titles at the outer ones.

    Parameters
    ----------
    values
        The targets.
    across, upward
        Titles of the axes.
    """
    count = len(values.targets)
    columns = min(COLUMNS, count)
    size = SIZE if count > 1 else ALONE
    places = domains(-(-count // columns), size, GAP)
    ticks = {"nticks": 6 if count == 1 else 4}
    layout: dict[str, Any] = {
        "height": len(places) * size + (len(places) - 1) * GAP + 90,
        "margin": {"t": 30, "b": 56},
        "showlegend": False,
        "hovermode": "closest",
        "annotations": [],
    }
    for index, target in enumerate(values.targets):
        suffix = axis_suffix(index)
        row, column = divmod(index, columns)
        layout[f"xaxis{suffix}"] = ticks | {
            "anchor": f"y{suffix}",
            "domain": column_domain(column, columns, GUTTER),
            "title": {"text": across * (index + columns >= count)},
        }
        layout[f"yaxis{suffix}"] = ticks | {
            "anchor": f"x{suffix}",
            "domain": places[row],
            "title": {"text": upward * (column == 0)},
        }
        title = f"<b>{wording.plain(target.name, 40 if count == 1 else 20)}</b>"
        layout["annotations"].append(panel_title(title, suffix, 4))
    return layout
