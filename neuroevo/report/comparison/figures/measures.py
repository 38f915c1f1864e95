"""The measures in which settings are compared: their names, values as texts, and axes."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.comparison import SHARE
from neuroevo.report.drawing import objective_axis

if TYPE_CHECKING:
    from neuroevo.analysis.comparison import Comparison
    from neuroevo.evaluation import Objective


def measure_name(comparison: "Comparison", measure: str) -> str:
    """Return the name of a measure: ``final MSE``, ``final MSE on fresh seeds``."""
    if measure == SHARE:
        return "share of the hypervolume of all runs"
    name = _objective(comparison, measure).label
    return f"{name} on fresh seeds" if measure.startswith("fresh.") else name


def measure_value(comparison: "Comparison", measure: str, value: float) -> str:
    """Return a value of a measure as a text."""
    if measure == SHARE:
        return "–" if math.isnan(value) else f"{value:.1%}"
    return wording.measured(value, _objective(comparison, measure))


def measure_axis(comparison: "Comparison", measure: str, values: Iterable[float]) -> dict[str, Any]:
    """Return the axis of a measure, its range from the values."""
    title = {"title": {"text": measure_name(comparison, measure)}}
    if measure == SHARE:
        return title | {"tickformat": ".0%"}
    return objective_axis(_objective(comparison, measure), values) | title


def _objective(comparison: "Comparison", measure: str) -> "Objective":
    name = measure.removeprefix("fresh.")
    return next(item for item in comparison.objectives if item.name == name)
