"""The measures in which settings are compared: their names, values as texts, and axes."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.report.drawing import limit_line, objective_axis

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison


def measure_name(comparison: "Comparison", measure: str) -> str:
    """Return the name of a measure: ``lowest final MSE``, ``champion's final MSE, fresh seeds``.

    Without scores on fresh seeds: ``final MSE``.
    """
    if measure == SHARE:
        return "share of the hypervolume of all runs"
    item = comparison.score_columns[measure]
    if measure.startswith("fresh."):
        return f"champion's {item.label}, fresh seeds"
    return item.best_label if comparison.has_fresh else item.label


def measure_value(comparison: "Comparison", measure: str, value: float) -> str:
    """Return a value of a measure as a text."""
    if measure == SHARE:
        return "–" if math.isnan(value) else f"{value:.1%}"
    return wording.measured(value, comparison.score_columns[measure])


def measure_axis(comparison: "Comparison", measure: str, values: Iterable[float]) -> dict[str, Any]:
    """Return the axis of a measure, its range from the values."""
    title = {"title": {"text": measure_name(comparison, measure)}}
    if measure == SHARE:
        return title | {"tickformat": ".0%"}
    return objective_axis(comparison.score_columns[measure], values) | title


def measure_line(
    comparison: "Comparison", measure: str, axis: Mapping[str, Any], along: str, across: str
) -> list[dict[str, Any]]:
    """Return the line at the limit of a measure in a panel, see `limit_line`."""
    if measure == SHARE:
        return []
    return limit_line(comparison.score_columns[measure], axis, along, across)
