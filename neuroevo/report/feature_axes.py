"""How a feature of genomes is said, and the axis on which trials are laid out by it."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.features import DEPTH, UNITS
from neuroevo.report.drawing import MOST_TICKS, logarithmic_axis, whole_ticks

if TYPE_CHECKING:
    from neuroevo.analysis.features import Feature


def feature_axis(feature: "Feature", ticks: int = MOST_TICKS) -> dict[str, Any]:
    """Return the axis of a feature of genomes, which holds all values that were tried.

    Parameters
    ----------
    ticks
        How many powers of ten are labelled at most.
    """
    axis: dict[str, Any] = {"title": {"text": wording.plain(feature.name)}}
    present = feature.present
    if feature.options:
        count = len(feature.options)
        return axis | {
            "range": [-0.6, count - 0.4],
            "tickvals": list(range(count)),
            "ticktext": [wording.plain(option, 12) for option in feature.options],
            "showgrid": False,
        }
    if feature.logarithmic:
        return axis | logarithmic_axis(present.tolist(), ticks)
    low, high = float(present.min()), float(present.max())
    room = 0.6 if feature.is_fanned else 0.04 * (high - low)
    whole = whole_ticks(round(high - low)) if feature.is_whole else {}
    return axis | {"range": [round(low - room, 6), round(high + room, 6)]} | whole


def told_value(feature: "Feature", value: float) -> str:
    """Return a value of a feature in words."""
    return feature.options[int(value)] if feature.options else wording.number(value)


def phrase(feature: "Feature", low: float, high: float) -> str:
    """Return a span of values with the feature's name: ``2 to 3 hidden layers``."""
    name = feature.name
    if name in {DEPTH, UNITS} and high == 0:
        return f"no {name.removesuffix('s')}"
    start, end = told_value(feature, low), told_value(feature, high)
    span = start if start == end else f"{start} to {end}"
    if name in {DEPTH, UNITS}:
        return f"{span} {name.removesuffix('s') if span == '1' else name}"
    return f"{name} {span}"
