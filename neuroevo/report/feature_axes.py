"""Axes and texts for features of genomes. It knows no run."""

from typing import TYPE_CHECKING, Any

from neuroevo import wording
from neuroevo.analysis.features import DEPTH, UNITS
from neuroevo.analysis.thinning import jitter
from neuroevo.report.drawing import MOST_TICKS, logarithmic_axis, rounded, whole_ticks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from neuroevo.analysis.features import Feature

FAN = 0.7  # of a step, over which points with equal values are spread


def feature_axis(feature: "Feature", ticks: int = MOST_TICKS) -> dict[str, Any]:
    """Return an axis that covers all values of a feature.

    Parameters
    ----------
    feature
        The feature.
    ticks
        Largest number of labelled powers of ten.
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


def spread(
    feature: "Feature", places: "NDArray[np.int64]", step: float
) -> list[float | int | None]:
    """Return the positions of some trials on a feature's axis.

    Equal values of whole numbers and options are spread beside one another; `step` tells the two
    axes of a figure apart, see `jitter`.
    """
    values = feature.values[places]
    return rounded(values + jitter(len(values), FAN, step) if feature.is_fanned else values)


def value_text(feature: "Feature", value: float) -> str:
    """Return the text of a trial's value of a feature, numbers in full."""
    return feature.options[int(value)] if feature.options else wording.value(value)


def summary_text(feature: "Feature", value: float) -> str:
    """Return the text of a value that stands for several trials, with three digits."""
    return feature.options[int(value)] if feature.options else wording.number(value)


def range_text(feature: "Feature", low: float, high: float) -> str:
    """Return a range of values with the feature's name, such as ``2 to 3 hidden layers``.

    Its ends are rounded, unless they would look alike.
    """
    name = feature.name
    if name in {DEPTH, UNITS} and high == 0:
        return f"no {name.removesuffix('s')}"
    start, end = summary_text(feature, low), summary_text(feature, high)
    if start == end and low != high:
        start, end = value_text(feature, low), value_text(feature, high)
    values = start if start == end else f"{start} to {end}"
    if name in {DEPTH, UNITS}:
        return f"{values} {name.removesuffix('s') if values == '1' else name}"
    return f"{name} {values}"
